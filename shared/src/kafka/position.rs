//! Numbers that must not be mixed up: where a record stands in its topic, and where in its batch.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of a partition within its topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Partition(pub i32);

/// The place of a record within its partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Offset(pub i64);

/// The place of a record within its batch, counted from 0 in the order of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordIndex(pub u32);

/// The place of a topic in [`Batch::topics`](super::Batch::topics).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicIndex(pub u32);

impl RecordIndex {
    /// For indexing what holds one entry a record.
    pub fn as_usize(self) -> usize {
        self.0 as usize
    }
}

impl TopicIndex {
    /// For indexing what holds one entry a topic.
    pub fn as_usize(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_serialise_as_plain_numbers() {
        assert_eq!(serde_json::to_string(&(Partition(3), Offset(100))).unwrap(), "[3,100]");
        assert_eq!(serde_json::from_str::<Offset>("100").unwrap(), Offset(100));
    }

    #[test]
    fn they_print_as_plain_numbers() {
        assert_eq!(format!("{}@{}", Partition(3), Offset(100)), "3@100");
    }
}
