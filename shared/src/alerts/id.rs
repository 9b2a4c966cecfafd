use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::kafka::{Offset, Partition};

/// The identifier of an alert: 128 bits, shown as 32 hexadecimal digits.
///
/// It derives from the cause alone, so that whoever delivers the alert again, after a crash or a
/// redelivery, delivers it under the same identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AlertId([u8; 16]);

/// What an alert's identifier is made of.
#[derive(Clone, Copy, Debug)]
pub struct Cause<'a> {
    /// The cluster that the record came from.
    pub cluster: &'a str,
    /// The record's topic.
    pub topic: &'a str,
    /// Its partition.
    pub partition: Partition,
    /// Which life of the topic the offset belongs to.
    pub epoch: u32,
    /// Its offset.
    pub offset: Offset,
    /// The detector's name.
    pub detector: &'a str,
    /// What tells apart several alerts of one detector for one record, a measure say; else empty.
    pub qualifier: &'a str,
}

impl Cause<'_> {
    /// The identifier: the first half of a SHA-256 over the parts, each preceded by its length,
    /// so that no two causes spell the same bytes.
    pub fn id(&self) -> AlertId {
        let mut hash = Sha256::new();
        for part in [self.cluster, self.topic, self.detector, self.qualifier] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update(self.partition.0.to_be_bytes());
        hash.update(self.epoch.to_be_bytes());
        hash.update(self.offset.0.to_be_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&hash.finalize()[..16]);
        AlertId(id)
    }
}

impl AlertId {
    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for AlertId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for AlertId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAUSE: Cause<'_> = Cause {
        cluster: "arn:aws:kafka:eu-central-1:1:cluster/a",
        topic: "transactions",
        partition: Partition(3),
        epoch: 0,
        offset: Offset(42),
        detector: "high_value",
        qualifier: "",
    };

    #[test]
    fn the_same_cause_has_the_same_identifier_of_32_digits() {
        assert_eq!(CAUSE.id(), CAUSE.id());
        assert_eq!(CAUSE.id().to_string().len(), 32);
    }

    #[test]
    fn every_part_of_the_cause_tells() {
        let others = [
            Cause { cluster: "other", ..CAUSE },
            Cause { topic: "orders", ..CAUSE },
            Cause { partition: Partition(4), ..CAUSE },
            Cause { epoch: 1, ..CAUSE },
            Cause { offset: Offset(43), ..CAUSE },
            Cause { detector: "unusual_amount", ..CAUSE },
            Cause { qualifier: "humidity", ..CAUSE },
        ];
        for other in others {
            assert_ne!(CAUSE.id(), other.id(), "{other:?}");
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let one = Cause { topic: "ab", detector: "c", ..CAUSE };
        let other = Cause { topic: "a", detector: "bc", ..CAUSE };
        assert_ne!(one.id(), other.id());
    }
}
