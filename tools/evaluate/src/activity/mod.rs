//! People who look around, and a few bots among them: how many of which the detectors of activity
//! flag.
//!
//! The people are ordinary: whatever is raised about them is a false alarm. They come in sessions,
//! and what they do comes in bursts, since a page that loads reports several events at once. None of
//! it was measured anywhere; the constants in [`people`] say what is assumed.
//!
//! ```text
//!   people, bots ─▶ days of events ─▶ batches ─▶ the commit path ─▶ alerts ─▶ who was flagged
//! ```

mod batches;
mod evaluate;
mod flags;
mod people;

pub use evaluate::{ActivityReport, DetectorFlags, evaluate};
pub use people::ActivitySettings;
