#![expect(clippy::expect_used, reason = "the sample events are sound")]

use std::fs;
use std::path::Path;

use base64_simd::STANDARD as BASE64;
use millrace_shared::entity::EntityKind;
use millrace_shared::events::{EventKind, parse};
use millrace_shared::kafka::{Batch, Entry, Offset, Partition, Record, Timestamp};
use millrace_shared::state::{Body, EntityState, Epoch, OutboxEntry, Position, SourceId, Stretch};
use serde_json::{Value, json};

use crate::events::SETTINGS;

/// An input to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// The target that it is for.
    pub target: &'static str,
    /// A name for its file.
    pub name: String,
    /// The input.
    pub bytes: Vec<u8>,
}

/// What the sample events under `events/` are made of: events of one record, the values of records
/// one by one and in rows, the states that they leave, and what an on-failure destination and a
/// dead-letter queue would hold of them.
pub fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (name, event) in sample_events() {
        let batch = Batch::decode(&event).expect("a sample event is one");
        let records: Vec<Record<'_>> = batch
            .entries()
            .filter_map(|entry| match entry {
                Entry::Record(record) => Some(record),
                Entry::Dead(_) => None,
            })
            .collect();
        let mut add = |target, number: usize, bytes| {
            seeds.push(Seed { target, name: format!("{name}-{number}"), bytes });
        };
        // Of the many records of a sample the first few are enough: the others are like them.
        for (number, record) in records.iter().take(4).enumerate() {
            let event = event_of(record);
            add("failed_batch", number, failed_batch(number, &event));
            add("event", number, event.to_string().into_bytes());
            add("dead_letter", number, letter(record).to_string().into_bytes());
        }
        for (kind, target) in KINDS {
            let values: Vec<&[u8]> = records
                .iter()
                .filter_map(Record::value)
                .filter(|value| parse(kind, value, Some(TIME)).is_ok())
                .take(12)
                .collect();
            if let Some(first) = values.first() {
                add(target, 0, first.to_vec());
                add(target, 1, values.join(&b'\n'));
                for (number, stored) in stored(kind, &values).into_iter().enumerate() {
                    add("state", number + 10 * target.len(), stored);
                }
            }
        }
    }
    seeds.extend(LABELS.iter().zip(0..).map(|(label, number)| Seed {
        target: "transaction_label",
        name: format!("label-{number}"),
        bytes: label.as_bytes().to_vec(),
    }));
    seeds
}

const TIME: Timestamp = Timestamp(1_767_600_000_000);

const KINDS: [(EventKind, &str); 3] = [
    (EventKind::UserEvent, "user_event"),
    (EventKind::Transaction, "transaction"),
    (EventKind::SensorReading, "sensor_reading"),
];

const LABELS: [&str; 2] = [
    r#"{"transactionId":"t-1","userId":"u","merchant":"m","fraud":true,"timestamp":"2026-01-05T08:00:00Z"}"#,
    r#"{"transaction_id":"t-1","user_id":"u","merchant_id":"m","is_fraud":0,"timestamp":1767600000}"#,
];

/// The files of `events/`, by name.
fn sample_events() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut events: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .expect("there are sample events")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (name, fs::read(&path).expect("a sample event can be read"))
        })
        .collect();
    events.sort();
    events
}

fn event_of(record: &Record<'_>) -> Value {
    let json: Value = serde_json::from_slice(record.json()).expect("a record is JSON");
    json!({
        "eventSource": "aws:kafka", "eventSourceArn": "arn:aws:kafka:eu-central-1:1:cluster/c/1",
        "bootstrapServers": "b-1:9098", "records": { record.map_key(): [json] },
    })
}

/// As S3 has it, as Kafka has it, and one whose records are not there.
fn failed_batch(number: usize, event: &Value) -> Vec<u8> {
    let (condition, payload) = match number % 3 {
        0 => ("RetryAttemptsExhausted", Value::String(event.to_string())),
        1 => ("RetriesExhausted", event.clone()),
        _ => ("MaximumPayloadSizeExceeded", Value::Null),
    };
    let batch = json!({
        "requestContext": {
            "requestId": "316aa6d0", "condition": condition, "approximateInvokeCount": 1,
            "functionArn": "arn:aws:lambda:eu-central-1:1:function:analytics:$LATEST",
        },
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
        "version": "1.0", "timestamp": "2026-01-05T08:00:00.000Z",
        "KafkaBatchInfo": {"batchSize": 2, "recordsInfo": {
            "clicks-0": {"firstRecordOffset": "7", "lastRecordOffset": "8"}}},
        "payload": payload,
    });
    batch.to_string().into_bytes()
}

fn letter(record: &Record<'_>) -> Value {
    let (text, encoding) = match record.value().map(std::str::from_utf8) {
        None => (None, None),
        Some(Ok(text)) => (Some(text.to_owned()), Some("utf8")),
        Some(Err(_)) => {
            (record.value().map(|value| BASE64.encode_to_string(value)), Some("base64"))
        }
    };
    json!({
        "id": "0123", "reason": "not_json", "detail": "no JSON", "function": "analytics",
        "time": "2026-01-05T08:00:00.000Z", "cluster": "arn:aws:kafka:x",
        "map_key": record.map_key(), "topic": record.topic(), "partition": record.partition(),
        "offset": record.offset(), "timestamp": record.timestamp(), "key": null,
        "key_encoding": null, "value": text, "value_encoding": encoding, "headers": [],
    })
}

/// The binary attributes of the states that these values leave, each after the number of its part.
fn stored(kind: EventKind, values: &[&[u8]]) -> Vec<Vec<u8>> {
    let entity = match kind {
        EventKind::SensorReading => EntityKind::Sensor,
        _ => EntityKind::User,
    };
    let mut state = EntityState::new(entity);
    let mut partition = EntityState::new(EntityKind::Partition);
    for (value, offset) in values.iter().zip(0..) {
        let event = parse(kind, value, Some(TIME)).expect("it was parsed before");
        partition.body.take(&event, &SETTINGS);
        for closed in state.body.take(&event, &SETTINGS).closed {
            state.outbox.push(OutboxEntry::Closed(closed));
        }
        let position = Position {
            source: SourceId::new("cluster", "topic"),
            partition: Partition(0),
            epoch: Epoch(0),
            offset: Offset(offset * 3),
            time: Some(TIME),
        };
        state.watermarks.advance(&position, position.offset);
        let done = Stretch::between(position.offset, position.offset);
        state.watermarks.cover(position.partition_id(), done, None);
    }
    let mut parts = vec![(0, state.watermarks.encode()), (1, state.outbox.encode())];
    for body in [state.body, partition.body] {
        parts.push(match body {
            Body::User(user) => (2, user.detectors.encode()),
            Body::Sensor(sensor) => (3, sensor.detectors.encode()),
            Body::Partition(partition) => (4, partition.active_users.encode()),
            Body::Merchant(_) | Body::Calibrator(_) => continue,
        });
    }
    let with_number = |(number, stored): (u8, Vec<u8>)| [&[number], stored.as_slice()].concat();
    parts.into_iter().map(with_number).collect()
}
