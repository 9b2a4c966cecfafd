//! How often each operation was asked for: requests are what a cloud bills.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::call::{Call, Service};

/// What one operation of one service was asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestCount {
    /// HTTP requests, also those that were refused or dropped.
    pub requests: u64,
    /// Entries of batch requests: statements, keys, messages, records, metric data. 0 elsewhere.
    pub entries: u64,
    /// Requests answered with an error status, or not at all.
    pub errors: u64,
}

/// Counts by service and operation.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    counts: Mutex<BTreeMap<(Service, String), RequestCount>>,
}

impl Counter {
    pub(crate) fn add(&self, service: Service, operation: &str, entries: u64, failed: bool) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((service, operation.to_owned())).or_default();
        count.requests += 1;
        count.entries += entries;
        count.errors += u64::from(failed);
    }

    pub(crate) fn snapshot(&self) -> BTreeMap<(Service, String), RequestCount> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How many entries a batch request carries, 0 for everything else.
pub(crate) fn entries(call: &Call) -> u64 {
    match (&call.input, call.service) {
        (None, Service::DynamoDb) => dynamodb_entries(&call.operation, &call.body),
        (Some(input), _) => list_of(&call.operation)
            .and_then(|member| input[member].as_array())
            .map_or(0, |list| list.len() as u64),
        (None, _) => 0,
    }
}

fn list_of(operation: &str) -> Option<&'static str> {
    match operation {
        "PublishBatch" => Some("PublishBatchRequestEntries"),
        "SendMessageBatch" | "DeleteMessageBatch" | "ChangeMessageVisibilityBatch" => {
            Some("Entries")
        }
        "PutRecordBatch" => Some("Records"),
        "PutMetricData" => Some("MetricData"),
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    #[serde(default)]
    statements: Vec<IgnoredAny>,
    #[serde(default)]
    transact_items: Vec<IgnoredAny>,
    #[serde(default)]
    request_items: BTreeMap<String, Value>,
}

/// Counted without building the items: 100,000 records pass through here.
fn dynamodb_entries(operation: &str, body: &[u8]) -> u64 {
    if !operation.starts_with("Batch") && !operation.starts_with("Transact") {
        return 0;
    }
    let Ok(batch) = serde_json::from_slice::<Batch>(body) else {
        return 0;
    };
    let tables = batch.request_items.values().map(|table| {
        let requests = if table.is_array() { table } else { &table["Keys"] };
        requests.as_array().map_or(0, Vec::len)
    });
    (batch.statements.len() + batch.transact_items.len() + tables.sum::<usize>()) as u64
}
