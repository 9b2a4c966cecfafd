//! What Lambda does with a batch: invoke, look at the answer, and hand over again what it must.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use millrace_shared::commit::{CommitPath, OnSuspiciousDuplicate, Tally, TopicRule, Topics};
use millrace_shared::delivery::{Deadline, Retry};
use millrace_shared::events::EventKind;
use millrace_shared::kafka::{Batch, BatchResponse, RecordIndex};
use millrace_shared::settings::Settings;
use millrace_shared::state::Epoch;

use crate::breach::{Breach, is_broken};
use crate::stream::{Record, event_sent_by};
use crate::world::{Client, Fault, Port, SharedWorld, World};

/// How an invocation ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// With an answer: the records reported, and what happened.
    Answered {
        reported: Vec<Record>,
        tally: Box<Tally>,
    },
    Crashed,
}

/// Which records come again after a partial failure: the documents can be read both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redelivery {
    OnlyReported,
    FromLowestReported,
    WholeBatch,
}

pub(crate) fn topics() -> Topics {
    let rule = |kind| TopicRule { kind, epoch: Epoch(0) };
    Topics::new([
        ("user-events".to_owned(), rule(EventKind::UserEvent)),
        ("transactions".to_owned(), rule(EventKind::Transaction)),
        ("transaction-labels".to_owned(), rule(EventKind::TransactionLabel)),
        ("sensor-data".to_owned(), rule(EventKind::SensorReading)),
    ])
}

pub(crate) fn path(client: &Rc<Client>) -> CommitPath<Port, Port, Port> {
    CommitPath {
        settings: client.world.borrow().settings.clone(),
        topics: topics(),
        on_suspicious: OnSuspiciousDuplicate::Report,
        cluster: None,
        retry: Retry::new(Box::new(|| 0.0)),
        store: Port(Rc::clone(client)),
        delivery: Port(Rc::clone(client)),
        dead_letters: Port(Rc::clone(client)),
    }
}

/// Runs a future to its end with time standing still but for timers.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(future)
}

/// One invocation, from event to answer, clearing included, unless it crashes.
pub(crate) async fn invoke(
    client: &Rc<Client>,
    path: &CommitPath<Port, Port, Port>,
    records: &[Record],
) -> Ending {
    invoke_sent_by(client, path, records, None).await
}

/// The same for an event that says in `redrive` that somebody sends it again.
pub(crate) async fn invoke_sent_by(
    client: &Rc<Client>,
    path: &CommitPath<Port, Port, Port>,
    records: &[Record],
    redrive: Option<&str>,
) -> Ending {
    let body = event_sent_by(records, redrive);
    let batch = Batch::decode(&body).unwrap();
    let deadline = Deadline::after(Duration::from_mins(1));
    let whole = async {
        let done = path.run(&batch, deadline).await;
        path.clear(&done, deadline).await;
        done
    };
    tokio::select! {
        biased;
        done = whole => {
            let reported = reported(&batch, &done.failed, records);
            Ending::Answered { reported, tally: Box::new(done.tally) }
        }
        () = client.crashed.notified() => Ending::Crashed,
    }
}

/// The records that the answer reports, which must be records of the event, in Lambda's spelling.
fn reported(batch: &Batch<'_>, failed: &[RecordIndex], records: &[Record]) -> Vec<Record> {
    let response = BatchResponse::from_failed(batch, failed.iter().copied()).unwrap();
    let json: serde_json::Value = serde_json::to_value(&response).unwrap();
    let known: BTreeMap<(String, i64), &Record> = records
        .iter()
        .map(|record| ((format!("{}-{}", record.topic, record.partition), record.offset), record))
        .collect();
    let mut reported: Vec<Record> = json["batchItemFailures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|failure| {
            let identifier = &failure["itemIdentifier"];
            let partition = identifier["partition"].as_str().unwrap().to_owned();
            let offset = identifier["offset"].as_i64().unwrap();
            (*known.get(&(partition, offset)).expect("I5: a reported record was in the event"))
                .clone()
        })
        .collect();
    if is_broken(Breach::OnlyTheFirstIsReported) {
        let mut met = BTreeSet::new();
        reported.retain(|record| met.insert(record.entity()));
    }
    reported
}

/// How Lambda goes about a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mapping {
    pub redelivery: Redelivery,
    /// How often it delivers a batch before it gives it up.
    pub attempts: usize,
    /// What the event says in `redrive`.
    pub redrive: Option<&'static str>,
}

/// Patient enough for any list of faults.
pub(crate) const PATIENT: Mapping =
    Mapping { redelivery: Redelivery::WholeBatch, attempts: 100, redrive: None };

/// Delivers a batch as often as Lambda would, each time with the next list of faults (none when
/// they are used up), until nothing is reported.
pub(crate) async fn deliver(
    world: &SharedWorld,
    batch: &[Record],
    faults: &mut impl Iterator<Item = Vec<Fault>>,
    redelivery: Redelivery,
) {
    let given_up = deliver_as(world, batch, faults, Mapping { redelivery, ..PATIENT }).await;
    assert!(given_up.is_none(), "I4: the batch was not done after 100 deliveries");
}

/// Delivers a batch, and returns what goes to the failure destination: what the last event held.
pub(crate) async fn deliver_as(
    world: &SharedWorld,
    batch: &[Record],
    faults: &mut impl Iterator<Item = Vec<Fault>>,
    mapping: Mapping,
) -> Option<Vec<Record>> {
    let mut remaining = batch.to_vec();
    for attempt in 1..=mapping.attempts {
        let client = Client::new(world, faults.next().unwrap_or_default());
        let path = path(&client);
        let ending = invoke_sent_by(&client, &path, &remaining, mapping.redrive).await;
        if let Ending::Answered { reported, .. } = ending {
            if reported.is_empty() {
                return None;
            }
            if attempt < mapping.attempts {
                remaining = again(&remaining, &reported, mapping.redelivery);
            }
        }
    }
    Some(remaining)
}

pub(crate) fn again(batch: &[Record], reported: &[Record], redelivery: Redelivery) -> Vec<Record> {
    let place = |record: &Record| (record.topic, record.partition);
    let is_reported = |record: &Record| {
        reported.iter().any(|one| place(one) == place(record) && one.offset == record.offset)
    };
    let from_lowest = |record: &Record| {
        let lowest = reported.iter().filter(|one| place(one) == place(record));
        lowest.map(|one| one.offset).min().is_some_and(|lowest| record.offset >= lowest)
    };
    match redelivery {
        Redelivery::OnlyReported => batch.iter().filter(|one| is_reported(one)).cloned().collect(),
        Redelivery::FromLowestReported => {
            batch.iter().filter(|one| from_lowest(one)).cloned().collect()
        }
        Redelivery::WholeBatch => batch.to_vec(),
    }
}

/// The world after one sequential pass: each record by itself, once, nothing failing.
pub(crate) async fn sequential(records: &[Record], settings: &Settings) -> World {
    let world = Rc::new(RefCell::new(World::with(settings.clone())));
    for record in records {
        deliver(
            &world,
            std::slice::from_ref(record),
            &mut std::iter::empty(),
            Redelivery::WholeBatch,
        )
        .await;
    }
    Rc::into_inner(world).map(RefCell::into_inner).unwrap()
}
