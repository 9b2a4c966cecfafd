//! A function that follows a script, and what it was asked.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use millrace_event_source_mapping::{Function, FunctionFailure, InvokeOutcome, Invoked};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

/// One invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// After the start of the test.
    pub(crate) at: Duration,
    /// Partitions and offsets, in the event's order.
    pub(crate) records: Vec<(i32, i64)>,
    /// The event's length.
    pub(crate) bytes: usize,
}

impl Call {
    /// The offsets, of a test with one partition.
    pub(crate) fn offsets(&self) -> Vec<i64> {
        assert!(self.records.iter().all(|(partition, _)| *partition == self.records[0].0));
        self.records.iter().map(|(_, offset)| *offset).collect()
    }
}

/// What the function does.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Answer(String),
    Fail(FunctionFailure),
    NotInvoked,
}

impl Reply {
    pub(crate) fn done() -> Self {
        Reply::Answer(r#"{"batchItemFailures":[]}"#.to_owned())
    }

    /// Reports these records of `orders`.
    pub(crate) fn listed(records: &[(i32, i64)]) -> Self {
        let failure = |(partition, offset): &(i32, i64)| json!({"itemIdentifier": {"partition": format!("orders-{partition}"), "offset": offset}});
        let failures: Vec<Value> = records.iter().map(failure).collect();
        Reply::Answer(json!({"batchItemFailures": failures}).to_string())
    }

    pub(crate) fn error() -> Self {
        Reply::Fail(FunctionFailure::Error)
    }

    fn outcome(self) -> InvokeOutcome {
        match self {
            Reply::Answer(body) => InvokeOutcome::Answered(body.into()),
            Reply::Fail(failure) => {
                InvokeOutcome::Failed { failure, message: failure.name().to_owned() }
            }
            Reply::NotInvoked => InvokeOutcome::NotInvoked { message: "throttled".to_owned() },
        }
    }
}

type Script = dyn Fn(usize, &Call) -> Reply + Send + Sync;

/// A function that asks a script what to answer, and takes its time over it.
pub(crate) struct Scripted {
    script: Box<Script>,
    takes: Duration,
    start: Instant,
    calls: Mutex<Vec<Call>>,
    /// The partitions of invocations that go on.
    busy: Mutex<BTreeSet<i32>>,
    most_at_once: Mutex<(usize, usize)>,
}

impl Scripted {
    /// The script gets the number of the call, from 0, and the call.
    pub(crate) fn new(
        takes: Duration,
        script: impl Fn(usize, &Call) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Scripted {
            script: Box::new(script),
            takes,
            start: Instant::now(),
            calls: Mutex::default(),
            busy: Mutex::default(),
            most_at_once: Mutex::default(),
        }
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// How many invocations went on at once at most.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most_at_once.lock().unwrap().1
    }

    fn begin(&self, event: &Bytes) -> (usize, Call) {
        let call = Call { at: self.start.elapsed(), records: records(event), bytes: event.len() };
        let mut busy = self.busy.lock().unwrap();
        for partition in partitions(&call) {
            assert!(busy.insert(partition), "two batches of partition {partition} in flight");
        }
        let mut most = self.most_at_once.lock().unwrap();
        most.0 += 1;
        most.1 = most.1.max(most.0);
        let mut calls = self.calls.lock().unwrap();
        calls.push(call.clone());
        (calls.len() - 1, call)
    }

    fn end(&self, call: &Call) {
        let mut busy = self.busy.lock().unwrap();
        for partition in partitions(call) {
            busy.remove(&partition);
        }
        self.most_at_once.lock().unwrap().0 -= 1;
    }
}

impl Function for Scripted {
    fn invoke(&self, event: Bytes) -> BoxFuture<'_, Invoked> {
        Box::pin(async move {
            let (number, call) = self.begin(&event);
            sleep(self.takes).await;
            let outcome = (self.script)(number, &call).outcome();
            self.end(&call);
            Invoked { request_id: format!("request-{number}"), outcome }
        })
    }
}

fn partitions(call: &Call) -> BTreeSet<i32> {
    call.records.iter().map(|(partition, _)| *partition).collect()
}

/// The records of an event; the map key has to be theirs.
pub(crate) fn records(event: &[u8]) -> Vec<(i32, i64)> {
    let event: Value = serde_json::from_slice(event).unwrap();
    let mut records = Vec::new();
    for (key, list) in event["records"].as_object().unwrap() {
        for record in list.as_array().unwrap() {
            let partition = i32::try_from(record["partition"].as_i64().unwrap()).unwrap();
            assert_eq!(*key, format!("orders-{partition}"));
            records.push((partition, record["offset"].as_i64().unwrap()));
        }
    }
    records.sort_unstable();
    records
}
