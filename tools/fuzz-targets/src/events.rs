use std::sync::LazyLock;

use millrace_shared::entity::EntityKind;
use millrace_shared::events::{Event, EventKind, parse};
use millrace_shared::kafka::Timestamp;
use millrace_shared::settings::{DetectorNames, Settings};
use millrace_shared::state::EntityState;

use crate::state::assert_is_read_back;

/// How many lines of an input are taken.
const LINES: usize = 64;

/// The defaults, with every detector on.
pub(crate) static SETTINGS: LazyLock<Settings> =
    LazyLock::new(|| Settings { detectors_off: DetectorNames::default(), ..Settings::default() });

/// The value of a record in a topic of user events.
pub fn user_event(data: &[u8]) {
    take(data, EventKind::UserEvent, EntityKind::User);
}

/// The value of a record in a topic of transactions.
pub fn transaction(data: &[u8]) {
    take(data, EventKind::Transaction, EntityKind::User);
}

/// The value of a record in a topic of labels.
pub fn transaction_label(data: &[u8]) {
    take(data, EventKind::TransactionLabel, EntityKind::User);
}

/// The value of a record in a topic of sensor readings.
pub fn sensor_reading(data: &[u8]) {
    take(data, EventKind::SensorReading, EntityKind::Sensor);
}

/// Lines are values, one after the other of one entity, so that what a strange event leaves behind
/// meets the next one. A value without a time of its own takes its record's, where there is one.
fn take(data: &[u8], kind: EventKind, entity: EntityKind) {
    let mut state = EntityState::new(entity);
    let mut taken = 0;
    for (place, value) in data.split(|byte| *byte == b'\n').take(LINES).enumerate() {
        let written = (place % 2 == 0).then_some(Timestamp(1_767_600_000_000));
        let Ok(event) = parse(kind, value, written) else { continue };
        assert!(event.time().is_plausible(), "{}", event.time());
        assert!(!id(&event).is_empty());
        for raised in &state.body.take(&event, &SETTINGS).raised {
            assert!(!raised.detector.is_empty() && !raised.message.is_empty());
        }
        taken += 1;
    }
    if taken > 0 {
        assert_is_read_back(&state);
    }
}

fn id<'a>(event: &'a Event<'_>) -> &'a str {
    match event {
        Event::UserEvent(event) => &event.user_id,
        Event::Transaction(payment) => &payment.user_id,
        Event::TransactionLabel(label) => &label.user_id,
        Event::SensorReading(reading) => &reading.sensor_id,
    }
}
