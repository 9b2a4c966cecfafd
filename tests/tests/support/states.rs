use std::fmt::Display;
use std::sync::Arc;

use millrace_shared::alerts::{Alert, AlertSource, Cause, Fact, Severity};
use millrace_shared::amount::Amount;
use millrace_shared::commit::{Stored, Version, Write};
use millrace_shared::entity::{EntityKey, EntityKind};
use millrace_shared::events::{EventKind, parse};
use millrace_shared::kafka::{Offset, Partition, Timestamp};
use millrace_shared::settings::Settings;
use millrace_shared::state::{Body, EntityState, Epoch, OutboxEntry, Position, SourceId};
use millrace_shared::time::EventTime;

/// 2026-01-05T08:00:00Z
pub(crate) const EIGHT: EventTime = EventTime::from_millis(1_767_600_000_000);

pub(crate) fn user(id: impl Display) -> EntityKey {
    EntityKey::new(EntityKind::User, &format!("{id}"))
}

pub(crate) fn sensor(id: impl Display) -> EntityKey {
    EntityKey::new(EntityKind::Sensor, &format!("{id}"))
}

pub(crate) fn partition(id: impl Display) -> EntityKey {
    EntityKey::new(EntityKind::Partition, &format!("{id}"))
}

/// A state after some events: a session and a window for users, a window for sensors.
pub(crate) fn state_of(kind: EntityKind) -> Arc<EntityState> {
    let mut state = EntityState::new(kind);
    let events = [
        (
            EventKind::UserEvent,
            r#"{"user_id":"u","event_type":"click","timestamp":"2026-01-05T08:00:00Z"}"#,
        ),
        (
            EventKind::UserEvent,
            r#"{"user_id":"u","event_type":"view","timestamp":"2026-01-05T08:01:00Z"}"#,
        ),
        (
            EventKind::Transaction,
            r#"{"user_id":"u","amount":12.25,"currency":"EUR","timestamp":"2026-01-05T08:02:00Z"}"#,
        ),
        (
            EventKind::SensorReading,
            r#"{"sensor_id":"s","data":{"temperature":20.125,"humidity":40},"timestamp":"2026-01-05T08:03:00Z"}"#,
        ),
    ];
    for (offset, (kind, value)) in (0..).zip(events) {
        let event = parse(kind, value.as_bytes(), None).unwrap();
        state.body.take(&event, &Settings::default());
        state.watermarks.advance(
            &Position {
                source: SourceId::new("main", "topic"),
                partition: Partition(0),
                epoch: Epoch::default(),
                offset: Offset(offset),
                time: Some(Timestamp(EIGHT.as_millis())),
            },
            Offset(0),
        );
    }
    Arc::new(state)
}

/// The same with something to deliver.
pub(crate) fn with_outbox(mut state: Arc<EntityState>) -> Arc<EntityState> {
    Arc::make_mut(&mut state).outbox.push(OutboxEntry::Alert(alert(1)));
    state
}

/// A write of a state that nobody has written before.
pub(crate) fn first_write<'a>(key: &'a EntityKey, state: &'a Arc<EntityState>) -> Write<'a> {
    Write { key, expected: None, state }
}

/// What of a state is stored, in a form that can be compared.
pub(crate) fn shown(state: &EntityState) -> String {
    let body = match &state.body {
        Body::User(user) => format!("{:?} {:?}", user.profile, user.detectors.encode()),
        Body::Sensor(sensor) => format!("{:?} {:?}", sensor.profile, sensor.detectors.encode()),
        Body::Partition(partition) => format!("{partition:?}"),
        Body::Merchant(merchant) => format!("{merchant:?}"),
        Body::Calibrator(calibrator) => format!("{calibrator:?}"),
    };
    format!("{body} {:?} {:?}", state.watermarks, state.outbox.entries())
}

/// Asserts that this is what was read.
pub(crate) fn assert_stored(read: Option<&Stored>, version: u64, state: &EntityState) {
    let read = read.unwrap();
    assert_eq!(read.version, Some(Version(version)));
    assert_eq!(shown(&read.state), shown(state));
}

/// A high alert of the record at an offset of `transactions`, 3; some seconds after [`EIGHT`].
pub(crate) fn alert(offset: i64) -> Alert {
    let cause = Cause {
        cluster: "main",
        topic: "transactions",
        partition: Partition(3),
        epoch: 0,
        offset: Offset(offset),
        detector: "high_value",
        qualifier: "",
    };
    Alert {
        id: cause.id(),
        detector: "high_value".into(),
        severity: if offset % 2 == 0 { Severity::Medium } else { Severity::High },
        event_time: EventTime::from_millis(EIGHT.as_millis() + offset * 1_000),
        message: format!("payment {offset}"),
        evidence: vec![Fact::new("amount", Amount::from_micros(12_000_500_000))],
        source: AlertSource {
            topic: "transactions".to_owned(),
            partition: Partition(3),
            offset: Offset(offset),
        },
        merged: None,
        shadow: false,
    }
}
