//! What holds for all detectors and any stream.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::examples::{payment, sensor_reading, user_event};
use super::sets::{SensorDetectors, UserDetectors};
use super::{BlobError, Raised};
use crate::alerts::Evidence;
use crate::amount::Amount;
use crate::events::{Event, SensorReading, Transaction};
use crate::settings::{DetectorNames, Settings};
use crate::state::{Body, SensorState, UserState};
use crate::time::EventTime;

/// An event of a stream, as plain values.
#[derive(Clone, Debug)]
struct Step {
    what: What,
    millis: i64,
}

#[derive(Clone, Debug)]
enum What {
    Did(&'static str),
    Paid { micros: i128, currency: String },
    Measured(Vec<(String, f64)>),
}

impl Step {
    fn event(&self) -> Event<'_> {
        let time = EventTime::from_millis(self.millis);
        match &self.what {
            What::Did(kind) => Event::UserEvent(user_event(kind, self.millis)),
            What::Paid { micros, currency } => {
                let paid = payment(Amount::from_micros(*micros), currency);
                Event::Transaction(Transaction { time, ..paid })
            }
            What::Measured(readings) => {
                let readings: Vec<(&str, f64)> =
                    readings.iter().map(|(measure, value)| (measure.as_str(), *value)).collect();
                Event::SensorReading(SensorReading { time, ..sensor_reading(&readings) })
            }
        }
    }
}

/// How an event's time differs from that of the one before.
#[derive(Clone, Copy, Debug)]
enum Move {
    By(i64),
    To(i64),
}

/// A moment later, minutes later, earlier, or anywhere that an event may claim.
fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        16 => (0..800_i64).prop_map(Move::By),
        3 => (0..1_800_000_i64).prop_map(Move::By),
        1 => (-7_200_000..0_i64).prop_map(Move::By),
        1 => (0..EventTime::END.as_millis()).prop_map(Move::To),
    ]
}

fn steps(what: impl Strategy<Value = What>) -> impl Strategy<Value = Vec<Step>> {
    vec((what, moves()), 1..100).prop_map(|stream| {
        let mut now = 1_767_600_000_000;
        let mut steps = Vec::new();
        for (what, step) in stream {
            now = match step {
                Move::By(millis) => now + millis,
                Move::To(millis) => millis,
            };
            steps.push(Step { what, millis: now.clamp(0, EventTime::END.as_millis() - 1) });
        }
        steps
    })
}

fn values() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-500_i32..1_500).prop_map(|tenths| f64::from(tenths) / 10.0),
        1 => -1e9..1e9,
        1 => any::<f64>().prop_filter("events hold finite numbers", |value| value.is_finite()),
    ]
}

fn user_steps() -> impl Strategy<Value = Vec<Step>> {
    let did = prop_oneof![2 => Just("click"), 1 => Just("view")].prop_map(What::Did);
    let limit = Amount::LIMIT.as_micros();
    let micros = prop_oneof![
        8 => -1_000_000_i128..200_000_000,
        1 => 0..20_000_000_000_i128,
        1 => -limit..=limit,
    ];
    let paid = (micros, "EUR|EUR|EUR|[A-C]{1,3}")
        .prop_map(|(micros, currency)| What::Paid { micros, currency });
    steps(prop_oneof![4 => did, 1 => paid])
}

/// What no parsed event holds, and the extremes of what it may.
fn odd_values() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => values(),
        1 => any::<f64>(),
        1 => prop::sample::select(vec![
            f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, f64::MIN_POSITIVE,
            -0.0, 0.0, 1e12, -1e12, 1e-12,
        ]),
    ]
}

fn sensor_steps(measures: &'static str) -> impl Strategy<Value = Vec<Step>> {
    steps(vec((measures, values()), 1..6).prop_map(What::Measured))
}

/// More than a sensor of three measures can come to with every detector on: what the detectors learn,
/// and thirteen cooldowns (of nine detectors, two of them by measure) of 48 bytes with their names.
const MOST_BYTES: usize = 1_900 + 13 * 48;

/// Everything raised for a stream, the detectors' state stored and read again before each event
/// that is marked, and the bytes at the end.
fn run(
    mut body: Body,
    steps: &[Step],
    settings: &Settings,
    stored_before: &[bool],
) -> (Vec<Raised>, Vec<u8>) {
    let mut raised = Vec::new();
    for (step, is_stored) in steps.iter().zip(stored_before.iter().cycle()) {
        if *is_stored {
            store_and_read(&mut body).unwrap();
        }
        raised.extend(body.take(&step.event(), settings).raised);
    }
    (raised, stored(&body))
}

fn stored(body: &Body) -> Vec<u8> {
    match body {
        Body::User(user) => user.detectors.encode(),
        Body::Sensor(sensor) => sensor.detectors.encode(),
        Body::Partition(_) | Body::Merchant(_) | Body::Calibrator(_) => Vec::new(),
    }
}

fn store_and_read(body: &mut Body) -> Result<(), BlobError> {
    match body {
        Body::User(user) => user.detectors = UserDetectors::decode(&user.detectors.encode())?,
        Body::Sensor(sensor) => {
            sensor.detectors = SensorDetectors::decode(&sensor.detectors.encode())?;
        }
        Body::Partition(_) | Body::Merchant(_) | Body::Calibrator(_) => {}
    }
    Ok(())
}

fn all_on() -> Settings {
    Settings {
        detectors_off: DetectorNames::default(),
        sensor_warm_up_readings: 0,
        sensor_score_threshold: 2.0,
        tail_norm_threshold: 2.0,
        multivariate_score_factor: 0.5,
        ..Settings::default()
    }
}

/// What `cold_transaction` keeps at most here, where topics have no name: three stretches, what is
/// forgotten, and four payments of up to 61 bytes.
const COLD_BYTES: usize = 24 + 3 * 20 + 13 + 4 * 61;

fn user() -> Body {
    Body::User(UserState::default())
}

fn sensor() -> Body {
    Body::Sensor(SensorState::default())
}

/// Settings that `Settings::check` would refuse most of the time.
fn absurd_settings() -> impl Strategy<Value = Settings> {
    let counts = prop_oneof![Just(0), Just(1), Just(usize::MAX), 0..100_usize];
    let durations = any::<u64>().prop_map(Duration::from_millis);
    (counts, durations, any::<f64>(), any::<u64>()).prop_map(|(count, duration, number, least)| {
        Settings {
            unusual_amount_factor: number,
            unusual_amount_min_count: least,
            rapid_activity_events: count,
            rapid_activity_span: duration,
            rapid_clicks_count: count,
            rapid_clicks_span: duration,
            long_session: duration,
            reading_deviation_share: number,
            sensor_warm_up_readings: least,
            sensor_score_threshold: number,
            tail_norm_threshold: number,
            multivariate_score_factor: number,
            temperature_high: number,
            temperature_critical_margin: number,
            humidity_low: number,
            battery_low: number,
            session_gap: duration,
            spend_window: duration,
            sensor_window: duration,
            detectors_off: DetectorNames::default(),
            ..Settings::default()
        }
    })
}

proptest! {
    #[test]
    fn a_users_alerts_survive_storage_at_any_point(
        steps in user_steps(),
        stored_before: [bool; 7],
    ) {
        let settings = Settings::default();
        let kept = run(user(), &steps, &settings, &[false]);
        prop_assert_eq!(&kept, &run(user(), &steps, &settings, &stored_before));
        prop_assert!(kept.1.len() < 600 + COLD_BYTES, "{} bytes", kept.1.len());
    }

    #[test]
    fn a_sensors_alerts_survive_storage_at_any_point(
        steps in sensor_steps("temperature|humidity|battery_level"),
        stored_before: [bool; 7],
    ) {
        let settings = all_on();
        let kept = run(sensor(), &steps, &settings, &[false]);
        prop_assert_eq!(&kept, &run(sensor(), &steps, &settings, &stored_before));
        prop_assert!(kept.1.len() < MOST_BYTES, "{} bytes", kept.1.len());
        // As it is by default: a sensor of three measures.
        let usual = run(sensor(), &steps, &Settings::default(), &[false]).1;
        prop_assert!(usual.len() < 1_024, "{} bytes", usual.len());
    }

    #[test]
    fn no_stream_of_readings_leaves_anything_but_finite_numbers(
        steps in steps(vec(("temperature|humidity|battery_level", odd_values()), 1..6)
            .prop_map(What::Measured)),
    ) {
        let mut body = sensor();
        let mut settings = all_on();
        // Long enough for every detector to have learnt what it learns.
        for step in steps.iter().cycle().take(1_000) {
            for raised in body.take(&step.event(), &settings).raised {
                let numbers = raised.evidence.iter().map(|fact| &fact.value);
                let is_finite = |value: &Evidence| !matches!(value, Evidence::Number(number) if !number.is_finite());
                prop_assert!(numbers.clone().all(is_finite), "{raised:?}");
            }
            settings.tail_norm_threshold = 1.0;
        }
        let Body::Sensor(sensor) = body else { unreachable!("it was a sensor") };
        let shown = format!("{sensor:?}");
        prop_assert!(!shown.contains("NaN") && !shown.contains("inf"), "{shown}");
        prop_assert!(sensor.detectors.encode().len() < MOST_BYTES);
    }

    #[test]
    fn no_setting_and_no_number_of_measures_grows_state_without_bound(
        settings in absurd_settings(),
        users in user_steps(),
        sensors in sensor_steps("[a-z]{1,64}"),
    ) {
        // Two lists of 50 times of 7 bytes each; 16 measures of a name of 64 bytes in three
        // detectors, with ten readings of 9 bytes, 180 and 230 bytes, and eight in the fourth.
        // A user's windows of payments hold sixteen numbers of up to 19 bytes; a cooldown takes up to
        // 45 bytes and a measure's name, one for each of a user's detectors and 32 of a sensor's.
        prop_assert!(run(user(), &users, &settings, &[false]).1.len() < 800 + 340 + COLD_BYTES + 10 * 45);
        prop_assert!(run(sensor(), &sensors, &settings, &[false]).1.len() < 11_500 + 32 * 110);
    }
}

#[test]
fn the_streams_above_do_raise_every_alert() {
    let mut seen = BTreeSet::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..200 {
        let users = user_steps().new_tree(&mut runner).unwrap().current();
        let sensors = sensor_steps("temperature|humidity|battery_level");
        let sensors = sensors.new_tree(&mut runner).unwrap().current();
        let settings = all_on();
        seen.extend(run(user(), &users, &settings, &[false]).0.iter().map(|one| one.detector));
        seen.extend(run(sensor(), &sensors, &settings, &[false]).0.iter().map(|one| one.detector));
    }
    let raised_early = [
        "battery_low",
        "cold_transaction",
        "high_value",
        "humidity_range",
        "long_session",
        "rapid_activity",
        "rapid_clicks",
        "reading_deviation",
        "sensor_score",
        "tail_norm",
        "temperature_range",
        "unusual_amount",
    ];
    for name in raised_early {
        assert!(seen.contains(name), "no stream made `{name}` raise an alert");
    }
}

#[test]
fn a_detector_that_is_off_raises_nothing_and_keeps_what_it_knew() {
    let mut body = sensor();
    let low = Step { what: What::Measured(vec![("battery_level".into(), 5.0)]), millis: 0 };
    let settings = Settings { alert_cooldown: Duration::ZERO, ..Settings::default() };
    let off = Settings { detectors_off: ["battery_low".to_owned()].into(), ..settings.clone() };
    for _ in 0..10 {
        assert_eq!(body.take(&low.event(), &settings).raised.len(), 1);
    }
    let before = stored(&body);
    let all: Vec<String> = SensorDetectors::NAMES.iter().map(|name| (*name).to_owned()).collect();
    let all_off = Settings { detectors_off: all.into_iter().collect(), ..settings.clone() };
    assert!(body.take(&low.event(), &all_off).raised.is_empty());
    assert_eq!(stored(&body), before);
    assert!(body.take(&low.event(), &off).raised.is_empty());
    assert_eq!(body.take(&low.event(), &settings).raised[0].detector, "battery_low");
}
