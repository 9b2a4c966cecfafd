//! Events that are late, ahead of their records or incomplete are counted, each once.

use serde_json::{Value, json};

use crate::support::Aws;
use crate::{SUCCESS, answer, function};

/// 2026-01-05T08:00:00Z, in milliseconds.
const EIGHT: i64 = 1_767_600_000_000;
const MINUTE: i64 = 60_000;

/// An event of this time, written to its topic at another.
struct Written {
    topic: &'static str,
    time: i64,
    recorded: Option<i64>,
    members: Value,
}

/// In the time that it tells itself, in minutes after eight.
fn in_time(topic: &'static str, minute: i64, members: Value) -> Written {
    let time = EIGHT + minute * MINUTE;
    Written { topic, time, recorded: Some(time), members }
}

/// So many milliseconds ahead of a record of eight o'clock.
fn ahead(topic: &'static str, millis: i64, members: Value) -> Written {
    Written { topic, time: EIGHT + millis, recorded: Some(EIGHT), members }
}

fn viewed(user: &str) -> Value {
    json!({"user_id": user, "event_type": "view"})
}

fn paid(user: &str) -> Value {
    json!({"user_id": user, "amount": 20, "currency": "EUR"})
}

fn measured(sensor: &str, data: &Value) -> Value {
    json!({"sensor_id": sensor, "data": data})
}

/// One batch with all of them, in their order.
fn batch(written: &[Written]) -> String {
    let mut records = serde_json::Map::new();
    for (offset, one) in written.iter().enumerate() {
        let mut value = one.members.clone();
        value["timestamp"] = one.time.into();
        let list = records.entry(format!("{}-0", one.topic)).or_insert_with(|| json!([]));
        list.as_array_mut().unwrap().push(json!({
            "topic": one.topic,
            "partition": 0,
            "offset": offset,
            "timestamp": one.recorded,
            "value": base64_simd::STANDARD.encode_to_string(value.to_string()),
        }));
    }
    json!({"eventSource": "aws:kafka", "eventSourceArn": "arn:main", "records": records})
        .to_string()
}

/// What came of a metric by its dimension, once a batch has been handed over twice.
async fn counted(written: &[Written], metric: &str) -> Vec<(String, String)> {
    let aws = Aws::embedded().await;
    let (function, _) = function(&aws, &[]).await;
    let batch = batch(written);
    for _ in 0..2 {
        assert_eq!(answer(&function, &batch).await.unwrap(), SUCCESS);
    }
    let metrics = aws.endpoints().metrics();
    let of_metric = metrics.iter().filter(|datum| datum.name == metric);
    let mut counted: Vec<(String, String)> = of_metric
        .map(|datum| {
            let values: Vec<&str> = datum.dimensions.values().map(String::as_str).collect();
            (values.join(","), datum.statistics.sum.to_string())
        })
        .collect();
    counted.sort();
    counted
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
}

#[tokio::test]
async fn events_too_late_for_their_session_or_window_are_counted_by_kind_of_entity() {
    let warm = json!({"temperature": 20});
    let events = [
        // Half an hour after the last one, or before the first one, a session ends.
        in_time("user-events", 0, viewed("anna")),
        in_time("user-events", 120, viewed("anna")),
        in_time("user-events", 91, viewed("anna")),
        in_time("user-events", 60, viewed("anna")), // too late
        // Spending from eight to nine is told at five past nine.
        in_time("transactions", 30, paid("ben")),
        in_time("transactions", 64, paid("ben")),
        in_time("transactions", 40, paid("ben")),
        in_time("transactions", 65, paid("ben")),
        in_time("transactions", 41, paid("ben")), // too late
        in_time("transactions", 42, paid("cleo")),
        // Measures of the first five minutes are told at ten past eight.
        in_time("sensor-data", 0, measured("boiler", &warm)),
        in_time("sensor-data", 9, measured("boiler", &warm)),
        in_time("sensor-data", 4, measured("boiler", &warm)),
        in_time("sensor-data", 10, measured("boiler", &warm)),
        in_time("sensor-data", 5, measured("boiler", &warm)),
        in_time("sensor-data", 4, measured("boiler", &warm)), // too late
    ];
    let expected = pairs(&[("sensor", "1"), ("user", "2")]);
    assert_eq!(counted(&events, "EventsLate").await, expected);
}

#[tokio::test]
async fn events_more_than_an_hour_ahead_of_their_record_are_counted_by_kind_of_entity() {
    let hour = 60 * MINUTE;
    let warm = json!({"temperature": 20});
    let without_time =
        Written { recorded: None, ..ahead("user-events", hour * 24, viewed("dora")) };
    let events = [
        ahead("user-events", hour, viewed("anna")),
        ahead("user-events", hour + 1, viewed("ben")),
        ahead("transactions", 24 * hour, paid("cleo")),
        ahead("sensor-data", hour, measured("boiler", &warm)),
        ahead("sensor-data", hour + 1, measured("stove", &warm)),
        ahead("sensor-data", -24 * hour, measured("attic", &warm)),
        without_time,
    ];
    let expected = pairs(&[("sensor", "1"), ("user", "2")]);
    assert_eq!(counted(&events, "EventsAhead").await, expected);
}

#[tokio::test]
async fn events_without_some_of_their_readings_are_counted_by_what_was_wrong_with_these() {
    let mut seventeen = json!({"temperature": 20});
    for number in 0..16 {
        seventeen[format!("m{number}")] = number.into();
    }
    let mut both = seventeen.clone();
    both["co2"] = json!("NaN");
    let events = [
        in_time("sensor-data", 0, measured("boiler", &json!({"temperature": 20, "co2": "NaN"}))),
        in_time("sensor-data", 1, measured("boiler", &json!({"temperature": 20, "co2": "1e13"}))),
        in_time("sensor-data", 2, measured("boiler", &json!({"temperature": 20, "note": "off"}))),
        in_time("sensor-data", 0, measured("stove", &seventeen)),
        in_time("sensor-data", 0, measured("attic", &both)),
    ];
    let expected = pairs(&[("absurd", "3"), ("surplus", "2")]);
    assert_eq!(counted(&events, "EventsIncomplete").await, expected);
}
