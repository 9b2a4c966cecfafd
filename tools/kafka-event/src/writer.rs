//! An event put together piece by piece.

use std::ops::Range;

use crate::encode::{EventSource, write_record, write_text};
use crate::record::KafkaRecord;

/// What a partition's records stand under in an event, and what a function reports them by.
pub fn map_key(topic: &str, partition: i32) -> String {
    format!("{topic}-{partition}")
}

/// Writes an event: a partition, its records, the next partition.
///
/// It tells where each record went, so that another event can be made of a part of this one without
/// encoding anything again.
#[derive(Debug)]
pub struct EventWriter {
    json: Vec<u8>,
    partitions: usize,
    /// Of the partition that is being written.
    records: usize,
}

impl EventWriter {
    /// Starts an event that will have about this many bytes.
    pub fn new(source: &EventSource, capacity: usize) -> Self {
        let mut json = Vec::with_capacity(capacity);
        source.write_start(&mut json);
        EventWriter { json, partitions: 0, records: 0 }
    }

    /// Starts the list of a partition's records, and ends the one before.
    pub fn start_partition(&mut self, topic: &str, partition: i32) {
        if self.partitions > 0 {
            self.json.extend_from_slice(b"],");
        }
        write_text(&mut self.json, &map_key(topic, partition));
        self.json.extend_from_slice(b":[");
        self.partitions += 1;
        self.records = 0;
    }

    /// Appends a record of the partition.
    pub fn write(&mut self, record: &KafkaRecord) -> Range<usize> {
        let start = self.start_record();
        write_record(&mut self.json, record);
        start..self.json.len()
    }

    /// Appends a record of the partition that is encoded already, see [`KafkaRecord::encode`].
    pub fn write_encoded(&mut self, record: &[u8]) -> Range<usize> {
        let start = self.start_record();
        self.json.extend_from_slice(record);
        start..self.json.len()
    }

    /// The event.
    pub fn finish(mut self) -> Vec<u8> {
        if self.partitions > 0 {
            self.json.push(b']');
        }
        self.json.extend_from_slice(b"}}");
        self.json
    }

    fn start_record(&mut self) -> usize {
        if self.records > 0 {
            self.json.push(b',');
        }
        self.records += 1;
        self.json.len()
    }
}
