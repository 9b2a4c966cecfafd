//! The scores and alerts of the reference, made in 64-bit floats by other code.

use serde_json::Value;

use super::super::examples::{alerts_with, evidence, sensor_reading};
use super::*;

const GOLDEN: &str = include_str!("golden.json");

/// 1,200 readings, five minutes apart, with the scores and the alerts that they should have.
struct Golden {
    readings: Vec<(EventTime, f64)>,
    scores: Vec<f64>,
    alerts: Vec<usize>,
}

fn golden() -> Golden {
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    let floats = |name: &str| -> Vec<f64> {
        golden[name].as_array().unwrap().iter().map(|one| one.as_f64().unwrap()).collect()
    };
    let (start, step) = (golden["t0"].as_i64().unwrap(), golden["dt"].as_i64().unwrap());
    let time = |place: i64| EventTime::from_millis((start + step * place) * 1_000);
    let alerts = golden["alerts"].as_array().unwrap().iter();
    Golden {
        readings: (0..).map(time).zip(floats("x")).collect(),
        scores: floats("score"),
        alerts: alerts.map(|one| usize::try_from(one.as_u64().unwrap()).unwrap()).collect(),
    }
}

fn without_warm_up() -> Settings {
    Settings { sensor_warm_up_readings: 0, ..Settings::default() }
}

/// What each reading of the golden stream raises, the state stored and read again every so many.
fn alerts_at(settings: &Settings, stored_every: usize) -> Vec<usize> {
    let mut detector = SensorScore::default();
    let mut alerts = Vec::new();
    for (place, (time, value)) in golden().readings.into_iter().enumerate() {
        if place % stored_every == 0 {
            let stored = postcard::to_stdvec(&detector).unwrap();
            detector = postcard::from_bytes(&stored).unwrap();
        }
        let event = SensorReading { time, ..sensor_reading(&[("temperature", value)]) };
        let raised = alerts_with(&mut detector, &event, &SensorProfile::default(), settings);
        if !raised.is_empty() {
            alerts.push(place);
        }
    }
    alerts
}

#[test]
fn scores_are_those_of_the_reference() {
    let golden = golden();
    assert_eq!(golden.readings.len(), 1_200);
    let mut measure = Measure::default();
    for ((time, value), expected) in golden.readings.into_iter().zip(golden.scores) {
        let score = measure.take(narrowed(value), time).score();
        let allowed = 1e-3 * expected.abs();
        assert!((f64::from(score) - expected).abs() <= allowed, "{score} for {expected} at {time}");
    }
}

#[test]
fn alerts_are_those_of_the_reference_however_often_the_state_is_stored() {
    for stored_every in [1, 7, 2_000] {
        assert_eq!(alerts_at(&without_warm_up(), stored_every), golden().alerts);
    }
}

#[test]
fn nothing_is_raised_in_the_first_150_readings() {
    let golden = golden();
    assert_eq!(golden.alerts[0], 21);
    let alerts = alerts_at(&Settings::default(), 2_000);
    assert!(alerts.iter().all(|place| *place >= 150), "{alerts:?}");
    assert_eq!(alerts.last(), golden.alerts.last());
}

#[test]
fn a_measure_takes_less_than_200_bytes() {
    let mut detector = SensorScore::default();
    for (time, value) in golden().readings {
        let event = SensorReading { time, ..sensor_reading(&[("temperature", value)]) };
        alerts_with(&mut detector, &event, &SensorProfile::default(), &without_warm_up());
    }
    let bytes = postcard::to_stdvec(&detector).unwrap().len();
    assert!(bytes < 200, "{bytes} bytes");
}

#[test]
fn the_alert_says_what_was_read_and_why_it_is_improbable() {
    let golden = golden();
    let mut detector = SensorScore::default();
    let mut raised = Vec::new();
    for (time, value) in &golden.readings[..=golden.alerts[2]] {
        let readings = [("temperature", *value), ("humidity", 50.0)];
        let event = SensorReading { time: *time, ..sensor_reading(&readings) };
        let settings = without_warm_up();
        raised = alerts_with(&mut detector, &event, &SensorProfile::default(), &settings);
    }
    assert_eq!((raised.len(), raised[0].severity), (1, Severity::Medium));
    assert_eq!(raised[0].qualifier, "temperature");
    assert_eq!(
        raised[0].message,
        "A temperature reading of 28.2879 is improbable: it scores 6.9, and 5.25 is enough."
    );
    let evidence = evidence(&raised[0]);
    assert!(evidence.starts_with("measure=temperature reading=28.2879 score=6.9"), "{evidence}");
}

#[test]
fn an_event_raises_one_alert_for_a_measure() {
    let settings = Settings { sensor_score_threshold: 0.1, ..without_warm_up() };
    let mut detector = SensorScore::default();
    for number in 0..40 {
        let event = sensor_reading(&[("pressure", f64::from(number % 2))]);
        alerts_with(&mut detector, &event, &SensorProfile::default(), &settings);
    }
    let event = sensor_reading(&[("pressure", 20.0), ("pressure", 1e6), ("pressure", 1e9)]);
    let raised = alerts_with(&mut detector, &event, &SensorProfile::default(), &settings);
    assert_eq!(raised.len(), 1);
}
