//! Runs detectors over a stream of events, to count what they cost:
//!
//! ```sh
//! cargo build -p millrace-shared --example detector_cost
//! valgrind --tool=none target/debug/examples/detector_cost tail_norm 100000
//! target/debug/examples/detector_cost table
//! ```
//!
//! `none` for all detectors of sensors off, `all` for all on, `default` for the default settings.
//! `fraud_score` and `payments` run payments of one user and their labels instead, with that detector and
//! without it. `table` prints of every detector what it takes on top of what is done without any, and
//! the bytes of its state.

mod streams;

use std::time::{Duration, Instant};

use millrace_shared::circumstances::{Circumstances, Learnt};
use millrace_shared::detectors::sets::{SensorDetectors, UserDetectors};
use millrace_shared::entity::EntityKind;
use millrace_shared::events::Event;
use millrace_shared::fraud::{Calibration, Posterior};
use millrace_shared::settings::{DetectorNames, Settings};
use millrace_shared::state::{Body, EntityState};

use streams::{activity, payment_or_label, reading};

/// Events of the table's runs, and how often each is run; the fastest counts.
const EVENTS: u32 = 40_000;
const RUNS: usize = 15;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let detector = arguments.next().unwrap_or_else(|| "default".to_owned());
    let events: u32 = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(100_000);
    if detector == "table" {
        return table();
    }
    let is_payments = ["fraud_score", "payments"].contains(&detector.as_str());
    let stream = if is_payments { Stream::Payments } else { Stream::Readings };
    let settings = match detector.as_str() {
        "default" => Settings::default(),
        "payments" => without(|name| name == "fraud_score"),
        "fraud_score" => without(|_| false),
        "all" => without(|_| false),
        "none" => without(|_| true),
        only => without(|name| name != only),
    };
    let run = run(stream, events, &settings);
    let each = run.time / events.max(1);
    println!("{detector}: {events} events, {} alerts, {each:?} an event", run.alerts);
}

/// What an entity gets.
#[derive(Clone, Copy)]
enum Stream {
    /// What a sensor of three measures sends.
    Readings,
    /// What a user does.
    Activity,
    /// What a user pays, and what became of it.
    Payments,
}

struct Run {
    time: Duration,
    alerts: usize,
    bytes: usize,
}

fn run(stream: Stream, events: u32, settings: &Settings) -> Run {
    let kind =
        if matches!(stream, Stream::Readings) { EntityKind::Sensor } else { EntityKind::User };
    let mut body = EntityState::new(kind).body;
    let (merchant, calibration) = (Posterior::default(), Calibration::default());
    let learnt = Some(Learnt { merchant: Some(merchant), calibration: &calibration });
    let circumstances = Circumstances { learnt, ..Circumstances::of(settings) };
    let mut alerts = 0;
    let mut time = Duration::ZERO;
    for number in 0..events {
        let texts = streams::Texts::of(number);
        let event = match stream {
            Stream::Readings => Event::SensorReading(reading(number)),
            Stream::Activity => Event::UserEvent(activity(number)),
            Stream::Payments => payment_or_label(number, &texts),
        };
        let started = Instant::now();
        alerts += body.take_in(&event, &circumstances).raised.len();
        time += started.elapsed();
    }
    Run { time, alerts, bytes: state_bytes(&body) }
}

fn state_bytes(body: &Body) -> usize {
    match body {
        Body::User(user) => user.detectors.encode().len(),
        Body::Sensor(sensor) => sensor.detectors.encode().len(),
        Body::Partition(_) | Body::Merchant(_) | Body::Calibrator(_) => 0,
    }
}

/// The default settings without some of the detectors; each alert by itself.
fn without(is_off: impl Fn(&str) -> bool) -> Settings {
    let names = SensorDetectors::NAMES.iter().chain(UserDetectors::NAMES);
    let off = names.filter(|name| is_off(name)).map(|name| (*name).to_owned());
    Settings {
        detectors_off: off.collect::<DetectorNames>(),
        alert_cooldown: Duration::ZERO,
        ..Settings::default()
    }
}

fn table() {
    println!("{:20} {:>8} {:>6}", "detector", "ns", "bytes");
    let of_payments =
        ["fraud_score", "high_value", "impossible_travel", "unusual_amount", "velocity"];
    for name in SensorDetectors::NAMES {
        row(Stream::Readings, name, |other| other != *name);
    }
    for name in UserDetectors::NAMES {
        let is_of_payments = of_payments.contains(name) || *name == "cold_transaction";
        let stream = if is_of_payments { Stream::Payments } else { Stream::Activity };
        row(stream, name, |other| other != *name);
    }
    let is_default = Settings::default().detectors_off;
    let off_by_default = |name: &str| is_default.contains(name);
    row(Stream::Readings, "sensors, by default", off_by_default);
    row(Stream::Activity, "user events, all", off_by_default);
    row(Stream::Payments, "payments, all", off_by_default);
}

/// Prints what the detectors that are not off take besides what is done without any.
fn row(stream: Stream, name: &str, is_off: impl Fn(&str) -> bool) {
    let (with, none) = (without(is_off), without(|_| true));
    let mut fastest = [Duration::MAX; 2];
    let mut bytes = 0;
    for _ in 0..RUNS {
        for (fastest, settings) in fastest.iter_mut().zip([&none, &with]) {
            let run = run(stream, EVENTS, settings);
            *fastest = run.time.min(*fastest);
            bytes = run.bytes.saturating_sub(1);
        }
    }
    let [none, with] = fastest.map(|time| time.as_nanos() / u128::from(EVENTS));
    println!("{name:20} {:>8} {bytes:>6}", with.saturating_sub(none));
}
