//! Where records stand, and how often.

use std::collections::HashMap;

use millrace_generator::KafkaRecord;
use serde::Deserialize;
use serde_json::Value;

/// Topic, partition and offset, of which no two records have the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub(super) struct Position {
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) offset: i64,
}

/// How often each position was met.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Positions(HashMap<Position, u64>);

/// How two ways of counting differ, in records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) missing: u64,
    pub(super) surplus: u64,
}

impl Position {
    /// What cannot be read of a position is left empty, so that all such records stand in one place.
    pub(super) fn new(topic: Option<&str>, partition: Option<i32>, offset: Option<i64>) -> Self {
        Self {
            topic: topic.unwrap_or_default().to_owned(),
            partition: partition.unwrap_or(-1),
            offset: offset.unwrap_or(-1),
        }
    }
}

impl Positions {
    pub(super) fn add(&mut self, position: Position) {
        *self.0.entry(position).or_default() += 1;
    }

    pub(super) fn add_records(&mut self, records: &[KafkaRecord]) {
        for record in records {
            let (partition, offset) = (record.partition, record.offset);
            self.add(Position { topic: record.topic.to_string(), partition, offset });
        }
    }

    /// Adds the records of an event, which has been found to be one.
    pub(super) fn add_event(&mut self, payload: &[u8]) {
        let event: Value = serde_json::from_slice(payload).unwrap_or_default();
        let lists = event["records"].as_object().into_iter().flat_map(|lists| lists.values());
        for record in lists.flat_map(|list| list.as_array().into_iter().flatten()) {
            let partition = record["partition"].as_i64().and_then(|number| number.try_into().ok());
            let offset = record["offset"].as_i64();
            self.add(Position::new(record["topic"].as_str(), partition, offset));
        }
    }

    /// What these lack, and have too much, against what they should be.
    pub(super) fn against(&self, wanted: &Self) -> Difference {
        Difference { missing: wanted.beyond(self), surplus: self.beyond(wanted) }
    }

    /// How many records these have that the others have not, or not as often.
    fn beyond(&self, others: &Self) -> u64 {
        let mut beyond = 0;
        for (position, times) in &self.0 {
            beyond += times.saturating_sub(others.0.get(position).copied().unwrap_or_default());
        }
        beyond
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(offsets: &[i64]) -> Positions {
        let mut positions = Positions::default();
        for offset in offsets {
            positions.add(Position::new(Some("orders"), Some(0), Some(*offset)));
        }
        positions
    }

    #[test]
    fn a_record_lost_cannot_be_made_up_for_by_another_that_is_there_twice() {
        let difference = positions(&[1, 1, 3]).against(&positions(&[1, 2, 3]));
        assert_eq!(difference, Difference { missing: 1, surplus: 1 });
        let difference = positions(&[3, 1, 1]).against(&positions(&[1, 3, 1]));
        assert_eq!(difference, Difference::default(), "handed over twice, there twice");
    }

    #[test]
    fn records_of_an_event_are_met_where_they_stand() {
        let event = br#"{"records":{"orders-0":[{"topic":"orders","partition":0,"offset":7},
            {"topic":"orders","partition":0,"offset":8}],"x-1":[{"partition":"one"}]}}"#;
        let mut read = Positions::default();
        read.add_event(event);
        let mut expected = positions(&[7, 8]);
        expected.add(Position::new(None, None, None));
        assert_eq!(read, expected);
    }
}
