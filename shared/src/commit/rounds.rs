use tokio::time::sleep;

use super::ports::{CommitOutcome, Delivery, Parcel, StateStore, Write};
use super::triage::Placed;
use super::work::Work;
use super::{CommitContext, Tally};
use crate::delivery::{Deadline, Retry};
use crate::state::OutboxEntry;

/// Takes the entities of a batch through rounds of load, apply, commit and deliver.
///
/// One round does for nearly all. A further one comes for entities whose write lost a race, and for
/// those with more alerts than one outbox may hold.
pub(super) struct Rounds<'a, 'batch, Store, Sink> {
    pub(super) store: &'a Store,
    pub(super) delivery: &'a Sink,
    pub(super) retry: &'a Retry,
    pub(super) context: CommitContext<'a>,
    pub(super) events: &'a [Placed<'batch>],
    pub(super) works: Vec<Work>,
}

impl<Store: StateStore, Sink: Delivery> Rounds<'_, '_, Store, Sink> {
    /// Runs until every entity is done or given up; counts what was committed.
    pub(super) async fn run(&mut self, tally: &mut Tally, deadline: Deadline) {
        let mut lost_races = 0;
        while self.works.iter().any(Work::is_open) {
            if deadline.has_passed() {
                self.open().for_each(|work| work.fail("the deadline came first"));
                break;
            }
            self.load(deadline).await;
            self.apply();
            let conflicts = self.commit(tally, deadline).await;
            self.deliver(deadline).await;
            if conflicts > 0 {
                tally.conflicts += conflicts;
                sleep(self.retry.wait(lost_races).min(deadline.remaining())).await;
                lost_races += 1;
            }
        }
    }

    fn open(&mut self) -> impl Iterator<Item = &mut Work> {
        self.works.iter_mut().filter(|work| work.is_open())
    }

    async fn load(&mut self, deadline: Deadline) {
        let store = self.store;
        let mut unread: Vec<&mut Work> = self.open().filter(|work| work.stored.is_none()).collect();
        if unread.is_empty() {
            return;
        }
        let keys: Vec<_> = unread.iter().map(|work| &work.group.key).collect();
        let loaded = store.load(&keys, deadline).await;
        for (work, loaded) in unread.iter_mut().zip(loaded) {
            match loaded {
                Ok(stored) => work.loaded(stored),
                Err(reason) => work.fail(reason),
            }
        }
    }

    fn apply(&mut self) {
        let (events, context) = (self.events, self.context);
        self.open().for_each(|work| work.apply(events, &context));
    }

    /// Commits what changed; returns how many lost a race.
    async fn commit(&mut self, tally: &mut Tally, deadline: Deadline) -> u64 {
        let store = self.store;
        let mut changed: Vec<&mut Work> = self.open().filter(|work| work.is_to_commit()).collect();
        if changed.is_empty() {
            return 0;
        }
        let writes: Vec<Write<'_>> = changed.iter().filter_map(|work| write(work)).collect();
        let outcomes = store.commit(&writes, deadline).await;
        let mut conflicts = 0;
        for (work, outcome) in changed.iter_mut().zip(outcomes) {
            match outcome {
                CommitOutcome::Committed => {
                    work.committed();
                    count_committed(work, tally);
                }
                CommitOutcome::Stale(stands) => {
                    conflicts += 1;
                    work.lost_the_race(stands.map(|stored| *stored));
                }
                CommitOutcome::Failed(reason) => work.fail(reason),
            }
        }
        conflicts
    }

    /// Delivers the outboxes of everything committed, and those found with nothing to apply.
    async fn deliver(&mut self, deadline: Deadline) {
        let delivery = self.delivery;
        let mut full: Vec<&mut Work> = Vec::new();
        for work in self.open().filter(|work| work.attempt.is_some()) {
            if outbox(work).is_empty() { work.settle() } else { full.push(work) }
        }
        if full.is_empty() {
            return;
        }
        let parcels: Vec<Parcel<'_>> = full.iter().flat_map(|work| parcels(work)).collect();
        let mut results = delivery.deliver(&parcels, deadline).await.into_iter();
        for work in full {
            let count = outbox(work).len();
            let of_work: Vec<Result<(), String>> = results.by_ref().take(count).collect();
            let failed = of_work.into_iter().find_map(Result::err);
            match failed {
                None => work.settle(),
                Some(reason) => work.fail(reason),
            }
        }
    }
}

fn write(work: &Work) -> Option<Write<'_>> {
    let stored = work.stored.as_ref()?;
    Some(Write { key: &work.group.key, expected: stored.version, state: &stored.state })
}

fn outbox(work: &Work) -> &[OutboxEntry] {
    work.stored.as_ref().map_or(&[], |stored| stored.state.outbox.entries())
}

fn parcels(work: &Work) -> impl Iterator<Item = Parcel<'_>> {
    outbox(work).iter().map(|entry| Parcel { entity: &work.group.key, entry })
}

fn count_committed(work: &Work, tally: &mut Tally) {
    let Some(attempt) = &work.attempt else { return };
    for note in &attempt.notes {
        *tally.notes.entry(*note).or_default() += 1;
    }
    for entry in &outbox(work)[attempt.carried..] {
        match entry {
            OutboxEntry::Alert(alert) => {
                let cause = (alert.detector.clone().into_owned(), alert.severity);
                let counts = if alert.shadow { &mut tally.shadow } else { &mut tally.alerts };
                *counts.entry(cause).or_default() += 1;
            }
            OutboxEntry::Closed(_) => tally.closed += 1,
        }
    }
}
