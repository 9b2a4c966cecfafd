use std::collections::{HashMap, HashSet};

use tokio::time::sleep;

use super::held_back::letter;
use super::labels::Labels;
use super::learnt::Elsewhere;
use super::partitions::{outstanding, settle};
use super::placed::Events;
use super::ports::{CommitOutcome, DeadLetters, Delivery, Parcel, StateStore, Write};
use super::surroundings::Surroundings;
use super::work::Work;
use super::{CommitContext, Tally};
use crate::delivery::{Deadline, Retry};
use crate::entity::EntityKey;
use crate::kafka::{Batch, DeadRecord};
use crate::state::{Coverage, OutboxEntry, PartitionId};

/// Takes the entities of a batch through rounds of load, apply, commit and deliver.
///
/// ```text
///   load ▶ apply ▶ commit the entities ▶ apply and commit the calibrators, if there are labels
///                    ─┬▶ deliver outboxes, bury what is held back
///                     └▶ apply and commit the partitions
/// ```
///
/// One round does for nearly all. A further one comes for entities whose write lost a race, and for
/// those with more alerts than one outbox may hold. The calibrators count what labels turned out to
/// be to their customers. The partitions' own states come after all others, because they say which
/// records are done for everyone.
pub(super) struct Rounds<'a, 'batch, Store, Sink, Graves> {
    pub(super) store: &'a Store,
    pub(super) delivery: &'a Sink,
    pub(super) dead_letters: &'a Graves,
    pub(super) retry: &'a Retry,
    pub(super) context: CommitContext<'a>,
    pub(super) batch: &'batch Batch<'batch>,
    pub(super) events: &'a Events<'batch>,
    pub(super) entities: Vec<Work>,
    pub(super) calibrators: Vec<Work>,
    pub(super) partitions: Vec<Work>,
    pub(super) labels: Labels,
    /// What is read and not changed.
    pub(super) elsewhere: Elsewhere,
}

impl<Store: StateStore, Sink: Delivery, Graves: DeadLetters> Rounds<'_, '_, Store, Sink, Graves> {
    /// Runs until every entity is done or given up; counts what was committed.
    pub(super) async fn run(&mut self, tally: &mut Tally, deadline: Deadline) {
        let mut lost_races = 0;
        while self.works().any(|work| work.is_open()) {
            if deadline.has_passed() {
                self.works().for_each(|work| work.fail("the deadline came first"));
                break;
            }
            let conflicts = self.round(tally, deadline).await;
            if conflicts > 0 {
                tally.conflicts += conflicts;
                sleep(self.retry.wait(lost_races).min(deadline.remaining())).await;
                lost_races += 1;
            }
        }
    }

    fn works(&mut self) -> impl Iterator<Item = &mut Work> {
        let works = self.entities.iter_mut().chain(&mut self.calibrators);
        works.chain(&mut self.partitions).filter(|work| work.is_open())
    }

    /// One round; returns how many writes lost a race.
    async fn round(&mut self, tally: &mut Tally, deadline: Deadline) -> u64 {
        self.load(deadline).await;
        self.apply_to_entities();
        let store = self.store;
        let mut conflicts = commit(store, &mut self.entities, tally, deadline).await;
        if !self.calibrators.is_empty() {
            self.apply_to_calibrators();
            conflicts += commit(store, &mut self.calibrators, tally, deadline).await;
            self.labels.note(&self.calibrators);
        }
        self.apply_to_partitions();
        let (batch, events) = (self.batch, self.events);
        let letters = |work: &Work| letters(work, batch, events);
        let works = self.entities.iter_mut().chain(&mut self.calibrators);
        let delivered = deliver(self.delivery, self.dead_letters, works, letters, deadline);
        let partitions = &mut self.partitions;
        let partitions_committed = async {
            let conflicts = commit(store, partitions, tally, deadline).await;
            partitions.iter_mut().filter(|work| work.attempt.is_some()).for_each(Work::settle);
            conflicts
        };
        let ((), conflicts_of_partitions) = futures::join!(delivered, partitions_committed);
        self.labels.give_up(&mut self.calibrators, &mut self.entities);
        conflicts + conflicts_of_partitions
    }

    /// Reads the states that have to be, and in the first round what payments are scored by.
    async fn load(&mut self, deadline: Deadline) {
        let works = self.entities.iter_mut().chain(&mut self.calibrators);
        let works = works.chain(&mut self.partitions).filter(|work| work.is_open());
        let mut unread: Vec<&mut Work> = works.filter(|work| work.stored.is_none()).collect();
        if unread.is_empty() {
            return;
        }
        let mut keys: Vec<&EntityKey> = unread.iter().map(|work| &work.group.key).collect();
        let mut merchants = self.elsewhere.take_wanted();
        if !merchants.is_empty() {
            let known: HashSet<&EntityKey> = keys.iter().copied().collect();
            merchants.retain(|key| !known.contains(key));
        }
        keys.extend(&merchants);
        let (store, elsewhere) = (self.store, &mut self.elsewhere);
        let (mut loaded, ()) =
            futures::join!(store.load(&keys, deadline), elsewhere.calibrate(store, deadline));
        let of_merchants = loaded.split_off(unread.len());
        for (key, loaded) in merchants.iter().zip(&of_merchants) {
            self.elsewhere.loaded(key, loaded);
        }
        for (work, loaded) in unread.iter_mut().zip(loaded) {
            self.elsewhere.loaded(&work.group.key, &loaded);
            match loaded {
                Ok(stored) => work.loaded(stored),
                Err(reason) => work.fail(reason),
            }
        }
    }

    fn apply_to_entities(&mut self) {
        let (events, context) = (self.events, &self.context);
        let mut settled: HashMap<PartitionId, &Coverage> = HashMap::new();
        for work in &self.partitions {
            let first =
                work.group.events.first().map(|&place| events[place].position.partition_id());
            if let (Some(partition), Some(stored)) = (first, &work.stored) {
                let known = stored.state.watermarks.settled(partition);
                settled.extend(known.map(|known| (partition, known)));
            }
        }
        let surroundings =
            Surroundings { settled, elsewhere: &self.elsewhere, labels: &self.labels };
        for work in self.entities.iter_mut().filter(|work| work.is_open()) {
            if !self.labels.are_ahead_of_calibrators(work) {
                work.apply(events, context, &surroundings);
            }
        }
    }

    /// As far as the labels' customers have come.
    fn apply_to_calibrators(&mut self) {
        self.labels.follow(&self.calibrators, &self.entities, self.events);
        let surroundings = Surroundings {
            settled: HashMap::new(),
            elsewhere: &self.elsewhere,
            labels: &self.labels,
        };
        for work in self.calibrators.iter_mut().filter(|work| work.is_open()) {
            work.apply(self.events, &self.context, &surroundings);
        }
    }

    /// Only once all others are as far as they get in this invocation.
    fn apply_to_partitions(&mut self) {
        let others = || self.entities.iter().chain(&self.calibrators);
        if !others().all(Work::is_final) {
            return;
        }
        let outstanding = outstanding(others(), self.events);
        let surroundings = Surroundings {
            settled: HashMap::new(),
            elsewhere: &self.elsewhere,
            labels: &self.labels,
        };
        for work in self.partitions.iter_mut().filter(|work| work.is_open()) {
            work.apply(self.events, &self.context, &surroundings);
            settle(work, self.events, &outstanding);
        }
    }
}

/// Commits what changed; returns how many lost a race.
async fn commit<Store: StateStore>(
    store: &Store,
    works: &mut [Work],
    tally: &mut Tally,
    deadline: Deadline,
) -> u64 {
    let mut changed: Vec<&mut Work> = works.iter_mut().filter(|work| work.is_to_commit()).collect();
    let mut conflicts = 0;
    if !changed.is_empty() {
        let writes: Vec<Write<'_>> = changed.iter().filter_map(|work| write(work)).collect();
        let outcomes = store.commit(&writes, deadline).await;
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
    }
    works.iter_mut().for_each(Work::is_durable);
    conflicts
}

/// Delivers the outboxes of everything committed, and those found with nothing to apply, and sends
/// what was held back to the dead-letter queue.
async fn deliver<'w, 'b, Sink: Delivery, Graves: DeadLetters>(
    delivery: &Sink,
    dead_letters: &Graves,
    works: impl Iterator<Item = &'w mut Work>,
    letters: impl Fn(&Work) -> Vec<DeadRecord<'b>>,
    deadline: Deadline,
) {
    let mut full: Vec<&mut Work> = Vec::new();
    for work in works.filter(|work| work.attempt.is_some()) {
        let is_nothing_to_send = outbox(work).is_empty() && work.held_back().next().is_none();
        if is_nothing_to_send { work.settle() } else { full.push(work) }
    }
    if full.is_empty() {
        return;
    }
    let parcels: Vec<Parcel<'_>> = full.iter().flat_map(|work| parcels(work)).collect();
    let letters: Vec<DeadRecord<'_>> = full.iter().flat_map(|work| letters(work)).collect();
    let delivered = async {
        if parcels.is_empty() { Vec::new() } else { delivery.deliver(&parcels, deadline).await }
    };
    let buried = async {
        if letters.is_empty() { Vec::new() } else { dead_letters.bury(&letters, deadline).await }
    };
    let (delivered, buried) = futures::join!(delivered, buried);
    let (mut delivered, mut buried) = (delivered.into_iter(), buried.into_iter());
    for work in full {
        let parcels = delivered.by_ref().take(outbox(work).len());
        let failed = parcels.fold(None, |failed, one| failed.or(one.err()));
        let letters = buried.by_ref().take(work.held_back().count());
        let failed = letters.fold(failed, |failed, one| failed.or(one.err()));
        match failed {
            None => work.settle(),
            Some(reason) => work.fail(reason),
        }
    }
}

/// What the dead-letter queue is told of an entity's records that were held back.
fn letters<'b>(work: &Work, batch: &'b Batch<'b>, events: &Events<'b>) -> Vec<DeadRecord<'b>> {
    let record = |place: usize| batch.record(events.record(place));
    let letter = |(place, verdict)| letter(&record(place)?, verdict);
    work.held_back().filter_map(letter).collect()
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
            OutboxEntry::Features(_) => {}
        }
    }
}
