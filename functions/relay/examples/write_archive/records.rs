//! The records, and the events that Lambda would make of them.

use std::collections::BTreeMap;

use base64_simd::STANDARD;
use serde_json::{Value, json};

/// A record as a producer has it.
pub(crate) struct Record {
    topic: &'static str,
    partition: i32,
    offset: i64,
    /// None is -1.
    timestamp: Option<i64>,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(&'static str, Vec<u8>)>,
}

/// 2026-01-05T08:59:00Z: a minute before an hour ends.
const START: i64 = 1_767_603_540_000;

/// One of each kind, over two topics, three partitions and two hours.
pub(crate) fn all() -> Vec<Record> {
    let too_long = format!("{{\"blob\":\"{}\"}}", "x".repeat(1_100_000));
    let values: [Option<&[u8]>; 13] = [
        Some(br#"{"order":1,"total":12.50}"#),
        Some(br#"{"order":2,"total":1.000000000000000000001,"id":123456789012345678901234567890}"#),
        Some(b"{\n  \"order\": 3,\r\n  \"note\": \"a\\nb\"\n}\n"),
        None,
        Some(b"null"),
        Some(b""),
        Some(b"plain text"),
        Some(&[0xff, 0x00, 0x0a]),
        Some(too_long.as_bytes()),
        Some("\"Zoë \\ud83d\\ude00\"".as_bytes()),
        Some(br#"{"b":1,"a":2,"a":3}"#),
        Some(br#"[1,"two",{"three":null}]"#),
        None,
    ];
    let mut offsets: BTreeMap<(&str, i32), i64> = BTreeMap::new();
    let places = [("orders", 0), ("orders", 1), ("orders", 0), ("clicks", 0)];
    let mut records = Vec::new();
    for (number, (value, place)) in (0..).zip(values.into_iter().zip(places.into_iter().cycle())) {
        let offset = offsets.entry(place).or_insert(15);
        records.push(Record {
            topic: place.0,
            partition: place.1,
            offset: *offset,
            timestamp: (number != 9).then_some(START + i64::from(number) * 10_000),
            key: match number {
                0 => None,
                1 => Some(vec![0xff, 0x00]),
                // A value behind a tombstone, and a tombstone behind a value.
                11 => Some(br#"key "3""#.to_vec()),
                12 => Some(br#"key "2""#.to_vec()),
                _ => Some(format!("key \"{number}\"").into_bytes()),
            },
            value: value.map(<[u8]>::to_vec),
            headers: match number {
                2 => vec![("trace", b"00-1".to_vec()), ("trace", vec![0xc3]), ("none", Vec::new())],
                _ => Vec::new(),
            },
        });
        *offset += 1;
    }
    records
}

impl Record {
    /// As a line of `records.ndjson`; bytes as base64.
    pub(crate) fn as_produced(&self) -> Value {
        let headers: Vec<Value> = self
            .headers
            .iter()
            .map(|(name, value)| json!([name, STANDARD.encode_to_string(value)]))
            .collect();
        json!({
            "topic": self.topic,
            "partition": self.partition,
            "offset": self.offset,
            "timestamp": self.timestamp,
            "key": self.key.as_ref().map(|bytes| STANDARD.encode_to_string(bytes)),
            "value": self.value.as_ref().map(|bytes| STANDARD.encode_to_string(bytes)),
            "headers": headers,
        })
    }

    fn as_delivered(&self) -> Value {
        let mut record = self.as_produced();
        record["timestamp"] = json!(self.timestamp.unwrap_or(-1));
        record["timestampType"] =
            json!(if self.timestamp.is_some() { "CREATE_TIME" } else { "NO_TIMESTAMP_TYPE" });
        let signed = |bytes: &[u8]| bytes.iter().map(|byte| byte.cast_signed()).collect::<Vec<_>>();
        let headers = self.headers.iter().map(|(name, value)| json!({ *name: signed(value) }));
        record["headers"] = headers.collect();
        record
    }
}

/// The event that Lambda would hand over for these records.
pub(crate) fn event(records: &[Record]) -> String {
    let mut partitions: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for record in records {
        let name = format!("{}-{}", record.topic, record.partition);
        partitions.entry(name).or_default().push(record.as_delivered());
    }
    json!({ "eventSource": "aws:kafka", "records": partitions }).to_string()
}
