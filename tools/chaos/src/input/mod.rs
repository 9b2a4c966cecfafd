//! What is produced: a seeded stream, kept as it was produced, so that what came of it can be
//! compared with it.

mod stream;
mod sums;

use std::collections::BTreeMap;
use std::sync::Arc;

use millrace_generator::KafkaRecord;

pub(crate) use stream::Stream;
pub use stream::topic_kinds;
pub(crate) use sums::{LabelSums, Sums, UserSums, hundredths_of, payer};

/// A partition and all that was ever produced to it. A record's offset is its place.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) topic: Arc<str>,
    pub(crate) partition: i32,
    pub(crate) records: Vec<KafkaRecord>,
}

/// Every partition's log.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// By topic, then by partition.
    logs: Vec<Log>,
    places: BTreeMap<(Arc<str>, i32), usize>,
}

impl Input {
    /// Empty topics with so many partitions each.
    pub(crate) fn new<'a>(topics: impl Iterator<Item = (&'a Arc<str>, u32)>) -> Self {
        let mut input = Self::default();
        for (topic, partitions) in topics {
            for partition in 0..i32::try_from(partitions).unwrap_or(i32::MAX) {
                input.places.insert((Arc::clone(topic), partition), input.logs.len());
                let topic = Arc::clone(topic);
                input.logs.push(Log { topic, partition, records: Vec::new() });
            }
        }
        input
    }

    /// Appends a record to its partition, and returns it with its offset.
    pub(crate) fn append(&mut self, mut record: KafkaRecord) -> KafkaRecord {
        let place = (Arc::clone(&record.topic), record.partition);
        let place = *self.places.entry(place).or_insert_with(|| {
            let (topic, partition) = (Arc::clone(&record.topic), record.partition);
            self.logs.push(Log { topic, partition, records: Vec::new() });
            self.logs.len() - 1
        });
        let records = &mut self.logs[place].records;
        record.offset = i64::try_from(records.len()).unwrap_or(i64::MAX);
        records.push(record.clone());
        record
    }

    /// How many records there are.
    pub(crate) fn len(&self) -> u64 {
        self.logs.iter().map(|log| log.records.len() as u64).sum()
    }

    pub(crate) fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The log of a partition, and its place among the logs.
    pub(crate) fn log(&self, topic: &str, partition: i32) -> Option<(usize, &Log)> {
        let place = *self.places.get(&(Arc::from(topic), partition))?;
        Some((place, &self.logs[place]))
    }

    pub(crate) fn record(&self, topic: &str, partition: i32, offset: i64) -> Option<&KafkaRecord> {
        self.log(topic, partition)?.1.record(offset)
    }
}

impl Log {
    pub(crate) fn record(&self, offset: i64) -> Option<&KafkaRecord> {
        self.records.get(usize::try_from(offset).ok()?)
    }
}
