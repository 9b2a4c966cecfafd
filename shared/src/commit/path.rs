use super::fates::Fates;
use super::group::{Group, Groups};
use super::labels::Labels;
use super::learnt::Elsewhere;
use super::ports::{Clear, DeadLetters, Delivery, StateStore, Version};
use super::rounds::Rounds;
use super::topics::{OnSuspiciousDuplicate, Topics};
use super::triage::{Triage, triage};
use super::work::Work;
use super::{CommitContext, Take, Tally};
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
        self.run_with(batch, deadline, Body::take_in).await
    }

    async fn run_with(&self, batch: &Batch<'_>, deadline: Deadline, take: Take) -> Done {
        let cluster = self.cluster.as_deref().unwrap_or(batch.cluster());
        let context = CommitContext {
            settings: &self.settings,
            cluster,
            on_suspicious: self.on_suspicious,
            redrive: batch.redrive(),
            take,
        };
        let Triage { events, groups, dead, tombstones } = triage(batch, cluster, &self.topics);
        let Groups { entities, calibrators, partitions, owners } = groups;
        let mut rounds = Rounds {
            store: &self.store,
            delivery: &self.delivery,
            dead_letters: &self.dead_letters,
            retry: &self.retry,
            context,
            batch,
            events: &events,
            labels: Labels::of(owners, &calibrators),
            entities: works(entities),
            calibrators: works(calibrators),
            partitions: works(partitions),
            elsewhere: Elsewhere::of(&events, &self.topics, &self.settings),
        };
        let mut tally = Tally::default();
        let (dead_results, ()) =
            futures::join!(self.bury(&dead, deadline), rounds.run(&mut tally, deadline));

        let Rounds { entities, calibrators, partitions, .. } = rounds;
        let works: Vec<Work> = entities.into_iter().chain(calibrators).chain(partitions).collect();
        let mut fates = Fates::new(batch.len());
        fates.tombstones(&tombstones);
        fates.buried(&dead, &dead_results);
        fates.settle(&works, &events);
        fates.undone(&works, &events);
        fates.count(&works, &events, &mut tally);
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

fn works(groups: Vec<Group>) -> Vec<Work> {
    groups.into_iter().map(Work::new).collect()
}

fn delivered(works: &[Work]) -> Vec<(EntityKey, Version)> {
    let clears = works.iter().filter_map(Work::clear);
    clears.map(|clear| (clear.key.clone(), clear.expected)).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::time::Duration;

    use super::*;
    use crate::circumstances::Circumstances;
    use crate::commit::{CommitOutcome, Parcel, Stored, TopicRule, Write};
    use crate::events::{Event, EventKind};
    use crate::state::{Emitted, Epoch};

    /// Sinks that take everything, once so many races have been lost; the keys of the states written.
    #[derive(Default)]
    struct Sinks {
        races: Cell<u32>,
        written: RefCell<Vec<String>>,
    }

    impl StateStore for &Sinks {
        async fn load(
            &self,
            keys: &[&EntityKey],
            _: Deadline,
        ) -> Vec<Result<Option<Stored>, String>> {
            vec![Ok(None); keys.len()]
        }

        async fn commit(&self, writes: &[Write<'_>], _: Deadline) -> Vec<CommitOutcome> {
            if let Some(races) = self.races.get().checked_sub(1) {
                self.races.set(races);
                return vec![CommitOutcome::Stale(None); writes.len()];
            }
            self.written.borrow_mut().extend(writes.iter().map(|write| write.key.to_string()));
            vec![CommitOutcome::Committed; writes.len()]
        }

        async fn clear(&self, _: &[Clear<'_>], _: Deadline) {}
    }

    impl Delivery for &Sinks {
        async fn deliver(&self, parcels: &[Parcel<'_>], _: Deadline) -> Vec<Result<(), String>> {
            vec![Ok(()); parcels.len()]
        }
    }

    impl DeadLetters for &Sinks {
        async fn bury(&self, dead: &[DeadRecord<'_>], _: Deadline) -> Vec<Result<(), String>> {
            vec![Ok(()); dead.len()]
        }
    }

    /// Anna clicks at offsets 0 and 2, bert at 1; the record at 3 is dead.
    const EVENT: &str = r#"{"eventSource":"aws:kafka","eventSourceArn":"arn","records":{"c-0":[
        {"topic":"c","partition":0,"offset":0,"timestamp":1767600000000,
         "value":"eyJ1c2VySWQiOiJhbm5hIiwiZXZlbnRUeXBlIjoiY2xpY2sifQ=="},
        {"topic":"c","partition":0,"offset":1,"timestamp":1767600000000,
         "value":"eyJ1c2VySWQiOiJiZXJ0IiwiZXZlbnRUeXBlIjoiY2xpY2sifQ=="},
        {"topic":"c","partition":0,"offset":2,"timestamp":1767600000000,
         "value":"eyJ1c2VySWQiOiJhbm5hIiwiZXZlbnRUeXBlIjoiY2xpY2sifQ=="},
        {"topic":"c","partition":0,"offset":3,"timestamp":1767600000000,"value":"ew=="}]}}"#;

    fn panics_on_anna(
        body: &mut Body,
        event: &Event<'_>,
        circumstances: &Circumstances<'_>,
    ) -> Emitted {
        if let (Body::User(_), Event::UserEvent(event)) = (&*body, event) {
            assert!(event.user_id != "anna", "a detector of the user's own");
        }
        body.take_in(event, circumstances)
    }

    fn path(sinks: &Sinks) -> CommitPath<&Sinks, &Sinks, &Sinks> {
        let rule = TopicRule { kind: EventKind::UserEvent, epoch: Epoch(0) };
        CommitPath {
            settings: Settings::default(),
            topics: Topics::new([("c".to_owned(), rule)]),
            on_suspicious: OnSuspiciousDuplicate::Report,
            cluster: None,
            retry: Retry::new(Box::new(|| 1.0)),
            store: sinks,
            delivery: sinks,
            dead_letters: sinks,
        }
    }

    #[test]
    fn nobody_waits_but_after_a_lost_race_and_then_longer_each_time() {
        let base = Retry::new(Box::new(|| 1.0)).base;
        for (races, waits) in [(0, 0), (1, 1), (3, 1 + 2 + 4)] {
            let sinks = Sinks { races: Cell::new(races), ..Sinks::default() };
            let batch = Batch::decode(EVENT.as_bytes()).unwrap();
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_time().start_paused(true).build().unwrap();
            runtime.block_on(async {
                let before = tokio::time::Instant::now();
                let done = path(&sinks).run(&batch, Deadline::after(Duration::from_mins(1))).await;
                assert_eq!((done.tally.applied, done.tally.conflicts), (3, u64::from(2 * races)));
                // Timers go off at whole milliseconds.
                let waited = before.elapsed().saturating_sub(base * waits);
                assert!(before.elapsed() >= base * waits, "{races} races: too early");
                assert!(waited < Duration::from_millis(5), "{races} races: {waited:?} too long");
            });
        }
    }

    #[test]
    fn of_a_batch_on_which_a_detector_panics_only_its_entity_is_reported() {
        let sinks = Sinks::default();
        let path = path(&sinks);
        let batch = Batch::decode(EVENT.as_bytes()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let deadline = Deadline::after(Duration::from_mins(1));
        let done = runtime.block_on(path.run_with(&batch, deadline, panics_on_anna));
        assert_eq!(done.failed, [RecordIndex(0), RecordIndex(2)]);
        assert_eq!((done.tally.applied, done.tally.failed, done.tally.dead_records()), (1, 2, 1));
        // The partition says what is done for everyone, so it comes last.
        assert_eq!(*sinks.written.borrow(), ["user#bert", "partition#c#0"]);
    }
}
