use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Mark, Watermarks};
use crate::kafka::{Offset, Partition, Timestamp};
use crate::state::{Coverage, Epoch, SourceId, Stretch};

/// The version of the stored form.
const VERSION: u8 = 2;

/// Stored watermarks that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WatermarkError {
    /// They are of a release that this one does not know.
    #[error(
        "watermarks have version {found}, this release reads 1 to {VERSION}; deploy the release that wrote them"
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

/// Version 1: one offset per partition, and everything up to it taken for applied.
#[derive(Serialize, Deserialize)]
struct Version1 {
    marks: Vec<Mark1>,
    forgotten: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct Mark1 {
    source: SourceId,
    partition: Partition,
    epoch: Epoch,
    offset: Offset,
    newest: Option<Timestamp>,
}

impl Watermarks {
    /// The bytes to store.
    pub fn encode(&self) -> Vec<u8> {
        // Enough for the one or two partitions that most entities come from.
        let mut bytes = Vec::with_capacity(64);
        bytes.push(VERSION);
        let Ok(bytes) = postcard::to_extend(self, bytes) else {
            unreachable!("postcard writes watermarks into a growing vector")
        };
        bytes
    }

    /// Reads stored watermarks of this version or an earlier one; no bytes are none.
    pub fn decode(stored: &[u8]) -> Result<Self, WatermarkError> {
        let Some((&version, marks)) = stored.split_first() else { return Ok(Self::default()) };
        match version {
            1 => whole::<Version1>(marks).map(Self::from),
            VERSION => whole::<Self>(marks).and_then(Self::checked),
            found => Err(WatermarkError::UnknownVersion { found }),
        }
    }

    /// A partition that has a mark has had something applied.
    fn checked(self) -> Result<Self, WatermarkError> {
        let is_empty = |mark: &Mark| mark.covered.stretches().is_empty();
        if self.marks.iter().any(is_empty) {
            return Err(WatermarkError::Unreadable(postcard::Error::DeserializeBadEncoding));
        }
        Ok(self)
    }
}

/// Reads all of the bytes: what is longer than it says was not written by us.
fn whole<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, WatermarkError> {
    match postcard::take_from_bytes(bytes) {
        Ok((marks, [])) => Ok(marks),
        Ok(_) => Err(WatermarkError::Unreadable(postcard::Error::DeserializeBadEncoding)),
        Err(error) => Err(WatermarkError::Unreadable(error)),
    }
}

impl From<Version1> for Watermarks {
    fn from(stored: Version1) -> Self {
        Self {
            marks: stored.marks.into_iter().map(Mark::from).collect(),
            forgotten: stored.forgotten,
        }
    }
}

/// What was below the offset may have been applied or not: that version did not know.
impl From<Mark1> for Mark {
    fn from(stored: Mark1) -> Self {
        let mut covered = Coverage::default();
        covered.add(Stretch { first: Offset(i64::MIN), last: stored.offset });
        Self {
            source: stored.source,
            partition: stored.partition,
            epoch: stored.epoch,
            newest: stored.newest,
            covered,
            unsure: Some(stored.offset),
            settled: Coverage::default(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Version 1 of a mark of topic 7 in epoch 0, as the first release stored it.
    pub(in super::super) fn version_1(partition: i32, offset: i64, newest: i64) -> Vec<u8> {
        let mut source = SourceId::new("", "");
        source.0 = 7;
        let mark = Mark1 {
            source,
            partition: Partition(partition),
            epoch: Epoch(0),
            offset: Offset(offset),
            newest: Some(Timestamp(newest)),
        };
        let stored = Version1 { marks: vec![mark], forgotten: None };
        postcard::to_extend(&stored, vec![1]).unwrap()
    }

    #[test]
    fn an_unknown_version_is_an_error_that_names_it() {
        let error = Watermarks::decode(&[3, 0, 0]).unwrap_err();
        assert!(
            error.to_string().starts_with("watermarks have version 3, this release reads 1 to 2")
        );
    }

    #[test]
    fn bytes_that_go_on_after_their_end_are_no_watermarks() {
        for mut bytes in [version_1(0, 10, 500), Watermarks::default().encode()] {
            assert!(Watermarks::decode(&bytes).is_ok());
            bytes.push(0);
            assert!(matches!(Watermarks::decode(&bytes), Err(WatermarkError::Unreadable(_))));
        }
    }
}
