use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::kafka::{Offset, Partition, Timestamp};

/// The version of the stored form.
const VERSION: u8 = 1;
/// What a forgotten mark without times leaves: no record can be known to be newer.
const NEVER_NEWER: Timestamp = Timestamp(i64::MAX);

/// Which life of a topic an offset belongs to. A topic that was deleted and created again starts at
/// offset 0 once more; raising its epoch tells its records from the old ones.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Epoch(pub u32);

/// A topic of a cluster, in eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceId(u64);

impl SourceId {
    /// The identifier of a topic of a cluster: the first eight bytes of a SHA-256 over both.
    pub fn new(cluster: &str, topic: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update((cluster.len() as u64).to_be_bytes());
        hash.update(cluster);
        hash.update(topic);
        let mut id = [0; 8];
        id.copy_from_slice(&hash.finalize()[..8]);
        Self(u64::from_be_bytes(id))
    }
}

/// Where a record stands in the stream, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Its topic.
    pub source: SourceId,
    /// Its partition.
    pub partition: Partition,
    /// The configured epoch of its topic.
    pub epoch: Epoch,
    /// Its offset.
    pub offset: Offset,
    /// Its own timestamp.
    pub time: Option<Timestamp>,
}

/// What a watermark says of a record.
///
/// | the record's offset | the record's time | verdict |
/// | --- | --- | --- |
/// | above the watermark, or of a partition or epoch not seen before | any | `New` |
/// | at or below | none, or not after the newest applied | `Duplicate` |
/// | at or below | after the newest applied | `Suspicious` |
/// | of a partition whose watermark had to be forgotten | not after what was forgotten | `Forgotten` |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not applied yet.
    New,
    /// Applied already.
    Duplicate,
    /// Looks applied by its offset but is newer than anything applied from there: its topic was
    /// probably created again.
    Suspicious,
    /// It may or may not have been applied: the watermark that knew was forgotten.
    Forgotten,
}

/// How far each partition has been applied to one entity.
///
/// Bounded at [`Watermarks::LIMIT`] partitions. When a further one comes, the one whose records are
/// oldest is forgotten, and the time of its newest record is kept, so that a later record of a
/// partition without a watermark is never silently taken for new when it could be a duplicate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watermarks {
    marks: Vec<Mark>,
    forgotten: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    source: SourceId,
    partition: Partition,
    epoch: Epoch,
    /// The last offset applied.
    offset: Offset,
    /// The newest time of any record applied. Every record at or below `offset` that concerns this
    /// entity has been seen, so a real duplicate is never newer than this.
    newest: Option<Timestamp>,
}

/// Stored watermarks that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WatermarkError {
    /// They are of a release that this one does not know.
    #[error(
        "watermarks have version {found}, this release reads {VERSION}; deploy the release that wrote them"
    )]
    UnknownVersion {
        /// The version found.
        found: u8,
    },
    /// The bytes are no watermarks.
    #[error(
        "watermarks cannot be read: {0}; restore the item, since without them duplicates would be applied twice"
    )]
    Unreadable(postcard::Error),
}

impl Watermarks {
    /// How many partitions one entity may have watermarks for: some 24 KB.
    pub const LIMIT: usize = 1_024;

    /// Says whether a record has been applied.
    pub fn judge(&self, position: &Position) -> Verdict {
        let Some(mark) = self.mark(position) else {
            return match (self.forgotten, position.time) {
                (None, _) => Verdict::New,
                (Some(forgotten), Some(time)) if time > forgotten => Verdict::New,
                (Some(_), _) => Verdict::Forgotten,
            };
        };
        if position.epoch > mark.epoch || position.offset > mark.offset {
            return Verdict::New;
        }
        match (position.time, mark.newest) {
            (Some(time), Some(newest)) if time > newest => Verdict::Suspicious,
            _ => Verdict::Duplicate,
        }
    }

    /// Notes that a record has been applied, and returns the epoch it counts for.
    pub fn advance(&mut self, position: &Position) -> Epoch {
        let Some(mark) = self.marks.iter_mut().find(|mark| mark.is_of(position)) else {
            self.make_room();
            self.marks.push(Mark {
                source: position.source,
                partition: position.partition,
                epoch: position.epoch,
                offset: position.offset,
                newest: position.time,
            });
            return position.epoch;
        };
        if position.epoch > mark.epoch {
            mark.epoch = position.epoch;
            mark.newest = None;
        }
        mark.offset = position.offset;
        mark.newest = mark.newest.max(position.time);
        mark.epoch
    }

    /// Opens the next epoch of a record's partition, so that the record counts as new.
    pub fn open_epoch(&mut self, position: &Position) -> Epoch {
        if let Some(mark) = self.marks.iter_mut().find(|mark| mark.is_of(position)) {
            mark.epoch = Epoch(mark.epoch.0.saturating_add(1));
        }
        self.advance(position)
    }

    /// The last offset applied from a partition.
    pub fn offset(&self, source: SourceId, partition: Partition) -> Option<Offset> {
        let mark =
            self.marks.iter().find(|mark| mark.source == source && mark.partition == partition);
        mark.map(|mark| mark.offset)
    }

    /// The bytes to store.
    pub fn encode(&self) -> Vec<u8> {
        let Ok(bytes) = postcard::to_extend(self, vec![VERSION]) else {
            unreachable!("postcard writes watermarks into a growing vector")
        };
        bytes
    }

    /// Reads stored watermarks; no bytes are none.
    pub fn decode(stored: &[u8]) -> Result<Self, WatermarkError> {
        let Some((&version, marks)) = stored.split_first() else { return Ok(Self::default()) };
        if version != VERSION {
            return Err(WatermarkError::UnknownVersion { found: version });
        }
        postcard::from_bytes(marks).map_err(WatermarkError::Unreadable)
    }

    fn mark(&self, position: &Position) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.is_of(position))
    }

    fn make_room(&mut self) {
        if self.marks.len() < Self::LIMIT {
            return;
        }
        let oldest = (0..self.marks.len()).min_by_key(|&at| self.marks[at].newest);
        if let Some(mark) = oldest.map(|at| self.marks.remove(at)) {
            self.forgotten = self.forgotten.max(Some(mark.newest.unwrap_or(NEVER_NEWER)));
        }
    }
}

impl Mark {
    fn is_of(&self, position: &Position) -> bool {
        self.source == position.source && self.partition == position.partition
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(partition: i32, offset: i64, time: i64) -> Position {
        Position {
            source: SourceId(7),
            partition: Partition(partition),
            epoch: Epoch(0),
            offset: Offset(offset),
            time: Some(Timestamp(time)),
        }
    }

    #[test]
    fn every_case_of_the_table() {
        let mut marks = Watermarks::default();
        assert_eq!(marks.judge(&at(0, 10, 500)), Verdict::New);
        marks.advance(&at(0, 10, 500));
        assert_eq!(marks.judge(&at(0, 11, 400)), Verdict::New);
        assert_eq!(marks.judge(&at(0, 10, 500)), Verdict::Duplicate);
        assert_eq!(marks.judge(&at(0, 3, 499)), Verdict::Duplicate);
        assert_eq!(marks.judge(&at(0, 3, 501)), Verdict::Suspicious);
        assert_eq!(marks.judge(&Position { time: None, ..at(0, 3, 0) }), Verdict::Duplicate);
        assert_eq!(marks.judge(&at(1, 0, 0)), Verdict::New);
        assert_eq!(marks.judge(&Position { epoch: Epoch(1), ..at(0, 0, 0) }), Verdict::New);
        let elsewhere = Position { source: SourceId(8), ..at(0, 0, 0) };
        assert_eq!(marks.judge(&elsewhere), Verdict::New);
    }

    /// A record's time may be older than its predecessor's; the newest counts, so that a real
    /// duplicate of the predecessor is never suspicious.
    #[test]
    fn a_duplicate_of_a_record_that_was_newer_than_the_last_one_is_no_suspicion() {
        let mut marks = Watermarks::default();
        marks.advance(&at(0, 1, 900));
        marks.advance(&at(0, 2, 100));
        assert_eq!(marks.judge(&at(0, 1, 900)), Verdict::Duplicate);
    }

    #[test]
    fn a_raised_epoch_forgets_the_times_of_the_old_life() {
        let mut marks = Watermarks::default();
        marks.advance(&at(0, 100, 900));
        let reborn = Position { epoch: Epoch(2), ..at(0, 0, 50) };
        assert_eq!(marks.advance(&reborn), Epoch(2));
        assert_eq!(marks.judge(&Position { epoch: Epoch(2), ..at(0, 0, 60) }), Verdict::Suspicious);
        assert_eq!(marks.judge(&Position { epoch: Epoch(2), ..at(0, 1, 10) }), Verdict::New);
    }

    #[test]
    fn beyond_the_limit_the_oldest_partition_is_forgotten_but_not_its_time() {
        let mut marks = Watermarks::default();
        for partition in 0..1_024 {
            marks.advance(&at(partition, 5, 1_000 + i64::from(partition)));
        }
        assert_eq!(marks.judge(&at(5_000, 0, 1)), Verdict::New);
        marks.advance(&at(5_000, 0, 9_000));
        // Partition 0 was forgotten, and with it everything up to the time 1,000.
        assert_eq!(marks.judge(&at(0, 5, 1_000)), Verdict::Forgotten);
        assert_eq!(marks.judge(&at(0, 6, 1_001)), Verdict::New);
        assert_eq!(marks.judge(&at(1, 5, 1_001)), Verdict::Duplicate);
        assert!(marks.encode().len() < 40_000);
        assert_eq!(marks.marks.len(), Watermarks::LIMIT);
    }

    #[test]
    fn an_unknown_version_is_an_error_that_names_it() {
        let error = Watermarks::decode(&[3, 0, 0]).unwrap_err();
        assert!(error.to_string().starts_with("watermarks have version 3, this release reads 1"));
    }

    proptest! {
        #[test]
        fn what_was_stored_is_read_again(positions in prop::collection::vec((0_i32..9, any::<i64>(), any::<i64>()), 0..40)) {
            let mut marks = Watermarks::default();
            for (partition, offset, time) in positions {
                marks.advance(&at(partition, offset, time));
            }
            prop_assert_eq!(Watermarks::decode(&marks.encode()).unwrap(), marks);
        }

        #[test]
        fn any_bytes_are_read_or_refused_without_a_panic(bytes: Vec<u8>) {
            let _ = Watermarks::decode(&bytes);
        }
    }
}
