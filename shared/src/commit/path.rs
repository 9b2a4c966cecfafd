use tracing::error;

use super::group::{Group, group};
use super::ports::{Clear, DeadLetters, Delivery, StateStore, Version};
use super::round::Rounds;
use super::topics::{OnSuspiciousDuplicate, Topics};
use super::triage::{Triage, triage};
use super::Tally;
use crate::delivery::{Deadline, Retry};
use crate::entity::EntityKey;
use crate::kafka::{Batch, DeadRecord, RecordIndex};
use crate::settings::Settings;

/// The commit path: what it is told, and the sinks it works on.
pub struct CommitPath<Store, Sink, Graves> {
    /// Thresholds and periods.
    pub settings: Settings,
    /// What each topic holds.
    pub topics: Topics,
    /// What to do with records of a topic that seems to have been created again.
    pub on_suspicious: OnSuspiciousDuplicate,
    /// The cluster's name where the configuration gives one; else the event's own.
    pub cluster: Option<String>,
    /// How to wait before reading again after a lost race.
    pub retry: Retry,
    /// The table of states.
    pub store: Store,
    /// Where outboxes go.
    pub delivery: Sink,
    /// Where dead records go.
    pub dead_letters: Graves,
}

/// What became of a batch. Outboxes that have been delivered are still to be cleared, which can no
/// longer change the answer: see [`CommitPath::clear`].
#[derive(Debug, Default)]
pub struct Done {
    /// What happened, in numbers.
    pub tally: Tally,
    /// The records that are not durably done, in the order of the event.
    pub failed: Vec<RecordIndex>,
    delivered: Vec<(EntityKey, Version)>,
}

impl<Store: StateStore, Sink: Delivery, Graves: DeadLetters> CommitPath<Store, Sink, Graves> {
    /// Takes a batch through all steps but the last, clearing what was delivered.
    pub async fn run(&self, batch: &Batch<'_>, deadline: Deadline) -> Done {
        let cluster = self.cluster.as_deref().unwrap_or(batch.cluster());
        let triage = triage(batch, cluster, &self.topics);
        let groups = group(&triage.events);
        let mut rounds = Rounds::new(self, cluster, &triage.events, groups);

        let (groups, buried) = futures::join!(
            rounds.run(deadline),
            self.dead_letters.bury(&triage.dead, deadline),
        );
        let mut fates = Fates::new(batch.len());
        fates.bury(&triage.dead, &buried);

        let held_back = rounds.held_back();
        let buried = self.dead_letters.bury(&held_back, deadline).await;
        fates.bury(&held_back, &buried);
        fates.settle(&triage, &groups);

        let mut tally = rounds.tally();
        fates.count(&triage, &mut tally);
        Done { tally, failed: fates.failed(), delivered: delivered(groups) }
    }

    /// Clears the outboxes that [`CommitPath::run`] delivered. What cannot be cleared is found and
    /// delivered again, under the same identifiers, by whoever reads the state next.
    pub async fn clear(&self, done: &Done, deadline: Deadline) {
        let clears: Vec<Clear<'_>> =
            done.delivered.iter().map(|(key, version)| Clear { key, expected: *version }).collect();
        if !clears.is_empty() {
            self.store.clear(&clears, deadline).await;
        }
    }
}
