//! Runs one detector of sensors over a stream of three measures, to count what it costs:
//!
//! ```sh
//! cargo build -p millrace-shared --example detector_cost
//! valgrind --tool=none target/debug/examples/detector_cost tail_norm 100000
//! ```
//!
//! `none` for all of them off, `all` for all on, `default` for the default settings.

use std::time::Instant;

use millrace_shared::detectors::sets::SensorDetectors;
use millrace_shared::events::{Event, Reading, SensorReading};
use millrace_shared::settings::{DetectorNames, Settings};
use millrace_shared::state::{Body, SensorState};
use millrace_shared::time::EventTime;

const MEASURES: [&str; 3] = ["temperature", "humidity", "pressure"];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let detector = arguments.next().unwrap_or_else(|| "default".to_owned());
    let events: u32 = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(100_000);
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
        location: None,
        time: EventTime::from_millis(i64::from(number) * 10_000),
    }
}
