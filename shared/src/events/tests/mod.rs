//! Whole values, through the front door.

mod properties;
mod sensor_readings;
mod transaction_labels;
mod transactions;
mod user_events;

use super::{
    Event, EventError, EventKind, SensorReading, Transaction, TransactionLabel, UserEvent, parse,
};
use crate::kafka::Timestamp;
use crate::time::EventTime;

/// 2026-01-05T08:00:00Z, in milliseconds.
const EIGHT: i64 = 1_767_600_000_000;

/// The record's own time in these tests: an hour later.
const RECORD_TIME: Option<Timestamp> = Some(Timestamp(EIGHT + 3_600_000));

fn user_event(json: &str) -> Result<UserEvent<'_>, EventError> {
    match parse(EventKind::UserEvent, json.as_bytes(), RECORD_TIME)? {
        Event::UserEvent(event) => Ok(event),
        other => panic!("{other:?} is no user event"),
    }
}

fn transaction(json: &str) -> Result<Transaction<'_>, EventError> {
    match parse(EventKind::Transaction, json.as_bytes(), RECORD_TIME)? {
        Event::Transaction(transaction) => Ok(transaction),
        other => panic!("{other:?} is no transaction"),
    }
}

fn transaction_label(json: &str) -> Result<TransactionLabel<'_>, EventError> {
    match parse(EventKind::TransactionLabel, json.as_bytes(), RECORD_TIME)? {
        Event::TransactionLabel(label) => Ok(label),
        other => panic!("{other:?} is no label"),
    }
}

fn sensor_reading(json: &str) -> Result<SensorReading<'_>, EventError> {
    match parse(EventKind::SensorReading, json.as_bytes(), RECORD_TIME)? {
        Event::SensorReading(reading) => Ok(reading),
        other => panic!("{other:?} is no sensor reading"),
    }
}

/// The member that is missing from a value.
#[track_caller]
fn missing<T: std::fmt::Debug>(parsed: Result<T, EventError>) -> &'static str {
    match parsed.unwrap_err() {
        EventError::Missing { member } => member,
        other => panic!("{other}"),
    }
}

/// The member of a value that is absurd.
#[track_caller]
fn absurd<T: std::fmt::Debug>(parsed: Result<T, EventError>) -> &'static str {
    match parsed.unwrap_err() {
        EventError::Absurd { member, .. } => member,
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_not_json_is_an_error_that_says_where() {
    for (value, position) in [
        (&b""[..], 0),
        (b"hello", 0),
        (b"\x00\x00\x00\x00\x07{\"user_id\":\"u\"}", 0),
        (b"{\"user_id\":\"\xff\"}", 12),
        (b"{\"unknown\":\"caf\xe9\",\"user_id\":\"u\"}", 15),
        (b"{\"user_id\":\"u\"", 14),
        (b"{\"user_id\":NaN}", 11),
    ] {
        for kind in EventKind::ALL {
            let error = parse(kind, value, RECORD_TIME).unwrap_err();
            assert_eq!(error, EventError::NotJson { position }, "{value:?}");
        }
    }
}

#[test]
fn what_is_no_object_is_an_error_of_its_own() {
    for value in ["null", "[]", "[{\"user_id\":\"u\"}]", "\"text\"", "5"] {
        assert_eq!(user_event(value).unwrap_err(), EventError::NotAnObject);
    }
}

#[test]
fn no_error_holds_any_of_the_value() {
    let values = [
        r#"{"user_id":"secret","event_type":["secret"],"timestamp":"secret"}"#,
        r#"{"user_id":"secret","event_type":"x","timestamp":"secret"}"#,
        r#"{"secret":"secret"#,
        r#"["secret"]"#,
        r#"{"user_id":{"secret":1}}"#,
    ];
    for value in values {
        let error = user_event(value).unwrap_err();
        assert!(!format!("{error} {error:?} {}", error.code()).contains("secret"), "{error}");
    }
}

#[test]
fn the_records_time_stands_in_for_an_absent_one_and_for_no_other() {
    let event = |time: &str| format!(r#"{{"user_id":"u","event_type":"click"{time}}}"#);
    let record_time = EventTime::from_millis(EIGHT + 3_600_000);
    assert_eq!(user_event(&event("")).unwrap().time, record_time);
    assert_eq!(user_event(&event(r#","timestamp":null"#)).unwrap().time, record_time);
    assert_eq!(absurd(user_event(&event(r#","timestamp":"soon""#))), "timestamp");
    assert_eq!(absurd(user_event(&event(r#","timestamp":4102444800000"#))), "timestamp");
    let without_any = event("");
    let parsed = parse(EventKind::UserEvent, without_any.as_bytes(), None);
    assert_eq!(missing(parsed), "timestamp");
}

#[test]
fn an_event_says_its_time_whatever_its_kind() {
    let time = EventTime::from_millis(EIGHT);
    for (kind, value) in [
        (EventKind::UserEvent, r#"{"user_id":"u","action":"a","timestamp":1767600000}"#),
        (EventKind::Transaction, r#"{"user_id":"u","amount":1,"timestamp":1767600000}"#),
        (
            EventKind::TransactionLabel,
            r#"{"transaction_id":"t","user_id":"u","fraud":true,"timestamp":1767600000}"#,
        ),
        (EventKind::SensorReading, r#"{"sensor_id":"s","readings":[1],"timestamp":1767600000}"#),
    ] {
        assert_eq!(parse(kind, value.as_bytes(), None).unwrap().time(), time);
    }
}

#[test]
fn a_part_that_is_kept_is_never_nested_too_deeply_to_be_read() {
    let nested = |levels| {
        let data = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        format!(r#"{{"user_id":"u","event_type":"click","event_data":{data}}}"#)
    };
    let deepest = nested(127);
    let event = user_event(&deepest).unwrap();
    let data = event.data.unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(data).is_ok());
    assert_eq!(user_event(&nested(128)).unwrap_err(), EventError::TooDeep);
    assert_eq!(user_event(&nested(1_000_000)).unwrap_err(), EventError::TooDeep);
}

#[test]
fn what_is_wrong_within_an_unknown_member_does_no_harm_and_within_a_known_one_it_does() {
    for wrong in ["01", "1.2.3", "-", "1e", r#""\x""#, r#""\ud800""#, "\"\t\""] {
        let unknown = format!(
            r#"{{"unknown":{wrong},"user_id":"u","event_type":"click","event_data":[{wrong}]}}"#
        );
        assert_eq!(user_event(&unknown).unwrap().data, Some(&*format!("[{wrong}]")), "{wrong}");
        let required = format!(r#"{{"user_id":{wrong},"event_type":"click"}}"#);
        assert_eq!(absurd(user_event(&required)), "user_id", "{wrong}");
        let optional = format!(r#"{{"user_id":"u","event_type":"click","source":{wrong}}}"#);
        assert_eq!(user_event(&optional).unwrap().source, None, "{wrong}");
        let amount = format!(r#"{{"user_id":"u","amount":{wrong}}}"#);
        assert_eq!(absurd(transaction(&amount)), "amount", "{wrong}");
        let timestamp = format!(r#"{{"user_id":"u","amount":1,"timestamp":{wrong}}}"#);
        assert_eq!(absurd(transaction(&timestamp)), "timestamp", "{wrong}");
        let item = format!(r#"{{"sensor_id":"s","readings":[1,{wrong}]}}"#);
        assert_eq!(absurd(sensor_reading(&item)), "readings", "{wrong}");
        let data = format!(
            r#"{{"sensor_id":"s","data":{{"humidity":1,"temperature":{wrong},"other":{wrong}}}}}"#
        );
        assert_eq!(absurd(sensor_reading(&data)), "data.temperature", "{wrong}");
    }
    // The structure is checked everywhere.
    for wrong in ["[1,]", "{1:2}", "[}", "nul", "+1", "\"\\\"", "NaN"] {
        let unknown = format!(r#"{{"user_id":"u","event_type":"click","unknown":{wrong}}}"#);
        assert_eq!(user_event(&unknown).unwrap_err().code(), "not_json", "{wrong}");
    }
}

#[test]
fn an_ordinary_event_allocates_nothing() {
    for (kind, value) in [
        (
            EventKind::UserEvent,
            r#"{"userId":"u","eventType":"click","eventData":{"page":"/","ms":5},"eventId":"e",
                "source":"web","timestamp":"2026-01-05T08:00:00.123Z","unknown":[1]}"#,
        ),
        (
            EventKind::Transaction,
            r#"{"user_id":7,"amount":"12.5","currency":"EUR","event_type":"transaction","timestamp":1767600000123}"#,
        ),
        (
            EventKind::TransactionLabel,
            r#"{"transactionId":"t","userId":"u","merchant":"m","fraud":false,"timestamp":1767600000123}"#,
        ),
        (
            EventKind::SensorReading,
            r#"{"sensor_id":"s","timestamp":"2026-01-05 08:00:00","message_id":"m",
                "data":{"temperature":21.5,"humidity":46,"pressure":1013,"battery":87,"location":"hall"}}"#,
        ),
    ] {
        let mut parsed = false;
        let allocations = allocation_counter::measure(|| {
            parsed = parse(kind, value.as_bytes(), RECORD_TIME).is_ok();
        });
        assert!(parsed);
        assert_eq!(allocations.count_total, 0, "{value}");
    }
}
