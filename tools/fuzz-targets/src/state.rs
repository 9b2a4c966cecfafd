#![expect(clippy::expect_used, reason = "what does not hold is a find")]

use std::error::Error;

use millrace_shared::detectors::sets::{SensorDetectors, UserDetectors};
use millrace_shared::entity::EntityKind;
use millrace_shared::events::{EventKind, parse};
use millrace_shared::kafka::{Offset, Partition, Timestamp};
use millrace_shared::state::{
    ActiveUsers, Body, EntityState, Epoch, Origin, Outbox, Position, SourceId, Stretch, Verdict,
    Watermarks,
};
use millrace_shared::time::EventTime;

use crate::events::SETTINGS;

const CLICK: &[u8] = br#"{"user_id":"u","event_type":"click","timestamp":"2026-01-05T08:00:00Z"}"#;
const PAYMENT: &[u8] =
    br#"{"user_id":"u","amount":12000,"currency":"EUR","timestamp":"2026-01-05T08:00:01Z"}"#;
const READING: &[u8] = br#"{"sensor_id":"s","data":{"temperature":55,"humidity":99,"battery_level":3},"timestamp":"2026-01-05T08:00:00Z"}"#;

/// What a table might hold instead of a state: the first byte says which of its binary attributes,
/// the others are it.
///
/// It is read or refused with an error that says what is wrong and what to do. What was read is
/// stored and read again as it is, and events can be applied to it.
pub fn state(data: &[u8]) {
    let Some((part, stored)) = data.split_first() else { return };
    match part % 5 {
        0 => watermarks(stored),
        1 => outbox(stored),
        2 => user(stored),
        3 => sensor(stored),
        _ => partition(stored),
    }
}

/// The verdict on a record is never "new" once it has been applied.
fn watermarks(stored: &[u8]) {
    let mut marks = match Watermarks::decode(stored) {
        Ok(marks) => marks,
        Err(error) => return assert_says(&error, "watermarks "),
    };
    assert_eq!(Watermarks::decode(&marks.encode()).as_ref(), Ok(&marks));
    for offset in [5, 0, 9, i64::MAX, i64::MIN] {
        let position = Position {
            source: SourceId::new("cluster", "topic"),
            partition: Partition(0),
            epoch: Epoch(0),
            offset: Offset(offset),
            time: Some(Timestamp(offset.max(0))),
        };
        if marks.judge(&position, Origin::Redriven) == Verdict::New {
            marks.advance(&position, Offset(offset.saturating_sub(2)));
            let partition = position.partition_id();
            marks.cover(partition, Stretch::between(position.offset, position.offset), None);
        }
        assert_ne!(marks.judge(&position, Origin::Redriven), Verdict::New, "offset {offset}");
    }
    assert_eq!(Watermarks::decode(&marks.encode()).as_ref(), Ok(&marks));
}

fn outbox(stored: &[u8]) {
    match Outbox::decode(stored) {
        Ok(outbox) => {
            let again = outbox.encode();
            let again = Outbox::decode(&again).expect("what was stored is read");
            assert_eq!(again.encode(), outbox.encode());
        }
        Err(error) => assert_says(&error, "outbox "),
    }
}

fn user(stored: &[u8]) {
    let mut state = EntityState::new(EntityKind::User);
    let Body::User(user) = &mut state.body else { unreachable!("a user") };
    match UserDetectors::decode(stored) {
        Ok(detectors) => user.detectors = detectors,
        Err(error) => return assert_says(&error, ""),
    }
    assert_is_read_back(&state);
    for _ in 0..3 {
        take(&mut state, EventKind::UserEvent, CLICK);
        take(&mut state, EventKind::Transaction, PAYMENT);
    }
    assert_is_read_back(&state);
}

fn sensor(stored: &[u8]) {
    let mut state = EntityState::new(EntityKind::Sensor);
    let Body::Sensor(sensor) = &mut state.body else { unreachable!("a sensor") };
    match SensorDetectors::decode(stored) {
        Ok(detectors) => sensor.detectors = detectors,
        Err(error) => return assert_says(&error, ""),
    }
    assert_is_read_back(&state);
    for _ in 0..3 {
        take(&mut state, EventKind::SensorReading, READING);
    }
    // Of numbers that no readings make, as large as a float can be, may come what is no number. It
    // is found when it is read.
    let Body::Sensor(sensor) = &state.body else { unreachable!("a sensor") };
    if let Err(error) = SensorDetectors::decode(&sensor.detectors.encode()) {
        assert_says(&error, "state of detector ");
    }
}

fn partition(stored: &[u8]) {
    let mut users = match ActiveUsers::decode(stored) {
        Ok(users) => users,
        Err(error) => return assert_says(&error, "its sketch of active users "),
    };
    for minute in [0, 29_460_000, 29_460_001] {
        users.note("anna", EventTime::from_millis(minute * 60_000));
        let _ = users.estimate();
    }
    assert_eq!(ActiveUsers::decode(&users.encode()), Ok(users));
}

fn take(state: &mut EntityState, kind: EventKind, value: &[u8]) {
    let event = parse(kind, value, None).expect("a sound event");
    state.body.take(&event, &SETTINGS);
}

/// An error says what is wrong and what to do.
fn assert_says(error: &dyn Error, start: &str) {
    let text = error.to_string();
    assert!(text.starts_with(start), "{text}");
    assert!(["restore", "deploy"].iter().any(|advice| text.contains(advice)), "{text}");
}

/// What the detectors know is read back as it was stored.
pub(crate) fn assert_is_read_back(state: &EntityState) {
    let (stored, again) = match &state.body {
        Body::User(user) => {
            let stored = user.detectors.encode();
            let again = UserDetectors::decode(&stored).expect("what was stored is read");
            (stored, again.encode())
        }
        Body::Sensor(sensor) => {
            let stored = sensor.detectors.encode();
            let again = SensorDetectors::decode(&stored).expect("what was stored is read");
            (stored, again.encode())
        }
        Body::Partition(_) | Body::Merchant(_) | Body::Calibrator(_) => return,
    };
    assert_eq!(stored, again);
}
