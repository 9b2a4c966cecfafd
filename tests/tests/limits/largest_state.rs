//! The largest state that there can be, made on purpose, stays far below the 400 KB of an item.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use millrace_generator::KafkaRecord;
use serde_json::{Value, json};

use crate::function::{Function, NOON};
use crate::run::{PLENTY, event, hand_over};

const ITEM_BYTES: usize = 400 * 1_024;
const MINUTE_MS: i64 = 60_000;
/// More partitions than an entity has watermarks for.
const PARTITIONS: i32 = 1_100;

/// The settings under which most stays open: windows of a minute, and ten of them still take
/// records when the eleventh begins, which is as many as the configuration allows.
const LARGEST: [(&str, &str); 4] = [
    ("SPEND_WINDOW_SECONDS", "60"),
    ("SENSOR_WINDOW_SECONDS", "60"),
    ("ALLOWED_LATENESS_SECONDS", "600"),
    ("SESSION_GAP_SECONDS", "86400"),
];

/// The bytes of the largest write of a state so far, reckoned from above: with the names of types
/// and with binary in base64.
fn largest_write(function: &Function) -> Arc<AtomicUsize> {
    let largest = Arc::new(AtomicUsize::new(0));
    let sink = Arc::clone(&largest);
    let observer = move |operation: &str, asked: &[u8], _: &[u8]| {
        if operation != "BatchExecuteStatement" {
            return;
        }
        let asked: Value = serde_json::from_slice(asked).unwrap();
        for statement in asked["Statements"].as_array().unwrap() {
            let bytes = statement["Statement"].to_string().len()
                + statement["Parameters"].to_string().len();
            sink.fetch_max(bytes, Ordering::Relaxed);
        }
    };
    function.aws.endpoints().observe_dynamodb(Arc::new(observer));
    largest
}

fn record(topic: &'static str, partition: i32, offset: i64, value: &Value) -> KafkaRecord {
    KafkaRecord {
        timestamp: NOON,
        value: Some(value.to_string().into_bytes()),
        ..KafkaRecord::at(topic, partition, offset)
    }
}

/// A user of one letter more than a hundred, of whom everything is kept that can be: 60 kinds of
/// events with long names, 40 currencies in 12 windows, records from 1,100 partitions, a thousand
/// alerts with long names in them.
#[tokio::test]
async fn no_user_grows_beyond_an_item() {
    let function = Function::start_with(&LARGEST).await;
    let largest = largest_write(&function);
    let user = "ü".repeat(100);
    let mut records = Vec::new();
    for number in 0..60 {
        let kind = format!("{number}-{}", "k".repeat(200));
        let value =
            json!({ "userId": user, "eventType": kind, "timestamp": NOON + i64::from(number) });
        records.push(record("user-events", number % 7, i64::from(number), &value));
    }
    for number in 0..PARTITIONS {
        let window = i64::from(number % 12);
        let value = json!({
            "userId": user, "amount": "123456789.123456", "currency": format!("CUR{number:05}"),
            "timestamp": NOON + window * MINUTE_MS, "merchant": "m".repeat(1_000),
            "transactionId": format!("{number}-{}", "t".repeat(500)), "location": "l".repeat(500),
        });
        records.push(record("transactions", number, 1, &value));
    }
    // The same once more from the first partitions, most of which have been forgotten meanwhile.
    for number in 0..PARTITIONS {
        let value = json!({
            "userId": user, "amount": 99_999_999, "currency": "EUR", "merchant": "m".repeat(1_000),
            "timestamp": NOON + (12 + i64::from(number)) * 24 * 60 * MINUTE_MS,
        });
        records.push(record("transactions", number % 3, 100 + i64::from(number), &value));
    }
    let reported = hand_over(&function, "the largest user", &event(&records), PLENTY).await;
    assert!(reported.is_empty());
    let bytes = largest.load(Ordering::Relaxed);
    println!("limits | the largest state of a user: {bytes} bytes of {ITEM_BYTES} |");
    // What is asserted from below: that it was as large as it was meant to be.
    assert!((100_000..ITEM_BYTES).contains(&bytes), "{bytes}");
}

/// A sensor with more measures than are kept, in as many windows as stay open, from as many
/// partitions, whose every reading is out of range.
#[tokio::test]
async fn no_sensor_grows_beyond_an_item() {
    let function = Function::start_with(&LARGEST).await;
    let largest = largest_write(&function);
    let sensor = "ß".repeat(100);
    let mut records = Vec::new();
    for number in 0..PARTITIONS {
        let mut data = json!({ "temperature": 500, "humidity": 500, "battery_level": 1 });
        for measure in 0..24 {
            data[format!("{measure}-{}", "m".repeat(100))] = (f64::from(number) * 1.5).into();
        }
        let time = NOON + i64::from(number % 12) * MINUTE_MS;
        let value = json!({ "sensor_id": sensor, "timestamp": time, "data": data });
        records.push(record("sensor-data", number, 1, &value));
    }
    let reported = hand_over(&function, "the largest sensor", &event(&records), PLENTY).await;
    assert!(reported.is_empty());
    let bytes = largest.load(Ordering::Relaxed);
    println!("limits | the largest state of a sensor: {bytes} bytes of {ITEM_BYTES} |");
    assert!((50_000..ITEM_BYTES).contains(&bytes), "{bytes}");
}
