//! What the functions and the event source mapping gave up, as events to send again.
//!
//! ```text
//!   dead letter ──▶ letter ──┐
//!                            ├─▶ Record ─▶ filter ─▶ events ─▶ a function ─▶ answer ─▶ done or not
//!   failed batch ─▶ failure ─┘
//! ```
//!
//! Nothing here talks to anybody: where letters and batches come from, who the events are sent to
//! and what is deleted afterwards is the `millrace` command's.

mod answer;
mod events;
mod failure;
mod filter;
mod letter;
mod record;

pub use answer::{Answer, AnswerError};
pub use events::{Event, Limits, cut};
pub use failure::{Condition, FailedBatch, FailureError, MissingRecords};
pub use filter::{Filter, OffsetRange, RangeError};
pub use letter::{Letter, LetterError, Mail, Part, join};
pub use record::{Cluster, Record};
