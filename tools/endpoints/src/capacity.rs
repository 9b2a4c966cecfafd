//! What DynamoDB would bill: the capacity units that the embedded engine reckons for each request.
//!
//! Nobody asks for them of his own accord, so requests on their way to the engine are made to, once
//! that is switched on; the answers then say a little more than was asked for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use serde::Deserialize;

const OPERATIONS: [&str; 12] = [
    "BatchExecuteStatement",
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "ExecuteStatement",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];
const MEMBER: &[u8] = br#"{"ReturnConsumedCapacity":"TOTAL","#;

/// Capacity units of one table, its indexes included.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CapacityUnits {
    /// Units of reads: one for up to 4 KB read consistently, half of one otherwise.
    pub reads: f64,
    /// Units of writes: one for up to 1 KB of an item, and of each index that it is in.
    pub writes: f64,
}

/// What has been consumed, if it is asked for.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    is_on: AtomicBool,
    tables: Mutex<BTreeMap<String, CapacityUnits>>,
}

impl Meter {
    pub(crate) fn switch_on(&self) {
        self.is_on.store(true, Ordering::Relaxed);
    }

    pub(crate) fn snapshot(&self) -> BTreeMap<String, CapacityUnits> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The request with the question for what it consumes, if that is wanted and not in it yet.
    pub(crate) fn ask(&self, operation: &str, body: Bytes) -> Bytes {
        let is_wanted = self.is_on.load(Ordering::Relaxed) && OPERATIONS.contains(&operation);
        let question = b"\"ReturnConsumedCapacity\"";
        let is_asked = || body.windows(question.len()).any(|window| window == question);
        match body.strip_prefix(b"{") {
            Some(rest) if is_wanted && !is_asked() => [MEMBER, rest].concat().into(),
            _ => body,
        }
    }

    /// Notes what an answer says of it.
    pub(crate) fn note(&self, operation: &str, answer: &[u8]) {
        if !self.is_on.load(Ordering::Relaxed) {
            return;
        }
        let Ok(answer) = serde_json::from_slice::<Answer>(answer) else { return };
        let consumed = match answer.consumed {
            Some(Consumed::One(one)) => vec![one],
            Some(Consumed::Many(many)) => many,
            None => return,
        };
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        for of_table in consumed {
            let units = tables.entry(of_table.table).or_default();
            if reads(operation) {
                units.reads += of_table.units;
            } else {
                units.writes += of_table.units;
            }
        }
    }
}

/// PartiQL counts as writing: the functions read with `BatchGetItem`.
fn reads(operation: &str) -> bool {
    matches!(operation, "BatchGetItem" | "GetItem" | "Query" | "Scan" | "TransactGetItems")
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "ConsumedCapacity")]
    consumed: Option<Consumed>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Consumed {
    Many(Vec<OfTable>),
    One(OfTable),
}

#[derive(Deserialize)]
struct OfTable {
    #[serde(rename = "TableName")]
    table: String,
    #[serde(rename = "CapacityUnits")]
    units: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_pass_unchanged_unless_it_is_switched_on() {
        let meter = Meter::default();
        let body = Bytes::from_static(br#"{"TableName":"t"}"#);
        assert_eq!(meter.ask("PutItem", body.clone()), body);
        meter.note("PutItem", br#"{"ConsumedCapacity":{"TableName":"t","CapacityUnits":3.0}}"#);
        assert!(meter.snapshot().is_empty());

        meter.switch_on();
        assert_eq!(
            meter.ask("PutItem", body.clone()),
            r#"{"ReturnConsumedCapacity":"TOTAL","TableName":"t"}"#
        );
        assert_eq!(meter.ask("CreateTable", body.clone()), body, "it has no such member");
        let asked = Bytes::from_static(br#"{"TableName":"t","ReturnConsumedCapacity":"NONE"}"#);
        assert_eq!(meter.ask("PutItem", asked.clone()), asked, "whoever asks is left alone");
    }
}
