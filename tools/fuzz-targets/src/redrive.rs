#![expect(clippy::expect_used, reason = "what does not hold is a find")]

use millrace_redrive::{Answer, Event, FailedBatch, Filter, Limits, Mail, Record, cut, join};
use millrace_shared::kafka::{Batch, Redrive};
use serde::de::IgnoredAny;

const LIMITS: Limits = Limits { records: 3, bytes: 2_000 };

/// What an on-failure destination holds; and, of the same bytes, what a function might answer.
pub fn failed_batch(data: &[u8]) {
    match FailedBatch::read(data) {
        Ok(batch) => send_again(&batch.records),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let event = Event { body: Vec::new(), records: Vec::new() };
    if let Ok(answer) = Answer::read(data, &event, &[]) {
        assert!(answer.not_done.is_empty());
    }
}

/// A message of a dead-letter queue; lines are several.
pub fn dead_letter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parts = Vec::new();
    let mut records = Vec::new();
    for message in text.lines().take(16) {
        match Mail::read(message) {
            Ok(Mail::Letter(letter)) => records.push(letter.record),
            Ok(Mail::Part(part)) => parts.push(part),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    if let Ok(Some(letter)) = join(&parts) {
        records.push(letter.record);
    }
    send_again(&records);
}

/// Every record is in exactly one event, and the events of those that are JSON can be decoded.
fn send_again(records: &[Record]) {
    let taken = records.iter().filter(|record| Filter::default().takes(record, "any")).count();
    assert_eq!(taken, records.len());
    let events = cut(records, LIMITS, Redrive::Ask);
    let mut seen: Vec<usize> = events.iter().flat_map(|event| event.records.clone()).collect();
    seen.sort_unstable();
    assert_eq!(seen, (0..records.len()).collect::<Vec<_>>());
    for event in &events {
        let is_json =
            |place: &usize| serde_json::from_slice::<IgnoredAny>(&records[*place].json).is_ok();
        if !event.records.iter().all(is_json) {
            assert_eq!(event.records.len(), 1, "what is no JSON stands alone");
            continue;
        }
        let batch = Batch::decode(&event.body).expect("an event of JSON records is one");
        assert_eq!((batch.len(), batch.redrive()), (event.records.len(), Some(Redrive::Ask)));
        assert_eq!(batch.cluster(), records[event.records[0]].cluster.id);
    }
}
