//! Where records come from.

use std::error::Error;
use std::future::Future;

use millrace_kafka_event::KafkaRecord;

/// A consumer of one topic in a consumer group.
///
/// `tools/kafka` has one that reads Kafka, [`crate::MemoryLog`] one that reads memory.
pub trait Source: Send {
    /// Why it cannot go on: the broker is away, the credentials are wrong, there is no such topic.
    /// What passes by itself (a broker that restarts) is for the source to sit out.
    type Error: Error + Send + Sync + 'static;

    /// Waits for what comes next. Cancel safe: what it had in hand when its future was dropped comes
    /// with the next call. It is called again and again, also when every partition is paused, so
    /// that a consumer which has to be seen alive can rely on it.
    fn poll(&mut self) -> impl Future<Output = Result<Polled, Self::Error>> + Send;

    /// Commits offsets for the group; returns when the broker has them. An offset is that of the
    /// next record to be read, as Kafka means it.
    fn commit(
        &mut self,
        offsets: &[PartitionOffset],
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Hands over no more records of this partition until [`Source::resume`]. Records that were
    /// handed over already are not handed over again.
    fn pause(&mut self, partition: i32) -> Result<(), Self::Error>;

    /// Goes on after [`Source::pause`].
    fn resume(&mut self, partition: i32) -> Result<(), Self::Error>;

    /// The offsets that the next records to be appended to these partitions will get.
    fn end_offsets(
        &mut self,
        partitions: &[i32],
    ) -> impl Future<Output = Result<Vec<PartitionOffset>, Self::Error>> + Send;

    /// What was done of these partitions is committed, nothing more will be: they can go to another
    /// member of the group. Follows [`Polled::Revoking`].
    fn release(
        &mut self,
        partitions: &[i32],
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// What a source has to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Polled {
    /// Records, those of each partition in the order of their offsets.
    Records(Vec<KafkaRecord>),
    /// From now on these partitions are read here, each from its offset on: the committed one, or
    /// the starting position's. Comes before the first record of a partition.
    Assigned(Vec<PartitionOffset>),
    /// The group wants these partitions back, and waits: what is in flight may still be done and
    /// committed, then [`Source::release`] is called.
    Revoking(Vec<i32>),
    /// These partitions belong to another member already. Nothing of them can be committed.
    Lost(Vec<i32>),
    /// Everything below this offset has been handed over, although the last records may have been
    /// none: a topic's last offsets can be markers of transactions, or compacted away.
    CaughtUp(PartitionOffset),
}

/// A place in a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartitionOffset {
    /// The partition.
    pub partition: i32,
    /// The offset of the next record.
    pub offset: i64,
}
