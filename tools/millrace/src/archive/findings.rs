//! What was found of one partition.

use serde::Serialize;

use super::ranges::{Range, total};

/// What an archive has of a partition. What lies before its first offset and behind its last one
/// cannot be known from the archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Findings {
    /// The lowest offset.
    pub(crate) first: i64,
    /// The highest offset.
    pub(crate) last: i64,
    /// How many lines there are, each time that a line is there counted.
    pub(crate) lines: u64,
    /// Offsets without a line.
    pub(crate) missing: Vec<Range>,
    /// Ranges in which some offsets have no line, but their names do not say which.
    pub(crate) short: Vec<Short>,
    /// Ranges of which names cannot say whether anything is missing.
    pub(crate) unclear: Vec<Range>,
    /// Offsets with more than one line.
    pub(crate) twice: Vec<Range>,
    /// How many lines repeat another one; by names alone, at least so many.
    pub(crate) duplicates: u64,
}

/// A range that is known to lack some offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Short {
    #[serde(flatten)]
    pub(crate) range: Range,
    /// At least so many.
    pub(crate) missing: u64,
}

impl Findings {
    /// Whether each offset from the first to the last certainly has a line.
    pub(crate) fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.short.is_empty() && self.unclear.is_empty()
    }

    /// How many offsets have no line, at least.
    pub(crate) fn missing_offsets(&self) -> u64 {
        total(&self.missing) + self.short.iter().map(|short| short.missing).sum::<u64>()
    }
}
