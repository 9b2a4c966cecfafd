//! Records as a producer has them, and the events that Lambda would make of them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

/// A topic, a partition and an offset: what tells a record from all others.
pub(crate) type Place = (String, i32, i64);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    pub timestamp: i64,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
    /// Whether its value arrives as something that is not base64.
    pub is_broken: bool,
}

/// Every character that Kafka allows in a topic's name.
pub(crate) const EVERY_LEGAL_CHARACTER: &str =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

/// 2026-01-05T08:00:00Z.
pub(crate) const START: i64 = 1_767_600_000_000;

impl Record {
    pub(crate) fn new(topic: &str, partition: i32, offset: i64, value: Option<&[u8]>) -> Self {
        Self {
            topic: topic.to_owned(),
            partition,
            offset,
            timestamp: START,
            key: None,
            value: value.map(<[u8]>::to_vec),
            headers: Vec::new(),
            is_broken: false,
        }
    }

    pub(crate) fn place(&self) -> Place {
        (self.topic.clone(), self.partition, self.offset)
    }
}

/// The event that Lambda would hand over for these records.
pub(crate) fn event(records: &[Record]) -> Vec<u8> {
    let mut map: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for record in records {
        let base64 = |bytes: &Vec<u8>| base64_simd::STANDARD.encode_to_string(bytes);
        let signed =
            |bytes: &Vec<u8>| bytes.iter().map(|byte| byte.cast_signed()).collect::<Vec<i8>>();
        let headers: Vec<Value> = record
            .headers
            .iter()
            .map(|(name, value)| json!({ name: value.as_ref().map(signed) }))
            .collect();
        let value = if record.is_broken {
            json!("no base64!")
        } else {
            json!(record.value.as_ref().map(base64))
        };
        map.entry(format!("{}-{}", record.topic, record.partition)).or_default().push(json!({
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": record.timestamp,
            "timestampType": "CREATE_TIME",
            "key": record.key.as_ref().map(base64),
            "value": value,
            "headers": headers,
        }));
    }
    json!({ "eventSource": "aws:kafka", "records": map }).to_string().into_bytes()
}

/// Records of a few topics and partitions, offsets rising with gaps.
pub(crate) fn records() -> impl Strategy<Value = Vec<Record>> {
    prop::collection::vec(record(), 0..40).prop_map(|mut records| {
        let mut offsets: BTreeMap<(String, i32), i64> = BTreeMap::new();
        for record in &mut records {
            let offset = offsets.entry((record.topic.clone(), record.partition)).or_insert(0);
            // A compacted topic has gaps.
            *offset += 1 + record.timestamp.rem_euclid(2);
            record.offset = *offset;
        }
        records
    })
}

fn record() -> impl Strategy<Value = Record> {
    let topic = prop::sample::select(&["orders-eu", "clicks", EVERY_LEGAL_CHARACTER][..]);
    let timestamp = prop_oneof![4 => START..START + 5_000_000, 1 => Just(-1)];
    let bytes = prop::collection::vec(any::<u8>(), 0..12);
    let headers = prop::collection::vec(("[a-c]", prop::option::of(bytes.clone())), 0..3);
    let is_broken = prop::bool::weighted(0.05);
    (topic, 0_i32..3, timestamp, prop::option::of(bytes), value(), headers, is_broken).prop_map(
        |(topic, partition, timestamp, key, value, headers, is_broken)| Record {
            timestamp,
            key,
            value,
            headers,
            is_broken,
            ..Record::new(topic, partition, 0, None)
        },
    )
}

fn value() -> impl Strategy<Value = Option<Vec<u8>>> {
    let document = prop::sample::select(
        &[r#"{"b":1.50,"a":1e999,"b":null}"#, "{\r\n  \"a\": [\n1 ]\n}\n", "null", "\"é\"", "-0"][..],
    );
    let large = (100_usize..3_000).prop_map(|length| format!("\"{}\"", "x".repeat(length)));
    prop_oneof![
        1 => Just(None),
        3 => document.prop_map(|text| Some(text.as_bytes().to_vec())),
        2 => prop::collection::vec(any::<u8>(), 0..200).prop_map(Some),
        2 => large.prop_map(|text| Some(text.into_bytes())),
    ]
}
