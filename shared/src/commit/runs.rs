use crate::kafka::{Partition, Record, TopicIndex};
use crate::state::Stretch;

/// Which offsets an event holds without a gap.
///
/// Only records that are done once they are applied or skipped belong to a run: a dead record leaves
/// a gap, because its letter may be mended and sent again. So does what the event leaves out: what a
/// filter took away, compaction or another delivery.
#[derive(Debug, Default)]
pub(super) struct Runs(Vec<Run>);

/// The place of a run among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RunIndex(usize);

#[derive(Debug)]
struct Run {
    topic: TopicIndex,
    partition: Partition,
    offsets: Stretch,
}

impl Runs {
    /// Notes a record, and says which run it belongs to. Records come in the order of the event,
    /// which lists a partition's by offset; where it does not, runs are shorter than they could be.
    pub(super) fn note(&mut self, record: &Record<'_>) -> RunIndex {
        let (topic, partition) = (record.topic_index(), record.partition());
        let offset = record.offset();
        match self.0.last_mut() {
            Some(run)
                if (run.topic, run.partition) == (topic, partition)
                    && (run.offsets.holds(offset)
                        || run.offsets.last.0.checked_add(1) == Some(offset.0)) =>
            {
                run.offsets.last = run.offsets.last.max(offset);
            }
            _ => {
                let offsets = Stretch::between(offset, offset);
                self.0.push(Run { topic, partition, offsets });
            }
        }
        RunIndex(self.0.len() - 1)
    }

    /// The offsets of a run, as far as it has been noted.
    pub(super) fn offsets(&self, run: RunIndex) -> Stretch {
        self.0[run.0].offsets
    }
}
