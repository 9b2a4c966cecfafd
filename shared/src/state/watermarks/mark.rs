use serde::{Deserialize, Serialize};

use super::{Origin, Verdict};
use crate::kafka::{Offset, Partition, Timestamp};
use crate::state::{Coverage, Epoch, PartitionId, Position, SourceId, Stretch};

/// How far one partition has been applied to one entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) source: SourceId,
    pub(super) partition: Partition,
    pub(super) epoch: Epoch,
    /// The newest time of any record applied. A record that was applied is never newer than this.
    pub(super) newest: Option<Timestamp>,
    /// Where every record of this entity is done. The highest of these offsets is the watermark.
    pub(super) covered: Coverage,
    /// Up to here `covered` may hold offsets whose records were never applied, because a hole that
    /// nobody could remember any more was closed.
    pub(super) unsure: Option<Offset>,
    /// Where every record is done for every entity. A partition's own state keeps this, and others
    /// close their holes with it.
    pub(super) settled: Coverage,
}

impl Mark {
    pub(super) fn new(position: &Position) -> Self {
        Self {
            source: position.source,
            partition: position.partition,
            epoch: position.epoch,
            newest: None,
            covered: Coverage::default(),
            unsure: None,
            settled: Coverage::default(),
        }
    }

    pub(super) fn is_of(&self, partition: PartitionId) -> bool {
        self.source == partition.source && self.partition == partition.partition
    }

    /// Begins the life of a topic that was created again.
    pub(super) fn begin_epoch(&mut self, epoch: Epoch) {
        self.epoch = epoch;
        self.newest = None;
        self.covered = Coverage::default();
        self.unsure = None;
        self.settled = Coverage::default();
    }

    /// Says that whether anything below an offset was applied cannot be told any more.
    pub(super) fn forget_below(&mut self, offset: Offset) {
        if let Some(below) = offset.0.checked_sub(1).map(Offset) {
            self.covered.add(Stretch { first: Offset(i64::MIN), last: below });
            self.unsure = self.unsure.max(Some(below));
        }
    }

    pub(super) fn judge(&self, position: &Position, origin: Origin) -> Verdict {
        if position.epoch > self.epoch || Some(position.offset) > self.covered.last() {
            return Verdict::New;
        }
        let is_newer =
            matches!((position.time, self.newest), (Some(time), Some(newest)) if time > newest);
        if self.covered.holds(position.offset) {
            return match origin {
                _ if is_newer => Verdict::Suspicious,
                Origin::Redriven if Some(position.offset) <= self.unsure => Verdict::Unsure,
                _ => Verdict::Duplicate,
            };
        }
        match origin {
            Origin::Live if is_newer => Verdict::Suspicious,
            _ => Verdict::New,
        }
    }

    /// Keeps no more stretches than the limit.
    pub(super) fn tidy(&mut self, limit: usize) {
        self.unsure = self.unsure.max(self.covered.close_small_holes(limit));
    }
}
