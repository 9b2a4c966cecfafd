//! Whatever comes, and whatever is written in either dialect.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Event, EventKind, RECORD_TIME, parse, sensor_reading, transaction, user_event};
use crate::amount::Amount;
use crate::time::EventTime;

/// Names that mean something, and some that do not.
const NAMES: &[&str] = &[
    "userId",
    "user_id",
    "eventType",
    "action",
    "eventData",
    "amount",
    "currency",
    "merchant",
    "terminalId",
    "transactionId",
    "fraud",
    "sensorId",
    "sensor_id",
    "sensorType",
    "readings",
    "data",
    "temperature",
    "battery",
    "location",
    "timestamp",
    "value",
    "measure",
    "other",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[-+0-9.eE:TZ ]{0,30}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(NAMES), inner), 0..12).prop_map(
                |members| members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            ),
        ]
    })
}

/// Parses a value as every kind, and checks what holds of every event.
fn check_bounds(value: &[u8]) -> Result<(), TestCaseError> {
    for kind in EventKind::ALL {
        let Ok(event) = parse(kind, value, RECORD_TIME) else { continue };
        prop_assert!(event.time().is_plausible());
        match event {
            Event::UserEvent(event) => {
                prop_assert!((1..=1_024).contains(&event.user_id.len()));
                prop_assert!((1..=256).contains(&event.event_type.len()));
            }
            Event::Transaction(transaction) => {
                prop_assert!((1..=1_024).contains(&transaction.user_id.len()));
                prop_assert!((1..=8).contains(&transaction.currency.len()));
                prop_assert!(transaction.amount.is_plausible());
            }
            Event::TransactionLabel(label) => {
                prop_assert!((1..=1_024).contains(&label.user_id.len()));
                prop_assert!((1..=1_024).contains(&label.transaction_id.len()));
            }
            Event::SensorReading(message) => {
                prop_assert!((1..=1_024).contains(&message.sensor_id.len()));
                prop_assert!(!message.readings.is_empty());
                for reading in message.readings {
                    prop_assert!((1..=64).contains(&reading.measure.len()));
                    prop_assert!(reading.value.abs() <= 1e12);
                    prop_assert!(reading.value == 0.0 || reading.value.abs() >= 1e-12);
                }
            }
        }
    }
    Ok(())
}

/// An identifier, control characters and escapes included.
fn id() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9-]{1,20}", "\\PC{1,40}", any::<String>()]
        .prop_filter("an identifier has 1 to 1,024 bytes", |id| (1..=1_024).contains(&id.len()))
}

fn event_type() -> impl Strategy<Value = String> {
    id().prop_filter("a type has 1 to 256 bytes", |id| id.len() <= 256)
}

fn time() -> impl Strategy<Value = EventTime> {
    (0..EventTime::END.as_millis()).prop_map(EventTime::from_millis)
}

/// A time in one of the forms that producers write.
fn written_time(time: EventTime, form: u8) -> Value {
    let seconds = time.as_seconds();
    let fraction = time.as_millis() - seconds * 1_000;
    match form % 4 {
        0 => json!(time.to_string()),
        1 => json!(time.to_string().replace('T', " ").trim_end_matches('Z')),
        2 => json!(format!("{seconds}.{fraction:03}")),
        // Below 10^11 a number of milliseconds would be taken for seconds.
        _ if time.as_millis() >= 100_000_000_000 => json!(time.as_millis()),
        _ => json!(time.to_string()),
    }
}

/// An amount as a number or as a text.
fn written_amount(amount: Amount, is_text: bool) -> Value {
    let text = amount.to_string();
    if is_text { json!(text) } else { json!(text.parse::<f64>().unwrap()) }
}

proptest! {
    #[test]
    fn no_bytes_panic(value: Vec<u8>) {
        check_bounds(&value)?;
    }

    #[test]
    fn no_json_panics_and_every_event_is_within_its_bounds(value in any_json()) {
        check_bounds(value.to_string().as_bytes())?;
    }

    #[test]
    fn no_cut_or_damaged_event_panics(at in 0_usize..200, byte: u8) {
        let mut value = br#"{"userId":"u","user_id":"\u00e9","eventType":"click","amount":"12.5","sensor_id":7,
            "data":{"temperature":21.5,"humidity":[],"location":{"lat":1e5}},"timestamp":"2026-01-05T08:00:00Z"}"#.to_vec();
        let at = at.min(value.len() - 1);
        check_bounds(&value[..at])?;
        value[at] = byte;
        check_bounds(&value)?;
    }

    #[test]
    fn a_user_event_is_read_back(
        user_id in id(), kind in event_type(), event_id in id(), time in time(), form: u8, is_camel: bool,
    ) {
        let timestamp = written_time(time, form);
        let json = if is_camel {
            json!({"userId": user_id, "eventType": kind, "eventData": {"k": [1]}, "eventId": event_id, "timestamp": timestamp})
        } else {
            json!({"user_id": user_id, "activity_type": kind, "event_data": {"k": [1]}, "event_id": event_id, "timestamp": timestamp})
        };
        let json = json.to_string();
        let event = user_event(&json).unwrap();
        prop_assert_eq!(&*event.user_id, user_id);
        prop_assert_eq!(&*event.event_type, kind);
        prop_assert_eq!(event.event_id.as_deref(), Some(&*event_id));
        prop_assert_eq!(event.data.unwrap(), r#"{"k":[1]}"#);
        prop_assert_eq!(event.time, time);
    }

    #[test]
    fn a_transaction_is_read_back(
        user_id in id(), merchant in id(), cents in -1_000_000_000_i128..1_000_000_000, currency in "[A-Z0-9]{1,8}",
        time in time(), form: u8, is_text: bool, is_camel: bool,
    ) {
        let amount = Amount::from_micros(cents * 10_000);
        let (written, timestamp) = (written_amount(amount, is_text), written_time(time, form));
        let json = if is_camel {
            json!({"userId": user_id, "amount": written, "merchant": merchant, "currency": currency, "timestamp": timestamp})
        } else {
            json!({"user_id": user_id, "amount": written, "merchant_id": merchant, "currency": currency.to_lowercase(),
                "event_type": "transaction", "timestamp": timestamp})
        };
        let json = json.to_string();
        let payment = transaction(&json).unwrap();
        prop_assert_eq!(&*payment.user_id, user_id);
        prop_assert_eq!(payment.merchant.as_deref(), Some(&*merchant));
        prop_assert_eq!(&*payment.currency, currency);
        prop_assert_eq!((payment.amount, payment.time), (amount, time));
    }

    #[test]
    fn a_sensors_message_is_read_back(
        sensor_id in id(), values in prop::collection::vec(-1e6_f64..1e6, 1..10), time in time(), form: u8, is_camel: bool,
    ) {
        // Values next to zero are read as zero; these are none.
        let values: Vec<f64> = values.into_iter().map(|value| value + value.signum()).collect();
        let timestamp = written_time(time, form);
        let json = if is_camel {
            json!({"sensorId": sensor_id, "sensorType": "flow", "readings": values, "timestamp": timestamp})
        } else {
            let data: serde_json::Map<_, _> =
                values.iter().enumerate().map(|(number, value)| (format!("m{number}"), json!(value))).collect();
            json!({"sensor_id": sensor_id, "data": data, "timestamp": timestamp})
        };
        let json = json.to_string();
        let message = sensor_reading(&json).unwrap();
        prop_assert_eq!(&*message.sensor_id, sensor_id);
        prop_assert_eq!(message.time, time);
        let read: Vec<f64> = message.readings.iter().map(|reading| reading.value).collect();
        prop_assert_eq!(read, values);
    }
}
