//! A user's own labelled series: what would the detectors have found in them?
//!
//! A file is a table with a row for each event of one sensor: a column `timestamp` (or `time`, or
//! `datetime`), a column `label` (or `anomaly`) that is 0 or 1, and one for each measure, empty where
//! there was no reading. Rows whose label is 1, one after the other, are an episode.

mod evaluate;
mod read;

pub(crate) use evaluate::evaluate_with;
pub use evaluate::{DetectorReport, RowReport, evaluate};
pub use read::LabelledSeries;
