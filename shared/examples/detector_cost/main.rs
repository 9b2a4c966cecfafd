//! Runs one detector of sensors over a stream of three measures, to count what it costs:
//!
//! ```sh
//! cargo build -p millrace-shared --example detector_cost
//! valgrind --tool=none target/debug/examples/detector_cost tail_norm 100000
//! ```
//!
//! `none` for all of them off, `all` for all on, `default` for the default settings. `fraud_score` and
//! `payments` run payments of one user and their labels instead, with that detector and without it.

use std::time::Instant;

use millrace_shared::amount::Amount;
use millrace_shared::circumstances::{Circumstances, Learnt};
use millrace_shared::detectors::sets::SensorDetectors;
use millrace_shared::events::{
    Event, LeftOut, Reading, SensorReading, Transaction, TransactionLabel,
};
use millrace_shared::fraud::{Calibration, Posterior};
use millrace_shared::settings::{DetectorNames, Settings};
use millrace_shared::state::{Body, SensorState, UserState};
use millrace_shared::time::EventTime;

const MEASURES: [&str; 3] = ["temperature", "humidity", "pressure"];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let detector = arguments.next().unwrap_or_else(|| "default".to_owned());
    let events: u32 = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(100_000);
    if ["fraud_score", "payments"].contains(&detector.as_str()) {
        return payments(&detector, events);
    }
    let settings = settings(&detector);
    let mut body = Body::Sensor(SensorState::default());
    let started = Instant::now();
    let mut alerts = 0;
    for number in 0..events {
        alerts += body.take(&Event::SensorReading(event(number)), &settings).raised.len();
    }
    let each = started.elapsed() / events.max(1);
    println!("{detector}: {events} events, {alerts} alerts, {each:?} an event");
}

/// A user's payments at a merchant of whom one label is known, each followed by the label of the
/// fifth before it.
fn payments(detector: &str, events: u32) {
    let off = (detector != "fraud_score").then(|| "fraud_score".to_owned());
    let off: DetectorNames = off.into_iter().collect();
    let settings = Settings { detectors_off: off, ..Settings::default() };
    let mut body = Body::User(UserState::default());
    let (merchant, calibration) = (Posterior::default(), Calibration::default());
    let learnt = Some(Learnt { merchant: Some(merchant), calibration: &calibration });
    let circumstances = Circumstances { learnt, ..Circumstances::of(&settings) };
    let started = Instant::now();
    let mut alerts = 0;
    for number in 0..events / 2 {
        let time = EventTime::from_millis(1_767_600_000_000 + i64::from(number) * 3_600_000);
        let payment = Transaction {
            transaction_id: Some(number.to_string().into()),
            user_id: "anna".into(),
            amount: Amount::from_units(i64::from(number % 40)),
            currency: "EUR".into(),
            merchant: Some("kiosk".into()),
            location: None,
            time,
        };
        alerts += body.take_in(&Event::Transaction(payment), &circumstances).raised.len();
        let label = TransactionLabel {
            transaction_id: number.saturating_sub(5).to_string().into(),
            user_id: "anna".into(),
            merchant: Some("kiosk".into()),
            is_fraud: false,
            time,
        };
        alerts += body.take_in(&Event::TransactionLabel(label), &circumstances).raised.len();
    }
    let each = started.elapsed() / events.max(1);
    println!("{detector}: {events} payments and labels, {alerts} alerts, {each:?} an event");
}

fn settings(detector: &str) -> Settings {
    let is_off = |name: &&&str| match detector {
        "all" => false,
        "none" => true,
        _ => **name != detector,
    };
    let detectors_off: DetectorNames =
        SensorDetectors::NAMES.iter().filter(is_off).map(|name| (*name).to_owned()).collect();
    if detector == "default" {
        return Settings::default();
    }
    Settings { detectors_off, ..Settings::default() }
}

/// A day's course and some noise, every ten seconds.
fn event(number: u32) -> SensorReading<'static> {
    let hour = f64::from(number / 360 % 24);
    let reading = |(place, measure): (u32, &'static str)| {
        let mixed = (number * 3 + place + 1).wrapping_mul(2_654_435_761) >> 16;
        let noise = f64::from(mixed % 1_000) / 500.0;
        Reading { measure: measure.into(), value: 20.0 + (hour - 12.0).abs() / 2.0 + noise }
    };
    SensorReading {
        sensor_id: "boiler".into(),
        message_id: None,
        readings: (0..).zip(MEASURES).map(reading).collect(),
        left_out: LeftOut::default(),
        location: None,
        time: EventTime::from_millis(i64::from(number) * 10_000),
    }
}
