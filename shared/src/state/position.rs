use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::kafka::{Offset, Partition, Timestamp};

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
pub struct SourceId(pub(super) u64);

/// A partition of a topic in one of the topic's lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartitionId {
    /// Its topic.
    pub source: SourceId,
    /// Its number.
    pub partition: Partition,
    /// The configured epoch of its topic.
    pub epoch: Epoch,
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

impl Position {
    /// Where an entity notes records of which somebody says that they were never applied, when its
    /// watermark of the partition cannot tell: a partition that does not exist, so that saying so
    /// twice does not apply them twice.
    #[must_use]
    pub const fn vouched(&self) -> Self {
        Self { source: SourceId(!self.source.0), ..*self }
    }

    /// Its partition, in the life that is configured.
    pub const fn partition_id(&self) -> PartitionId {
        PartitionId { source: self.source, partition: self.partition, epoch: self.epoch }
    }
}
