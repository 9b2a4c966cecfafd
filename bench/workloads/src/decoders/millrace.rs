use millrace_shared::events::{self, Event, EventKind};
use millrace_shared::kafka::{Batch, Entry, Record};

use super::DecodeError;
use crate::checksum::{Checksum, OFFSET_ORIGIN, TIME_ORIGIN_MS};
use crate::payloads::TOPICS;

pub(super) fn decode(event: &[u8]) -> Result<Checksum, DecodeError> {
    let batch = Batch::decode(event).map_err(|error| DecodeError::Event(error.to_string()))?;
    let mut sum = Checksum::default();
    for entry in batch.entries() {
        let record = match entry {
            Entry::Record(record) => record,
            Entry::Dead(dead) => return Err(refused(sum.records, &dead.code)),
        };
        let value = record.value().unwrap_or_default();
        let parsed = events::parse(kind_of(record.topic()), value, record.timestamp());
        let event = parsed.map_err(|error| refused(sum.records, &error))?;
        add(&mut sum, &record, &event);
    }
    Ok(sum)
}

fn kind_of(topic: &str) -> EventKind {
    match TOPICS.iter().position(|known| *known == topic) {
        Some(0) => EventKind::UserEvent,
        Some(1) => EventKind::Transaction,
        _ => EventKind::SensorReading,
    }
}

fn refused(record: u64, reason: &dyn std::fmt::Display) -> DecodeError {
    DecodeError::Record { record, reason: reason.to_string() }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the payloads' values are small and positive"
)]
fn add(sum: &mut Checksum, record: &Record<'_>, event: &Event<'_>) {
    sum.records += 1;
    sum.offsets += (record.offset().0 as u64).wrapping_sub(OFFSET_ORIGIN);
    sum.key_bytes += record.key().map_or(0, <[u8]>::len) as u64;
    for header in record.headers().flatten() {
        sum.header_bytes += header.value.map_or(0, |value| value.len()) as u64;
    }
    sum.times += (event.time().as_millis() as u64).wrapping_sub(TIME_ORIGIN_MS);
    match event {
        Event::UserEvent(event) => {
            sum.characters += (event.user_id.len() + event.event_type.len()) as u64;
        }
        Event::Transaction(paid) => {
            sum.characters += (paid.user_id.len() + paid.currency.len()) as u64;
            sum.hundredths += (paid.amount.as_micros() / 10_000) as u64;
        }
        // The payloads hold none.
        Event::TransactionLabel(_) => {}
        Event::SensorReading(message) => {
            sum.characters += message.sensor_id.len() as u64;
            sum.readings += message.readings.len() as u64;
            for reading in &message.readings {
                sum.ten_thousandths += (reading.value * 10_000.0).round() as u64;
            }
        }
    }
}
