//! A batch, or what is left of one.

use bytes::Bytes;
use millrace_kafka_event::{EventSource, EventWriter};

use crate::failure::{Condition, FailedRecord};
use crate::observe::{Batch, BatchRecord};

/// Records that are handed over together. They live in one event, encoded; a part of it is encoded
/// again from that only when it is handed over.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// By partition and in the order of their offsets.
    pub(crate) records: Vec<BatchRecord>,
    /// The event that holds the records, and maybe others.
    event: Bytes,
    /// Whether it holds no others.
    is_whole: bool,
    /// How often its records were tried again.
    pub(crate) retries: u32,
    /// Attempts in a row that came to nothing, those that did not reach the function included.
    pub(crate) failures: u32,
    /// How often it was handed to the function.
    pub(crate) invocations: u32,
    /// The last invocation's id.
    pub(crate) request_id: String,
    /// Whether the last invocation ended in an error of the function.
    pub(crate) has_function_error: bool,
    /// Why it is given up.
    pub(crate) condition: Option<Condition>,
}

impl Piece {
    /// A batch that was not handed over yet.
    pub(crate) fn new(event: Bytes, records: Vec<BatchRecord>) -> Self {
        Piece {
            records,
            event,
            is_whole: true,
            retries: 0,
            failures: 0,
            invocations: 0,
            request_id: String::new(),
            has_function_error: false,
            condition: None,
        }
    }

    /// The event of these records and no others.
    pub(crate) fn event(&mut self, source: &EventSource, topic: &str) -> Bytes {
        if self.is_whole {
            return self.event.clone();
        }
        let bytes: usize = self.records.iter().map(|record| record.range.len() + 1).sum();
        let mut writer = EventWriter::new(source, bytes + 1_024);
        let mut partition = None;
        for record in &mut self.records {
            if partition != Some(record.partition) {
                partition = Some(record.partition);
                writer.start_partition(topic, record.partition);
            }
            record.range = writer.write_encoded(&self.event[record.range.clone()]);
        }
        self.event = Bytes::from(writer.finish());
        self.is_whole = true;
        self.event.clone()
    }

    /// Takes out the records for which this holds.
    pub(crate) fn split_off(&mut self, is_taken: impl Fn(&BatchRecord) -> bool) -> Self {
        let records = std::mem::take(&mut self.records);
        let (taken, kept) = records.into_iter().partition(|record| is_taken(record));
        self.records = kept;
        let other = Piece { records: taken, ..self.clone_without_records() };
        let are_both = !self.records.is_empty() && !other.records.is_empty();
        self.is_whole &= !are_both;
        Piece { is_whole: self.is_whole, ..other }
    }

    /// Takes out the second half.
    pub(crate) fn halve(&mut self) -> Self {
        let second = self.records.split_off(self.records.len() / 2);
        self.is_whole = false;
        Piece { records: second, ..self.clone_without_records() }
    }

    /// For an observer.
    pub(crate) fn batch(&self) -> Batch {
        let (records, bytes) = (self.records.len(), self.event.len());
        Batch { records, bytes, attempt: self.invocations }
    }

    /// For a failure destination. To be called when the event is that of the records alone.
    pub(crate) fn failed_records(&self) -> Vec<FailedRecord> {
        let failed = |record: &BatchRecord| FailedRecord {
            partition: record.partition,
            offset: record.offset,
            timestamp: record.timestamp,
            json: self.event.slice(record.range.clone()),
        };
        self.records.iter().map(failed).collect()
    }

    fn clone_without_records(&self) -> Self {
        Piece {
            records: Vec::new(),
            event: self.event.clone(),
            request_id: self.request_id.clone(),
            ..*self
        }
    }
}
