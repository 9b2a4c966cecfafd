use std::collections::BTreeMap;

use millrace_shared::kafka::{Batch, DeadRecord, Entry, RecordIndex};
use tracing::error;

use crate::tally::Tally;

/// What became of each record of a batch, by its place in it.
#[derive(Debug)]
pub(crate) struct Fates {
    fates: Vec<Fate>,
    /// Why records failed: how many for each reason, and the first of them.
    failures: BTreeMap<String, (u64, RecordIndex)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Not durably done: to be reported. What every record is until shown otherwise.
    Failed,
    /// Its line is in a stream or in the archive.
    Relayed,
    /// Its line is in an object of its own.
    Oversize,
    /// It has no line.
    Omitted,
    /// It is in the dead-letter queue, for the reason with this code.
    Dead(&'static str),
}

impl Fates {
    pub(crate) fn new(records: usize) -> Self {
        Self { fates: vec![Fate::Failed; records], failures: BTreeMap::new() }
    }

    pub(crate) fn set(&mut self, record: RecordIndex, fate: Fate) {
        self.fates[record.as_usize()] = fate;
    }

    /// Notes why records, which stay failed, are.
    pub(crate) fn fail(&mut self, records: impl IntoIterator<Item = RecordIndex>, reason: &str) {
        for record in records {
            match self.failures.get_mut(reason) {
                Some((count, _)) => *count += 1,
                None => _ = self.failures.insert(reason.to_owned(), (1, record)),
            }
        }
    }

    /// Notes which dead records reached the queue.
    pub(crate) fn buried(&mut self, dead: &[DeadRecord<'_>], results: &[Result<(), String>]) {
        for (record, result) in dead.iter().zip(results) {
            match result {
                Ok(()) => self.set(record.index, Fate::Dead(record.code)),
                Err(reason) => self.fail([record.index], reason),
            }
        }
    }

    /// The records to report, in the order of the event.
    pub(crate) fn failed(&self) -> Vec<RecordIndex> {
        let places = (0..).map(RecordIndex).zip(&self.fates);
        places.filter(|(_, fate)| **fate == Fate::Failed).map(|(index, _)| index).collect()
    }

    /// Counts every record in exactly one of the tally's fates.
    pub(crate) fn count(&self, tally: &mut Tally) {
        tally.records = self.fates.len() as u64;
        for fate in &self.fates {
            match fate {
                Fate::Failed => tally.failed += 1,
                Fate::Relayed => tally.relayed += 1,
                Fate::Oversize => tally.oversize += 1,
                Fate::Omitted => tally.omitted += 1,
                Fate::Dead(code) => *tally.dead.entry(code).or_default() += 1,
            }
        }
    }

    /// One line per reason, with the first record that it hit. Never a key, a value or a header.
    pub(crate) fn log(&self, batch: &Batch<'_>) {
        for (reason, (records, first)) in &self.failures {
            let (topic, partition, offset) = match batch.entry(*first) {
                Some(Entry::Record(record)) => {
                    (Some(record.topic()), Some(record.partition()), Some(record.offset()))
                }
                Some(Entry::Dead(dead)) => (dead.topic, dead.partition, dead.offset),
                None => (None, None, None),
            };
            let (partition, offset) = (partition.map(|it| it.0), offset.map(|it| it.0));
            error!(
                topic,
                partition, offset, records, reason, "records are not done, from this one"
            );
        }
    }
}
