mod mark;
mod stored;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use self::mark::Mark;
pub use self::stored::WatermarkError;
use super::{Coverage, Epoch, PartitionId, Position, SourceId, Stretch};
use crate::kafka::{Offset, Partition, Timestamp};

/// What a forgotten mark without times leaves: no record can be known to be newer.
const NEVER_NEWER: Timestamp = Timestamp(i64::MAX);
/// How many stretches an entity of one partition keeps, which is fifteen holes.
const STRETCHES: usize = 16;
/// How many stretches all partitions of an entity share.
const STRETCHES_IN_ALL: usize = 2_048;
/// How many settled stretches a partition keeps.
const SETTLED_STRETCHES: usize = 64;

/// How a record came to the function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// From the event source mapping.
    #[default]
    Live,
    /// From somebody who sends again what the mapping or the function gave up.
    Redriven,
}

/// What the watermarks say of a record.
///
/// | the record's offset | verdict |
/// | --- | --- |
/// | above the watermark, or of a partition or epoch not seen before | `New` |
/// | covered | `Duplicate`; `Suspicious` if it is newer than anything applied |
/// | covered, but no higher than what is not sure | the same; `Unsure` if it was redriven |
/// | below the watermark and not covered | `New`; `Suspicious` if it is newer and was not redriven |
/// | of a partition whose watermark had to be forgotten, and not newer than what was | `Forgotten` |
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
    /// It was redriven, and may or may not have been applied: the hole that knew was closed.
    Unsure,
}

/// How far each partition has been applied to one entity.
///
/// Of each partition it is known in which stretches of offsets every record of this entity is done.
/// The highest such offset is the *watermark*; a *hole* below it is what never came, a batch that
/// was given up, say. An event tells of every record between its first and its last offset of a
/// partition, so a stretch grows with each batch that the entity is in; between such batches the
/// partition's own state knows which records are done for every entity, and closes the holes.
///
/// Bounded: at most [`Watermarks::LIMIT`] partitions. When a further one comes, the one whose records
/// are oldest is forgotten, and the time of its newest record is kept, so that a later record of a
/// partition without a watermark is never silently taken for new when it could be a duplicate. And
/// at most fifteen holes of a partition: the smallest are closed, and it is kept up to where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watermarks {
    /// In place for the one or two partitions that most entities come from.
    marks: SmallVec<[Mark; 2]>,
    forgotten: Option<Timestamp>,
}

impl Verdict {
    /// Whether the record has to be kept for somebody to decide on it.
    pub const fn is_held_back(self) -> bool {
        matches!(self, Self::Suspicious | Self::Forgotten | Self::Unsure)
    }
}

impl Watermarks {
    /// How many partitions one entity may have watermarks for: some 30 KB.
    pub const LIMIT: usize = 1_024;

    /// Says whether a record has been applied.
    pub fn judge(&self, position: &Position, origin: Origin) -> Verdict {
        let Some(mark) = self.mark(position.partition_id()) else {
            return match (self.forgotten, position.time) {
                (None, _) => Verdict::New,
                (Some(forgotten), Some(time)) if time > forgotten => Verdict::New,
                (Some(_), _) => Verdict::Forgotten,
            };
        };
        mark.judge(position, origin)
    }

    /// Notes that a record has been applied and that from an offset up to it every record of this
    /// entity is done. Returns the epoch that the record counts for.
    pub fn advance(&mut self, position: &Position, from: Offset) -> Epoch {
        let applied = Stretch::between(from.min(position.offset), position.offset);
        let mark = self.mark_or_new(position);
        if position.epoch > mark.epoch {
            mark.begin_epoch(position.epoch);
        }
        mark.covered.add(applied);
        mark.newest = mark.newest.max(position.time);
        mark.epoch
    }

    /// Opens the next epoch of a record's partition and notes in it that the record has been
    /// applied, as [`Watermarks::advance`] does.
    pub fn open_epoch(&mut self, position: &Position, from: Offset) -> Epoch {
        let mark = self.mark_or_new(position);
        mark.begin_epoch(Epoch(mark.epoch.0.saturating_add(1)));
        self.advance(position, from)
    }

    /// Notes that in a stretch of a partition that it has a watermark of every record of this
    /// entity is done; closes holes with what is settled for every entity; and forgets the smallest
    /// holes if there are too many.
    ///
    /// Only to be called once nothing of the event is left to be applied to this entity, since a
    /// hole may be closed that holds some of it.
    pub fn cover(&mut self, partition: PartitionId, done: Stretch, settled: Option<&Coverage>) {
        let limit = (STRETCHES_IN_ALL / self.marks.len().max(1)).clamp(2, STRETCHES);
        let Some(mark) = self.mark_mut(partition) else { return };
        mark.covered.add(done);
        if let Some(settled) = settled.filter(|_| mark.epoch == partition.epoch) {
            mark.covered.fill_from(settled);
        }
        mark.tidy(limit);
    }

    /// Notes in a partition's own watermarks that every record of a stretch is done for every
    /// entity. Returns whether that was not known.
    pub fn settle(&mut self, partition: PartitionId, done: Stretch) -> bool {
        let mark = self.mark_mut(partition).filter(|mark| mark.epoch == partition.epoch);
        let Some(mark) = mark.filter(|mark| !mark.settled.holds_all(done)) else { return false };
        mark.settled.add(done);
        mark.settled.drop_small_stretches(SETTLED_STRETCHES);
        true
    }

    /// Where every record of a partition is done for every entity, as the partition's own
    /// watermarks know it.
    pub fn settled(&self, partition: PartitionId) -> Option<&Coverage> {
        let mark = self.mark(partition)?;
        (mark.epoch == partition.epoch).then_some(&mark.settled)
    }

    /// Whether a record of this entity at this place of a partition is known to be done.
    pub fn is_done(&self, source: SourceId, partition: Partition, offset: Offset) -> bool {
        let mut marks = self.marks.iter();
        let mark = marks.find(|mark| mark.source == source && mark.partition == partition);
        mark.is_some_and(|mark| mark.covered.holds(offset))
    }

    fn mark(&self, partition: PartitionId) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.is_of(partition))
    }

    fn mark_mut(&mut self, partition: PartitionId) -> Option<&mut Mark> {
        self.marks.iter_mut().find(|mark| mark.is_of(partition))
    }

    fn mark_or_new(&mut self, position: &Position) -> &mut Mark {
        let known = self.marks.iter().position(|mark| mark.is_of(position.partition_id()));
        let at = known.unwrap_or_else(|| {
            self.make_room();
            let mut mark = Mark::new(position);
            if self.forgotten.is_some() {
                mark.forget_below(position.offset);
            }
            self.marks.push(mark);
            self.marks.len() - 1
        });
        &mut self.marks[at]
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

#[cfg(test)]
mod tests;
