//! Numenta's anomaly benchmark (NAB): A. Lavin and S. Ahmad, "Evaluating Real-time Anomaly Detection
//! Algorithms", 2015, <https://github.com/numenta/NAB>.
//!
//! A series has labelled windows. A detection in one counts by how early it comes, the first one
//! only; one outside counts against the detector by how far it is from the window before it; a
//! missed window costs. The sum is scaled so that no detector at all has 0 and a perfect one 100.

mod corpus;
mod evaluate;
mod profile;
mod score;

pub use corpus::Corpus;
pub use evaluate::{AtThreshold, CategoryReport, DetectorReport, evaluate};
use profile::Profile;
pub use score::Scores;
