//! Events for the detectors' tests, and what detectors make of them.

use std::fmt::Write;

use super::{Alerts, Context, Detector, Raised};
use crate::amount::Amount;
use crate::circumstances::Circumstances;
use crate::events::{Event, LeftOut, Reading, SensorReading, Transaction, UserEvent};
use crate::settings::Settings;
use crate::state::Body;
use crate::time::EventTime;

/// Something that a user did, so many milliseconds after 1970 began.
pub(super) fn user_event(event_type: &str, millis: i64) -> UserEvent<'_> {
    UserEvent {
        user_id: "anna".into(),
        event_type: event_type.into(),
        event_id: None,
        source: None,
        data: None,
        location: None,
        time: EventTime::from_millis(millis),
    }
}

/// A payment at the beginning of 1970.
pub(super) fn payment(amount: Amount, currency: &str) -> Transaction<'_> {
    Transaction {
        user_id: "anna".into(),
        transaction_id: None,
        amount,
        currency: currency.into(),
        merchant: None,
        location: None,
        time: EventTime::from_millis(0),
    }
}

/// What a sensor measured at the beginning of 1970: measures and values.
pub(super) fn sensor_reading<'a>(readings: &[(&'a str, f64)]) -> SensorReading<'a> {
    let read = |&(measure, value): &(&'a str, f64)| Reading { measure: measure.into(), value };
    SensorReading {
        sensor_id: "boiler".into(),
        message_id: None,
        readings: readings.iter().map(read).collect(),
        left_out: LeftOut::default(),
        location: None,
        time: EventTime::from_millis(0),
    }
}

/// What a detector raises for an event of an entity without a profile, at the usual thresholds.
pub(super) fn alerts_of<E, P: Default, D: Detector<E, P>>(
    detector: &mut D,
    event: &E,
) -> Vec<Raised> {
    alerts_with(detector, event, &P::default(), &Settings::default())
}

/// What a detector raises for an event.
pub(super) fn alerts_with<E, P, D: Detector<E, P>>(
    detector: &mut D,
    event: &E,
    profile: &P,
    settings: &Settings,
) -> Vec<Raised> {
    let mut alerts = Alerts::default();
    let circumstances = Circumstances::of(settings);
    detector.detect(event, &mut Context::new("example", profile, &circumstances, &mut alerts));
    alerts.take()
}

/// What the detector of this name raises for an event that goes the whole way: into the windows
/// and sessions first, then to all detectors.
pub(super) fn user_alerts(user: &mut Body, detector: &str, event: &Event<'_>) -> Vec<Raised> {
    let mut raised = user.take(event, &Settings::default()).raised;
    raised.retain(|raised| raised.detector == detector);
    raised
}

/// An alert's evidence in one line: `name=value name=value`.
pub(super) fn evidence(raised: &Raised) -> String {
    let mut line = String::new();
    for fact in &raised.evidence {
        let separator = if line.is_empty() { "" } else { " " };
        write!(line, "{separator}{}={}", fact.name, fact.value).unwrap();
    }
    line
}
