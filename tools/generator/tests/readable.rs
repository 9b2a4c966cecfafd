//! What the function's own decoder and parser make of a stream.

use millrace_generator::{Generator, KafkaRecord, Rates, Settings, encode_event};
use millrace_shared::events::{Event, EventKind, parse};
use millrace_shared::kafka::{Batch, Entry};

fn kind_of(topic: &str) -> EventKind {
    match topic {
        "user-events" => EventKind::UserEvent,
        "transactions" => EventKind::Transaction,
        _ => EventKind::SensorReading,
    }
}

fn entity_of<'event>(event: &'event Event<'_>) -> &'event str {
    match event {
        Event::UserEvent(event) => &event.user_id,
        Event::Transaction(transaction) => &transaction.user_id,
        Event::TransactionLabel(label) => &label.user_id,
        Event::SensorReading(reading) => &reading.sensor_id,
    }
}

#[test]
fn sound_records_are_events_of_their_key_and_poison_is_refused() {
    let rates = Rates { poison: 0.02, ..Rates::default() };
    let mut generator = Generator::new(Settings { records: 30_000, rates, ..Settings::default() });
    let records: Vec<KafkaRecord> = generator.by_ref().collect();
    let tally = generator.tally();
    let body = encode_event(&records);
    let batch = Batch::decode(&body).unwrap();
    assert_eq!(batch.len(), 30_000);

    let (mut events, mut tombstones, mut refused, mut late) = (0, 0, 0, 0);
    for entry in batch.entries() {
        let Entry::Record(record) = entry else { panic!("no record is dead by its envelope") };
        let Some(value) = record.value() else {
            tombstones += 1;
            continue;
        };
        let Ok(event) = parse(kind_of(record.topic()), value, record.timestamp()) else {
            refused += 1;
            continue;
        };
        events += 1;
        assert_eq!(Some(entity_of(&event).as_bytes()), record.key());
        let told_after = record.timestamp().unwrap().0 - event.time().as_millis();
        match told_after {
            // Whole seconds lose up to 999 ms.
            0..1_000 => {}
            300_000..2_401_000 => late += 1,
            _ => panic!("told {told_after} ms after it happened"),
        }
    }
    assert_eq!(tombstones, tally.tombstones);
    assert_eq!(refused, tally.dead_records());
    assert!(refused > 400);
    assert_eq!(late, tally.late);
    assert_eq!(events, tally.user_events + tally.transactions + tally.sensor_events);
}
