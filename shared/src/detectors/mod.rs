//! Detectors: pure functions of an entity's state and one event.
//!
//! A detector reads no clock and no random number, so a replay raises the same alerts. A new one is
//! one new file here, one line in [`sets`], and one row in `docs/detectors.md`;
//! `docs/write-a-detector.md` shows one.
//!
//! ```text
//!   event ──▶ profile (windows, sessions, totals) ──▶ detector (its own small state) ──▶ alerts
//! ```

mod alerts;
mod blob;
mod context;
mod cooldowns;
mod detector;
mod finite;
mod note;
pub mod prelude;
mod section_name;
mod set;
pub mod sets;

mod activity_burst;
mod battery_low;
mod cold_transaction;
mod fraud_score;
mod high_value;
mod humidity_range;
mod impossible_travel;
mod long_session;
mod multivariate_score;
mod rapid_activity;
mod rapid_clicks;
mod reading_deviation;
mod sensor_score;
mod tail_norm;
mod temperature_range;
mod unusual_amount;
mod velocity;

mod last_times;
mod lazy;
mod range;
mod scales;
mod signal;
mod stored_number;

#[cfg(test)]
mod documented;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod night_payment;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod user_properties;

pub use alerts::{Alerts, Raised};
pub use blob::{BlobError, SectionWriter, Sections};
pub use context::Context;
pub use cooldowns::Cooldowns;
pub use detector::Detector;
pub(crate) use last_times::COUNTS;
pub use note::Note;
pub use section_name::SectionName;
use section_name::are_distinct;
