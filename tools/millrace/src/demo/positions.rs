//! Where records stand, and how often.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

/// Topic, partition and offset, of which no two records have the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub(super) struct Position {
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) offset: i64,
}

/// An event of records whose places can be read; what else they hold is passed over.
#[derive(Deserialize)]
struct Event {
    records: HashMap<String, Vec<Position>>,
}

/// How many records an event holds.
pub(super) fn count(payload: &[u8]) -> u64 {
    Positions::default().add_event(payload)
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

    /// Adds the records of an event, and says how many these are.
    pub(super) fn add_event(&mut self, payload: &[u8]) -> u64 {
        if let Ok(event) = serde_json::from_slice::<Event>(payload) {
            let mut count = 0;
            for position in event.records.into_values().flatten() {
                self.add(position);
                count += 1;
            }
            return count;
        }
        self.add_odd_event(payload)
    }

    /// Whatever can be read of the places in an event that is not what it should be.
    fn add_odd_event(&mut self, payload: &[u8]) -> u64 {
        let event: Value = serde_json::from_slice(payload).unwrap_or_default();
        let lists = event["records"].as_object().into_iter().flat_map(|lists| lists.values());
        let mut count = 0;
        for record in lists.flat_map(|list| list.as_array().into_iter().flatten()) {
            let partition = record["partition"].as_i64().and_then(|number| number.try_into().ok());
            let offset = record["offset"].as_i64();
            self.add(Position::new(record["topic"].as_str(), partition, offset));
            count += 1;
        }
        count
    }

    /// How many of these the others lack altogether.
    pub(super) fn not_in(&self, others: &Self) -> u64 {
        self.0.keys().filter(|position| !others.0.contains_key(position)).count() as u64
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
    fn what_is_nowhere_else_is_counted_once() {
        assert_eq!(positions(&[1, 1, 2, 3]).not_in(&positions(&[2, 4])), 2);
    }

    #[test]
    fn records_of_an_event_are_met_where_they_stand() {
        let event = br#"{"records":{"orders-0":[{"topic":"orders","partition":0,"offset":7},
            {"topic":"orders","partition":0,"offset":8}],"x-1":[{"partition":"one"}]}}"#;
        let mut read = Positions::default();
        assert_eq!(read.add_event(event), 3);
        let mut expected = positions(&[7, 8]);
        expected.add(Position::new(None, None, None));
        assert_eq!(read, expected);
        let event = br#"{"eventSource":"aws:kafka","records":{"orders-0":[{"topic":"orders",
            "partition":0,"offset":7,"key":"a2V5","headers":[{"a":[1]}]}]}}"#;
        let mut read = Positions::default();
        assert_eq!((read.add_event(event), count(event)), (1, 1));
        assert_eq!(read, positions(&[7]));
    }
}
