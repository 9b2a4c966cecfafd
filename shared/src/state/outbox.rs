use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Features;
use crate::alerts::Alert;
use crate::windows::Closed;

/// The version of the stored form. In version 1 the windows of measures had other floats.
const VERSION: u8 = 2;

/// What came of committed events and may not have been delivered yet.
///
/// It is committed with the state that it came of, and cleared once everything in it has been
/// delivered; whoever finds one on reading delivers it with their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outbox {
    entries: Vec<OutboxEntry>,
    bytes: usize,
}

/// One thing to deliver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum OutboxEntry {
    /// To the alerts table and to the alert topic.
    Alert(Alert),
    /// To the table of windows or of sessions.
    Closed(Closed),
    /// To the table of features, unless newer ones stand there.
    Features(Features),
}

/// A stored outbox that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OutboxError {
    /// It is of a release that this one does not know.
    #[error(
        "outbox has version {found}, this release reads {VERSION}; deploy the release that wrote it"
    )]
    UnknownVersion {
        /// The version found.
        found: u8,
    },
    /// Its bytes are no outbox.
    #[error(
        "outbox cannot be read: {0}; restore the item or delete its `outbox` to drop what was not delivered"
    )]
    Unreadable(postcard::Error),
}

impl Outbox {
    /// How many bytes of entries one commit may add: well below the 400 KB of an item, so that an
    /// entity with ten thousand alerts in a batch is committed and delivered in several rounds.
    pub const BUDGET: usize = 128 * 1024;

    /// Adds something to deliver.
    pub fn push(&mut self, entry: OutboxEntry) {
        self.bytes += size(&entry);
        self.entries.push(entry);
    }

    /// Takes out the features that are to be delivered, and says whether there were any.
    pub(crate) fn take_features(&mut self) -> bool {
        let is_features = |entry: &OutboxEntry| matches!(entry, OutboxEntry::Features(_));
        let found = self.entries.iter().position(is_features).map(|at| self.entries.remove(at));
        self.bytes -= found.as_ref().map_or(0, size).min(self.bytes);
        found.is_some()
    }

    /// What is to be delivered, oldest first.
    pub fn entries(&self) -> &[OutboxEntry] {
        &self.entries
    }

    /// Whether there is nothing to deliver.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether no more should be added before the next commit.
    pub const fn is_full(&self) -> bool {
        self.bytes >= Self::BUDGET
    }

    /// Forgets everything, because it has been delivered.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The bytes to store; none for an empty outbox.
    pub fn encode(&self) -> Vec<u8> {
        if self.is_empty() {
            return Vec::new();
        }
        let Ok(bytes) = postcard::to_extend(&self.entries, vec![VERSION]) else {
            unreachable!("postcard writes every entry into a growing vector")
        };
        bytes
    }

    /// Reads a stored outbox; no bytes are an empty one.
    pub fn decode(stored: &[u8]) -> Result<Self, OutboxError> {
        let Some((&version, entries)) = stored.split_first() else { return Ok(Self::default()) };
        if version != VERSION {
            return Err(OutboxError::UnknownVersion { found: version });
        }
        let entries = postcard::from_bytes(entries).map_err(OutboxError::Unreadable)?;
        Ok(Self { entries, bytes: stored.len() })
    }
}

fn size(entry: &OutboxEntry) -> usize {
    let size = postcard::serialize_with_flavor(entry, postcard::ser_flavors::Size::default());
    size.unwrap_or(Outbox::BUDGET)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::EventTime;
    use crate::windows::{ClosedSession, Session};

    fn session(kind: &str) -> OutboxEntry {
        let session = Session::begin(1, kind, EventTime::from_millis(5));
        OutboxEntry::Closed(Closed::Session(ClosedSession(session)))
    }

    #[test]
    fn what_was_stored_is_read_again() {
        let mut outbox = Outbox::default();
        outbox.push(session("login"));
        outbox.push(session("click"));
        let read = Outbox::decode(&outbox.encode()).unwrap();
        assert_eq!(read.entries(), outbox.entries());
    }

    #[test]
    fn an_empty_outbox_takes_no_bytes() {
        assert!(Outbox::default().encode().is_empty());
        assert!(Outbox::decode(&[]).unwrap().is_empty());
    }

    #[test]
    fn is_full_long_before_an_item_would_be() {
        let mut outbox = Outbox::default();
        let mut pushed = 0;
        while !outbox.is_full() {
            outbox.push(session("login"));
            pushed += 1;
        }
        assert!(pushed > 1_000);
        assert!(outbox.encode().len() < 200 * 1024);
    }

    #[test]
    fn an_unknown_version_is_an_error_that_names_it() {
        let error = Outbox::decode(&[7, 0]).unwrap_err();
        assert!(error.to_string().starts_with("outbox has version 7"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused_without_a_panic(bytes: Vec<u8>) {
            let _ = Outbox::decode(&bytes);
        }
    }
}
