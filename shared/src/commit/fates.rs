use std::collections::BTreeMap;

use tracing::error;

use super::Tally;
use super::held_back::reason;
use super::placed::{Events, Placed};
use super::work::Work;
use crate::kafka::{DeadRecord, RecordIndex};
use crate::state::{Body, Verdict};

/// How many failures with the same reason are logged one by one.
const LOGGED_PER_REASON: u64 = 3;

/// What became of each record of a batch, by its place in it.
#[derive(Debug)]
pub(super) struct Fates(Vec<Fate>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Not durably done: to be reported. What every record is until shown otherwise.
    Failed,
    Applied,
    Duplicate,
    Tombstone,
    /// In the dead-letter queue, for the reason with this code.
    Dead(&'static str),
}

impl Fates {
    pub(super) fn new(records: usize) -> Self {
        Self(vec![Fate::Failed; records])
    }

    pub(super) fn tombstones(&mut self, records: &[RecordIndex]) {
        for record in records {
            self.0[record.as_usize()] = Fate::Tombstone;
        }
    }

    /// Notes which dead records reached the queue.
    pub(super) fn buried(&mut self, dead: &[DeadRecord<'_>], results: &[Result<(), String>]) {
        let mut log = FailureLog::default();
        for (record, result) in dead.iter().zip(results) {
            match result {
                Ok(()) => self.0[record.index.as_usize()] = Fate::Dead(record.code),
                Err(reason) => log.dead_letter(record, reason),
            }
        }
    }

    /// Notes what was applied, had been before, or was held back for somebody to decide on.
    pub(super) fn settle(&mut self, works: &[Work], events: &Events<'_>) {
        for work in works.iter().filter(|work| work.group.is_about()) {
            for (place, verdict) in work.done() {
                let fate = &mut self.0[events.record(place).as_usize()];
                match (verdict, reason(verdict)) {
                    (_, Some((code, _))) => *fate = Fate::Dead(code),
                    // Whatever the others made of it, one that was held back is in the queue.
                    _ if matches!(fate, Fate::Dead(_)) || !work.group.is_owner() => {}
                    (Verdict::New, None) => *fate = Fate::Applied,
                    (_, None) => *fate = Fate::Duplicate,
                }
            }
        }
    }

    /// Notes what any entity could not finish: such a record comes again, whatever became of it
    /// elsewhere.
    pub(super) fn undone(&mut self, works: &[Work], events: &Events<'_>) {
        let mut log = FailureLog::default();
        for work in works {
            for &place in work.undone() {
                self.0[events.record(place).as_usize()] = Fate::Failed;
            }
            if let (Some(reason), Some(&first)) = (&work.failure, work.undone().first()) {
                log.entity(work, &events[first], reason);
            }
        }
    }

    /// The records to report, in the order of the event.
    pub(super) fn failed(&self) -> Vec<RecordIndex> {
        let places = (0..).map(RecordIndex).zip(&self.0);
        places.filter(|(_, fate)| **fate == Fate::Failed).map(|(index, _)| index).collect()
    }

    /// Counts every record in exactly one of the tally's fates.
    pub(super) fn count(&self, works: &[Work], events: &Events<'_>, tally: &mut Tally) {
        tally.records = self.0.len() as u64;
        for fate in &self.0 {
            match fate {
                Fate::Failed => tally.failed += 1,
                Fate::Applied => tally.applied += 1,
                Fate::Duplicate => tally.duplicates += 1,
                Fate::Tombstone => tally.tombstones += 1,
                Fate::Dead(code) => *tally.dead.entry(code).or_default() += 1,
            }
        }
        for (record, minute) in events.payments() {
            if self.0[record.as_usize()] == Fate::Applied {
                *tally.transactions.entry(minute).or_default() += 1;
            }
        }
        tally.suspicious = suspicious(works);
        for work in works.iter().filter(|work| work.failure.is_none()) {
            count_active_users(work, events, tally);
        }
    }
}

/// How many records looked suspicious, to their own entity or to their partition's, which knows the
/// stream even where the entity is new.
fn suspicious(works: &[Work]) -> u64 {
    let mut places: Vec<usize> = works
        .iter()
        .flat_map(Work::done)
        .filter(|(_, verdict)| *verdict == Verdict::Suspicious)
        .map(|(place, _)| place)
        .collect();
    places.sort_unstable();
    places.dedup();
    places.len() as u64
}

fn count_active_users(work: &Work, events: &Events<'_>, tally: &mut Tally) {
    let Some(stored) = &work.stored else { return };
    let (Body::Partition(partition), Some(&first)) =
        (&stored.state.body, work.group.events.first())
    else {
        return;
    };
    let first = &events[first];
    let place = (first.topic.to_owned(), first.position.partition);
    tally.active_users.insert(place, partition.active_users.estimate());
}

/// Logs the first few failures of each reason one by one. Never a key, a value or a header.
#[derive(Default)]
struct FailureLog(BTreeMap<String, u64>);

impl FailureLog {
    fn is_worth_a_line(&mut self, reason: &str) -> bool {
        let count = self.0.entry(reason.to_owned()).or_default();
        *count += 1;
        *count <= LOGGED_PER_REASON
    }

    fn dead_letter(&mut self, record: &DeadRecord<'_>, reason: &str) {
        if self.is_worth_a_line(reason) {
            let (topic, partition) = (record.topic, record.partition.map(|partition| partition.0));
            let offset = record.offset.map(|offset| offset.0);
            error!(topic, partition, offset, reason, "a dead record did not reach the queue");
        }
    }

    fn entity(&mut self, work: &Work, first: &Placed<'_>, reason: &str) {
        if self.is_worth_a_line(reason) {
            error!(
                topic = first.topic,
                partition = first.position.partition.0,
                offset = first.position.offset.0,
                records = work.undone().len(),
                entity_kind = work.group.key.kind().name(),
                reason,
                "records of an entity are not done from this offset on"
            );
        }
    }
}
