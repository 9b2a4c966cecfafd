//! The largest batch that Lambda hands over: 10,000 records in 6 MiB.

use std::fmt::{self, Write};

use base64_simd::STANDARD as BASE64;
use fastrand::Rng;
use serde_json::{Value, json};

/// How many records the event holds.
pub(crate) const RECORDS: u64 = 10_000;

const TOPICS: [&str; 3] = ["user-events", "transactions", "sensor-data"];
const PARTITIONS: u64 = 4;
const LISTS: u64 = 12;
const FIRST_OFFSET: u64 = 4_000_000;
const FIRST_TIMESTAMP: u64 = 1_767_225_600_000;

/// An event of user events, transactions and sensor readings in equal parts, four partitions each.
/// Every call returns the same bytes.
pub(crate) fn event() -> Result<String, fmt::Error> {
    let mut random = Rng::with_seed(10_000);
    let mut event = String::from(r#"{"eventSource":"aws:kafka","#);
    event.push_str(r#""eventSourceArn":"arn:aws:kafka:eu-central-1:123456789012:cluster/demo/1","#);
    event.push_str(r#""bootstrapServers":"b-1.demo.kafka.amazonaws.com:9098","records":{"#);
    let partitions =
        TOPICS.iter().flat_map(|topic| (0..PARTITIONS).map(move |number| (topic, number)));
    for (list, (topic, partition)) in (0..LISTS).zip(partitions) {
        let separator = if list == 0 { "" } else { "," };
        write!(event, r#"{separator}"{topic}-{partition}":["#)?;
        // 10,000 records in twelve lists: 834 in the first four, 833 in the others.
        let records = RECORDS / LISTS + u64::from(list < RECORDS % LISTS);
        for number in 0..records {
            if number > 0 {
                event.push(',');
            }
            write_record(&mut event, topic, partition, number, &mut random)?;
        }
        event.push(']');
    }
    event.push_str("}}");
    Ok(event)
}

fn write_record(
    event: &mut String,
    topic: &str,
    partition: u64,
    number: u64,
    random: &mut Rng,
) -> fmt::Result {
    let offset = FIRST_OFFSET + number;
    let timestamp = FIRST_TIMESTAMP + number * 17;
    let key = format!("key-{:06}", random.u32(0..2_000));
    let value = match topic {
        "user-events" => user_event(timestamp, random),
        "transactions" => transaction(timestamp, random),
        _ => sensor_reading(timestamp, random),
    };
    // A header of eight bytes on every eighth record.
    let headers = match number % 8 {
        0 => r#"[{"trace":[49,50,51,-61,-92,54,55,56]}]"#,
        _ => "[]",
    };
    let key = BASE64.encode_to_string(key);
    let value = BASE64.encode_to_string(value.to_string());
    write!(event, r#"{{"topic":"{topic}","partition":{partition},"offset":{offset},"#)?;
    write!(event, r#""timestamp":{timestamp},"timestampType":"CREATE_TIME","#)?;
    write!(event, r#""key":"{key}","value":"{value}","headers":{headers}}}"#)
}

fn user_event(timestamp: u64, random: &mut Rng) -> Value {
    json!({
        "userId": format!("user-{:05}", random.u32(0..2_000)),
        "eventType": "page_view",
        "eventId": format!("{:032x}", random.u128(..)),
        "source": "web",
        "timestamp": timestamp,
        "eventData": {
            "page": format!("/products/{}", random.u32(..)),
            "referrer": format!("https://shop.example/search?q={}", random.u32(..)),
            "sessionId": format!("{:016x}", random.u64(..)),
            "device": "mobile",
            "viewport": "390x844",
            "agent": format!("Mozilla/5.0 (Android 16){}", " Safari".repeat(random.usize(1..6))),
            "durationMs": random.u32(10..9_000),
        },
    })
}

fn transaction(timestamp: u64, random: &mut Rng) -> Value {
    json!({
        "transactionId": format!("{:032x}", random.u128(..)),
        "userId": format!("user-{:05}", random.u32(0..2_000)),
        "amount": f64::from(random.u32(100..90_000)) / 100.0,
        "currency": "EUR",
        "merchant": format!("merchant-{}", random.u32(0..500)),
        "timestamp": timestamp,
        "location": {
            "country": "DE",
            "city": "Berlin",
            "latitude": 52.0 + f64::from(random.u32(0..1_000_000)) / 1e6,
            "longitude": 13.0 + f64::from(random.u32(0..1_000_000)) / 1e6,
        },
        "card": { "network": "visa", "last4": random.u32(1_000..10_000), "present": false },
        "note": "order ".repeat(random.usize(1..8)),
    })
}

fn sensor_reading(timestamp: u64, random: &mut Rng) -> Value {
    let readings: Vec<Value> = (0..random.u64(3..7))
        .map(|second| {
            let celsius = 20.0 + f64::from(random.u32(0..10_000)) / 1e4;
            json!({ "value": celsius, "unit": "C", "at": timestamp + second * 1_000 })
        })
        .collect();
    json!({
        "sensorId": format!("sensor-{:04}", random.u32(0..500)),
        "sensorType": "temperature",
        "readings": readings,
        "timestamp": timestamp,
        "location": format!("hall-{}", random.u32(0..20)),
    })
}
