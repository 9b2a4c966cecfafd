//! What each fuzz target does with its bytes, and what has to hold of it.
//!
//! ```text
//!   events/ ─▶ seeds ─┬▶ libFuzzer (fuzz/, scripts/fuzz) ─┬▶ a function of this crate
//!   fuzz/corpus ──────┴▶ tests/corpus.rs (cargo test) ────┘
//! ```
//!
//! No bytes may make any of these functions panic, take more memory than some times their own, or
//! give an answer that contradicts itself.

#![expect(clippy::missing_panics_doc, reason = "a panic is how a target says what it found")]

mod event;
mod events;
mod redrive;
mod seeds;
mod state;

pub use event::event;
pub use events::{sensor_reading, transaction, transaction_label, user_event};
pub use redrive::{dead_letter, failed_batch};
pub use seeds::{Seed, seeds};
pub use state::state;

/// A fuzz target: what is done with any bytes.
pub type Target = fn(&[u8]);

/// All targets, by name.
pub const TARGETS: [(&str, Target); 8] = [
    ("event", event),
    ("user_event", user_event),
    ("transaction", transaction),
    ("transaction_label", transaction_label),
    ("sensor_reading", sensor_reading),
    ("state", state),
    ("failed_batch", failed_batch),
    ("dead_letter", dead_letter),
];
