use super::fates::Fates;
use super::group::group;
use super::ports::{Clear, DeadLetters, Delivery, StateStore, Version};
use super::rounds::Rounds;
use super::topics::{OnSuspiciousDuplicate, Topics};
use super::triage::triage;
use super::work::Work;
use super::{CommitContext, Tally};
use crate::delivery::{Deadline, Retry};
use crate::entity::EntityKey;
use crate::kafka::{Batch, DeadRecord, RecordIndex};
use crate::settings::Settings;
use crate::state::Body;

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

/// What became of a batch. The outboxes that have been delivered are still to be cleared, which can
/// no longer change the answer: see [`CommitPath::clear`].
#[derive(Debug, Default)]
pub struct Done {
    /// What happened, in numbers.
    pub tally: Tally,
    /// The records that are not durably done, in the order of the event.
    pub failed: Vec<RecordIndex>,
    /// The outboxes that have been delivered and still stand in the table.
    delivered: Vec<(EntityKey, Version)>,
}

impl<Store: StateStore, Sink: Delivery, Graves: DeadLetters> CommitPath<Store, Sink, Graves> {
    /// Takes a batch through all steps but the last, clearing what was delivered.
    pub async fn run(&self, batch: &Batch<'_>, deadline: Deadline) -> Done {
        let cluster = self.cluster.as_deref().unwrap_or(batch.cluster());
        let context = CommitContext {
            settings: &self.settings,
            cluster,
            on_suspicious: self.on_suspicious,
            take: Body::take,
        };
        let triage = triage(batch, cluster, &self.topics);
        let mut rounds = Rounds {
            store: &self.store,
            delivery: &self.delivery,
            retry: &self.retry,
            context,
            events: &triage.events,
            works: group(&triage.events).into_iter().map(Work::new).collect(),
        };
        let mut tally = Tally::default();
        let (dead_results, ()) =
            futures::join!(self.bury(&triage.dead, deadline), rounds.run(&mut tally, deadline),);

        let works = rounds.works;
        let mut fates = Fates::new(batch.len());
        fates.tombstones(&triage.tombstones);
        fates.buried(&triage.dead, &dead_results);
        let held_back = fates.settle(&works, &triage.events);
        fates.buried(&held_back, &self.bury(&held_back, deadline).await);
        fates.undone(&works, &triage.events);
        fates.count(&works, &triage.events, &mut tally);
        Done { tally, failed: fates.failed(), delivered: delivered(&works) }
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

    async fn bury(&self, dead: &[DeadRecord<'_>], deadline: Deadline) -> Vec<Result<(), String>> {
        if dead.is_empty() {
            return Vec::new();
        }
        self.dead_letters.bury(dead, deadline).await
    }
}

fn delivered(works: &[Work]) -> Vec<(EntityKey, Version)> {
    let clears = works.iter().filter_map(Work::clear);
    clears.map(|clear| (clear.key.clone(), clear.expected)).collect()
}
