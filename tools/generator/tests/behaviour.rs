//! What the detectors' rules would find in a stream of the default settings, computed here the plain
//! way: bots, fraud and failing sensors are found, and most others are left alone.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use millrace_generator::{Failure, Generator, KafkaRecord, Settings, Tally};
use serde_json::Value;

const MINUTE_MS: i64 = 60_000;

/// The sound records of a stream in order, by topic and then by key.
struct Stream {
    tally: Tally,
    by_key: BTreeMap<String, Vec<(i64, Value)>>,
}

fn stream(topics: &[&str]) -> Stream {
    let mut generator = Generator::new(Settings::default());
    let mut by_key: BTreeMap<String, Vec<(i64, Value)>> = BTreeMap::new();
    for record in generator.by_ref() {
        if !topics.contains(&&*record.topic) {
            continue;
        }
        let Some(value) = sound_value(&record) else { continue };
        let key = String::from_utf8(record.key.expect("every record has a key")).unwrap();
        by_key.entry(key).or_default().push((record.timestamp, value));
    }
    Stream { tally: generator.tally().clone(), by_key }
}

fn sound_value(record: &KafkaRecord) -> Option<Value> {
    let value: Value = serde_json::from_slice(record.value.as_deref()?).ok()?;
    (value.is_object() && value["value"].is_null()).then_some(value)
}

fn event_type(value: &Value) -> Option<&str> {
    let members = ["eventType", "event_type", "action", "activity_type"];
    members.into_iter().find_map(|member| value[member].as_str())
}

fn amount(value: &Value) -> f64 {
    value["amount"].as_f64().or_else(|| value["amount"].as_str()?.parse().ok()).unwrap()
}

/// The keys for which some ten in a row of the chosen records span less than a duration.
fn ten_within(stream: &Stream, limit_ms: i64, chosen: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (key, records) in &stream.by_key {
        let times: Vec<i64> =
            records.iter().filter(|(_, value)| chosen(value)).map(|(time, _)| *time).collect();
        if times.windows(10).any(|ten| ten[9] - ten[0] < limit_ms) {
            found.insert(key.clone());
        }
    }
    found
}

#[test]
fn a_hundred_thousand_records_take_some_hours_and_sessions_end_in_them() {
    let stream = stream(&["user-events", "transactions"]);
    let hours = (stream.tally.last_ms - stream.tally.first_ms) / (60 * MINUTE_MS);
    assert!((5..12).contains(&hours), "{hours} hours");

    let (mut ended, mut long) = (0, BTreeSet::new());
    for (user, records) in &stream.by_key {
        let mut start = records[0].0;
        for pair in records.windows(2) {
            let [(earlier, _), (later, _)] = pair else { unreachable!("windows of two") };
            if later - earlier > 30 * MINUTE_MS {
                ended += 1;
                start = *later;
            } else if later - start > 60 * MINUTE_MS {
                long.insert(user);
            }
        }
    }
    assert!(ended > 2_000, "{ended} sessions ended");
    let users = stream.by_key.len();
    assert!((5..users / 20).contains(&long.len()), "{} of {users} users", long.len());
}

#[test]
fn bots_are_rapid_and_hardly_anyone_else_is() {
    let stream = stream(&["user-events"]);
    let bots = &stream.tally.bots;
    assert!(bots.len() >= 5, "{bots:?}");

    let rapid_activity = ten_within(&stream, 10_000, |_| true);
    assert!(bots.is_subset(&rapid_activity));
    let people = rapid_activity.difference(bots).count();
    assert!(people <= stream.by_key.len() / 100, "{people} people are as rapid as bots");

    let rapid_clicks = ten_within(&stream, MINUTE_MS, |value| event_type(value) == Some("click"));
    assert!(bots.is_subset(&rapid_clicks));
    let people = rapid_clicks.difference(bots).count();
    assert!(people <= stream.by_key.len() / 50, "{people} people click like bots");
}

#[test]
fn fraud_is_high_and_unusual_and_the_rest_is_mostly_neither() {
    let stream = stream(&["transactions"]);
    let fraud = &stream.tally.fraud;
    assert!(fraud.len() >= 5, "{fraud:?}");

    let (mut high, mut unusual) = (BTreeSet::new(), BTreeSet::new());
    for (user, payments) in &stream.by_key {
        let (mut count, mut total) = (0.0, 0.0);
        for (_, payment) in payments {
            let amount = amount(payment);
            count += 1.0;
            total += amount;
            if amount > 10_000.0 {
                high.insert(user.clone());
            }
            if count > 5.0 && amount > 3.0 * (total / count) {
                unusual.insert(user.clone());
            }
        }
    }
    assert_eq!(&high, fraud, "nobody else pays so much");
    assert!(fraud.is_subset(&unusual));
    let others = unusual.difference(fraud).count();
    assert!(others <= stream.by_key.len() / 50, "{others} others pay unusual amounts");
}

#[test]
fn failing_sensors_pass_the_limits_and_no_other_does() {
    let stream = stream(&["sensor-data"]);
    let failing = &stream.tally.failing_sensors;
    let kinds: BTreeSet<Failure> = failing.values().copied().collect();
    assert_eq!(kinds.len(), 6, "every kind of failure occurs: {failing:?}");

    let mut found: BTreeMap<String, Failure> = BTreeMap::new();
    for (sensor, events) in &stream.by_key {
        for (_, event) in events {
            if let Some(failure) = limit_passed(event) {
                found.insert(sensor.clone(), failure);
            }
        }
    }
    let mut expected = failing.clone();
    expected.retain(|_, failure| *failure != Failure::Jump);
    assert_eq!(found, expected);
}

fn limit_passed(event: &Value) -> Option<Failure> {
    let measures: Vec<(&str, f64)> = if let Some(data) = event["data"].as_object() {
        data.iter()
            .filter_map(|(measure, value)| Some((measure.as_str(), value.as_f64()?)))
            .collect()
    } else {
        let measure = event["sensorType"].as_str().unwrap();
        let readings = event["readings"].as_array().unwrap();
        readings.iter().map(|reading| (measure, reading.as_f64().unwrap())).collect()
    };
    measures.into_iter().find_map(|(measure, value)| match measure {
        "temperature" if value > 40.0 => Some(Failure::Hot),
        "temperature" if value < 0.0 => Some(Failure::Freezing),
        "humidity" if value > 95.0 => Some(Failure::Damp),
        "humidity" if value < 5.0 => Some(Failure::Dry),
        "battery_level" if value < 10.0 => Some(Failure::FlatBattery),
        _ => None,
    })
}

/// Of ten readings before it, the mean; a jump is further than half of it away.
#[test]
fn a_jump_deviates_from_the_last_ten_readings() {
    let stream = stream(&["sensor-data"]);
    let mut deviating = BTreeSet::new();
    for (sensor, events) in &stream.by_key {
        let mut temperatures: Vec<f64> = Vec::new();
        for (_, event) in events {
            match (event["data"]["temperature"].as_f64(), event["sensorType"].as_str()) {
                (Some(temperature), _) => temperatures.push(temperature),
                (None, Some("temperature")) => {
                    let readings = event["readings"].as_array().unwrap();
                    temperatures.extend(readings.iter().filter_map(Value::as_f64));
                }
                _ => {}
            }
        }
        for eleven in temperatures.windows(11) {
            let mean = eleven[1..].iter().sum::<f64>() / 10.0;
            if (eleven[10] - mean).abs() > 0.5 * mean.abs() {
                deviating.insert(sensor.clone());
            }
        }
    }
    for (sensor, failure) in &stream.tally.failing_sensors {
        if *failure == Failure::Jump {
            assert!(deviating.contains(sensor), "{sensor}");
        }
        let temperature_fails = matches!(failure, Failure::Hot | Failure::Freezing | Failure::Jump);
        assert!(temperature_fails || !deviating.contains(sensor), "{sensor}");
    }
    assert!(deviating.iter().all(|sensor| stream.tally.failing_sensors.contains_key(sensor)));
}
