//! What a batch asks of AWS, to the request: the real binary on the payloads of the benchmark.
//!
//! | what for | requests |
//! | --- | --- |
//! | states to read | ⌈users, sensors and partitions / 100⌉; with labels the merchants of payments too |
//! | what labels taught of amounts | where there are labels, 1 in `CALIBRATION_REFRESH_SECONDS` |
//! | states that changed | ⌈users and sensors / 25⌉, and ⌈partitions / 25⌉ when these are done |
//! | outboxes that were delivered | ⌈such states / 25⌉ |
//! | rows | ⌈alerts, sessions and windows / 25⌉ |
//! | alerts to publish | ⌈alerts / 10⌉ |
//! | metrics | 1 |

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

#[path = "binary/function.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod function;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use millrace_shared::events::{Event, EventKind, parse};
use millrace_shared::kafka::{Batch, Entry};
use millrace_workloads::payloads::Payload;
use serde_json::Value;

use crate::function::Function;

/// With these payments are scored by what labels taught.
const LABELS: [(&str, &str); 2] = [
    (
        "TOPIC_KINDS",
        "user-events=user_event,transactions=transaction,sensor-data=sensor_reading,transaction-labels=transaction_label",
    ),
    ("CALIBRATION_REFRESH_SECONDS", "3600"),
];

/// Long enough for anything that works at all.
const PLENTY: Duration = Duration::from_mins(5);

/// How many requests, by operation.
type Requests = BTreeMap<String, u64>;

#[tokio::test]
async fn a_batch_of_100_records_asks_for_what_it_needs_and_no_more() {
    hold(Payload::A100, &[]).await;
}

#[tokio::test]
async fn a_batch_of_10_000_records_asks_for_what_it_needs_and_no_more() {
    hold(Payload::B10k, &[]).await;
}

#[tokio::test]
async fn a_batch_of_large_records_asks_for_what_it_needs_and_no_more() {
    hold(Payload::C1k, &[]).await;
}

#[tokio::test]
async fn where_there_are_labels_the_merchants_of_payments_are_read_with_the_states() {
    hold(Payload::A100, &LABELS).await;
    hold(Payload::B10k, &LABELS).await;
}

/// A first batch makes its states, a second one changes them, and its redelivery changes nothing.
async fn hold(payload: Payload, variables: &[(&str, &str)]) {
    let function = Function::start_with(variables).await;
    let are_scored = !variables.is_empty();
    let mut stream = payload.stream();
    let mut rows_before = BTreeSet::new();
    for name in ["first", "second"] {
        let event = stream.next_event();
        let asked = asked_by(&function, &event).await;
        let batch = Keys::of(&event, are_scored);
        let rows = rows(&function).await;
        let new: Vec<&Row> = rows.difference(&rows_before).collect();
        let alerts = new.iter().filter(|row| row.table == "alerts").count();
        let outboxes: BTreeSet<&str> = new.iter().map(|row| row.entity.as_str()).collect();
        let calibration = usize::from(name == "first" && batch.merchants > 0);
        let expected = [
            ("BatchGetItem", batch.read().div_ceil(100) + calibration),
            (
                "BatchExecuteStatement",
                batch.entities.div_ceil(25)
                    + batch.partitions.div_ceil(25)
                    + outboxes.len().div_ceil(25),
            ),
            ("BatchWriteItem", new.len().div_ceil(25)),
            ("PublishBatch", alerts.div_ceil(10)),
            ("PutMetricData", 1),
        ];
        assert_eq!(asked, requests(&expected), "{}, the {name} batch", payload.name());
        rows_before = rows;

        if name == "second" {
            let again = asked_by(&function, &event).await;
            let expected = [("BatchGetItem", batch.read().div_ceil(100)), ("PutMetricData", 1)];
            assert_eq!(again, requests(&expected), "{}, redelivered", payload.name());
        }
    }
    function.process.stop().await;
}

/// The entities of an event, as producers named them.
struct Keys {
    entities: usize,
    partitions: usize,
    /// Of payments that are scored: they are read and not written.
    merchants: usize,
}

impl Keys {
    fn read(&self) -> usize {
        self.entities + self.partitions + self.merchants
    }

    fn of(event: &[u8], are_scored: bool) -> Self {
        let merchants = if are_scored { merchants(event) } else { 0 };
        let event: Value = serde_json::from_slice(event).unwrap();
        let lists = event["records"].as_object().unwrap().values();
        let records: Vec<&Value> = lists.flat_map(|list| list.as_array().unwrap()).collect();
        // Each record's key is that of its user or sensor.
        let keys: BTreeSet<&str> =
            records.iter().map(|record| record["key"].as_str().unwrap()).collect();
        let partitions: BTreeSet<(&str, u64)> = records
            .iter()
            .map(|record| {
                (record["topic"].as_str().unwrap(), record["partition"].as_u64().unwrap())
            })
            .collect();
        Self { entities: keys.len(), partitions: partitions.len(), merchants }
    }
}

/// How many merchants the payments of an event name.
fn merchants(event: &[u8]) -> usize {
    let batch = Batch::decode(event).unwrap();
    let mut merchants = BTreeSet::new();
    for entry in batch.entries() {
        let Entry::Record(record) = entry else { panic!("a dead record") };
        if record.topic() != "transactions" {
            continue;
        }
        let value = record.value().unwrap();
        match parse(EventKind::Transaction, value, record.timestamp()).unwrap() {
            Event::Transaction(payment) => {
                merchants.extend(payment.merchant.map(std::borrow::Cow::into_owned));
            }
            other => panic!("{other:?} is no payment"),
        }
    }
    merchants.len()
}

/// The requests that one invocation makes, all of whose records have to be done.
async fn asked_by(function: &Function, event: &[u8]) -> Requests {
    let before = all_requests(function);
    let invoked = function.process.invoke_with_deadline(event.to_vec(), PLENTY).await.unwrap();
    let Some(answer) = invoked.outcome.response() else { panic!("{}", invoked.outcome) };
    assert_eq!(&answer[..], br#"{"batchItemFailures":[]}"#);
    let mut asked = all_requests(function);
    for (operation, count) in before {
        *asked.entry(operation).or_default() -= count;
    }
    asked.retain(|_, count| *count > 0);
    asked
}

fn all_requests(function: &Function) -> Requests {
    // What the test itself asks for.
    const OWN: [&str; 1] = ["Scan"];
    let counts = function.aws.endpoints().requests().into_iter();
    let counts = counts.filter(|((_, operation), _)| !OWN.contains(&operation.as_str()));
    counts.map(|((_, operation), count)| (operation, count.requests)).collect()
}

fn requests(expected: &[(&str, usize)]) -> Requests {
    let some = expected.iter().filter(|(_, count)| *count > 0);
    some.map(|&(operation, count)| (operation.to_owned(), count as u64)).collect()
}

/// A row of a table that is put from an outbox.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    table: &'static str,
    entity: String,
    sort_key: String,
}

/// All that were delivered so far.
async fn rows(function: &Function) -> BTreeSet<Row> {
    let tables = &function.resources.tables;
    let mut rows = BTreeSet::new();
    for (table, name, sort_key) in [
        ("alerts", &tables.alerts, "time_id"),
        ("sessions", &tables.sessions, "start"),
        ("windows", &tables.windows, "start"),
    ] {
        let scan = function.aws.clients.dynamodb.scan().table_name(name);
        let mut items = scan.into_paginator().items().send();
        while let Some(item) = items.next().await {
            let item = item.unwrap();
            let text = |name: &str| item[name].as_s().unwrap().clone();
            rows.insert(Row { table, entity: text("entity"), sort_key: text(sort_key) });
        }
    }
    rows
}
