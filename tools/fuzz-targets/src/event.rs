#![expect(clippy::expect_used, reason = "what does not hold is a find")]

use millrace_shared::events::{EventKind, parse};
use millrace_shared::kafka::{Batch, BatchResponse, DeadRecord, Entry, Record, RecordIndex};

const KINDS: [EventKind; 4] = [
    EventKind::UserEvent,
    EventKind::Transaction,
    EventKind::TransactionLabel,
    EventKind::SensorReading,
];

/// The body of an invocation.
///
/// Every record of it is a record or a dead one, made of nothing but the body's bytes, and can be
/// reported if it has an offset.
pub fn event(data: &[u8]) {
    let Ok(batch) = Batch::decode(data) else { return };
    let mut reportable = Vec::new();
    let mut entries = 0;
    for (entry, index) in batch.entries().zip((0..).map(RecordIndex)) {
        entries += 1;
        let has_offset = match entry {
            Entry::Record(record) => {
                look_at(&record, data);
                true
            }
            Entry::Dead(dead) => {
                look_at_dead(&dead, data);
                dead.offset.is_some()
            }
        };
        if has_offset {
            reportable.push(index);
        }
    }
    assert_eq!(entries, batch.len());
    let answer = BatchResponse::from_failed(&batch, reportable.iter().copied());
    let answer = answer.expect("what has an offset can be reported");
    assert!(answer.failures() <= reportable.len());
    let json = serde_json::to_vec(&answer).expect("an answer is JSON");
    serde_json::from_slice::<serde_json::Value>(&json).expect("what was written is read");
}

fn look_at(record: &Record<'_>, data: &[u8]) {
    assert!(is_within(record.json(), data) && is_within(record.headers_json(), data));
    let decoded = record.key().map_or(0, <[u8]>::len) + record.value().map_or(0, <[u8]>::len);
    assert!(decoded <= record.json().len());
    assert_eq!(record.is_tombstone(), record.value().is_none());
    assert!(record.timestamp().is_none_or(|time| time.0 >= 0));
    record.headers().for_each(drop);
    let _ = (record.key_schema_metadata(), record.value_schema_metadata());
    if let Some(value) = record.value() {
        for kind in KINDS {
            let _ = parse(kind, value, record.timestamp());
        }
    }
}

fn look_at_dead(dead: &DeadRecord<'_>, data: &[u8]) {
    assert!(is_within(dead.json, data) && is_within(dead.headers_json, data));
    assert!(!dead.code.is_empty() && !dead.detail.is_empty());
    dead.headers().for_each(drop);
}

/// Whether a slice lies in another; an empty one may lie anywhere.
fn is_within(part: &[u8], whole: &[u8]) -> bool {
    let (part, whole) = (part.as_ptr_range(), whole.as_ptr_range());
    part.is_empty() || (whole.start <= part.start && part.end <= whole.end)
}
