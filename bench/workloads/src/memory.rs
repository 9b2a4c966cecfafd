//! The commit path over states in memory: all that `analytics` does with a batch, save for AWS.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use millrace_shared::commit::{
    Clear, CommitOutcome, CommitPath, DeadLetters, Delivery, Done, OnSuspiciousDuplicate, Parcel,
    StateStore, Stored, TopicRule, Topics, Version, Write,
};
use millrace_shared::delivery::{Deadline, Retry};
use millrace_shared::detectors::sets::{SensorDetectors, UserDetectors};
use millrace_shared::entity::EntityKey;
use millrace_shared::events::EventKind;
use millrace_shared::kafka::{Batch, DeadRecord};
use millrace_shared::settings::{DetectorNames, Settings};
use millrace_shared::state::Epoch;

use crate::payloads::TOPICS;

/// The detectors that the handlers in Python and Node have as well: rules of a few lines each.
pub const CLASSIC: [&str; 9] = [
    "rapid_activity",
    "rapid_clicks",
    "long_session",
    "high_value",
    "unusual_amount",
    "reading_deviation",
    "temperature_range",
    "humidity_range",
    "battery_low",
];

/// The detectors that are switched off where the handlers in other languages are compared with.
pub fn not_classic() -> BTreeSet<String> {
    let all = UserDetectors::NAMES.iter().chain(SensorDetectors::NAMES);
    all.filter(|name| !CLASSIC.contains(*name)).map(|name| (*name).to_owned()).collect()
}

/// The classic detectors that the function has off unless it is told.
pub fn classic_to_switch_on() -> Vec<&'static str> {
    Settings::OFF_BY_DEFAULT.into_iter().filter(|name| CLASSIC.contains(name)).collect()
}

/// The function's commit path, over states that end with the process.
pub type InMemory = CommitPath<States, Nowhere, Nowhere>;

/// The commit path with the classic detectors, as the function would be configured.
pub fn in_memory() -> InMemory {
    in_memory_without(not_classic().into())
}

/// The same with all detectors but these.
pub fn in_memory_without(detectors_off: DetectorNames) -> InMemory {
    let kinds = [EventKind::UserEvent, EventKind::Transaction, EventKind::SensorReading];
    let rules = TOPICS.iter().zip(kinds).map(|(topic, kind)| {
        let rule = TopicRule { kind, epoch: Epoch(0) };
        ((*topic).to_owned(), rule)
    });
    CommitPath {
        settings: Settings {
            detectors_off,
            // The handlers in other languages merge none.
            alert_cooldown: Duration::ZERO,
            ..Settings::default()
        },
        topics: Topics::new(rules),
        on_suspicious: OnSuspiciousDuplicate::Report,
        cluster: None,
        retry: Retry::new(Box::new(|| 0.0)),
        store: States::default(),
        delivery: Nowhere,
        dead_letters: Nowhere,
    }
}

/// Takes a batch through all steps.
pub async fn take(path: &InMemory, batch: &Batch<'_>) -> Done {
    let deadline = Deadline::after(Duration::from_mins(1));
    let done = path.run(batch, deadline).await;
    path.clear(&done, deadline).await;
    done
}

/// States in memory.
///
/// A state is taken out of its place by whoever reads it and put back by their commit, so that neither copies
/// anything: right for one reader and streams without redeliveries, which is what a benchmark has.
#[derive(Debug, Default)]
pub struct States(RefCell<HashMap<EntityKey, Option<Stored>>>);

impl StateStore for States {
    async fn load(&self, keys: &[&EntityKey], _: Deadline) -> Vec<Result<Option<Stored>, String>> {
        let mut states = self.0.borrow_mut();
        keys.iter().map(|key| Ok(states.get_mut(*key).and_then(Option::take))).collect()
    }

    async fn commit(&self, writes: &[Write<'_>], _: Deadline) -> Vec<CommitOutcome> {
        let mut states = self.0.borrow_mut();
        for write in writes {
            let version = Some(write.expected.map_or(Version::FIRST, Version::next));
            let stored = Some(Stored { state: Arc::clone(write.state), version });
            match states.get_mut(write.key) {
                Some(place) => *place = stored,
                None => drop(states.insert(write.key.clone(), stored)),
            }
        }
        vec![CommitOutcome::Committed; writes.len()]
    }

    async fn clear(&self, clears: &[Clear<'_>], _: Deadline) {
        let mut states = self.0.borrow_mut();
        for clear in clears {
            if let Some(Some(stored)) = states.get_mut(clear.key) {
                Arc::make_mut(&mut stored.state).outbox.clear();
                stored.version = Some(clear.expected.next());
            }
        }
    }
}

/// A sink that takes everything and keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct Nowhere;

impl Delivery for Nowhere {
    async fn deliver(&self, parcels: &[Parcel<'_>], _: Deadline) -> Vec<Result<(), String>> {
        vec![Ok(()); parcels.len()]
    }
}

impl DeadLetters for Nowhere {
    async fn bury(&self, records: &[DeadRecord<'_>], _: Deadline) -> Vec<Result<(), String>> {
        vec![Ok(()); records.len()]
    }
}
