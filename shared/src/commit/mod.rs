//! A batch through the function: from decoded records to durable effects and an answer.
//!
//! ```text
//!   Batch ─▶ triage, group ─▶ ┌ round ───────────────────────────────┐ ─▶ dead letters ─▶ answer
//!            parse,  by       │ load ▶ apply ▶ commit ▶ deliver      │                     │
//!            dead,   entity   └──────── again: stale, or more to do ─┘      clear ◀────────┘
//!            tombstones
//! ```
//!
//! The state item is the single truth. A state is committed with its watermarks and its outbox in
//! one conditional write; only then is the outbox delivered; only then are the records done. So a
//! crash between any two steps leaves either nothing or an outbox that the next reader delivers.

mod apply;
#[cfg(test)]
mod examples;
mod fates;
mod features;
mod group;
mod held_back;
mod labels;
mod learnt;
mod partitions;
mod path;
mod placed;
mod ports;
mod rounds;
mod runs;
mod surroundings;
mod tally;
mod topics;
mod triage;
mod work;

pub use path::{CommitPath, Done};
pub use ports::{
    Clear, CommitOutcome, DeadLetters, Delivery, Parcel, StateStore, Stored, Version, Write,
};
pub use tally::Tally;
pub use topics::{OnSuspiciousDuplicate, TopicRule, Topics};

use crate::circumstances::Circumstances;
use crate::events::Event;
use crate::kafka::Redrive;
use crate::settings::Settings;
use crate::state::{Body, Emitted};

/// What applying an event needs to know besides the state.
#[derive(Clone, Copy, Debug)]
struct CommitContext<'a> {
    settings: &'a Settings,
    cluster: &'a str,
    on_suspicious: OnSuspiciousDuplicate,
    /// What to do with records of which it cannot be told whether they were applied, if the event
    /// was redriven.
    redrive: Option<Redrive>,
    /// [`Body::take_in`]; a parameter, so that a test can put a detector that panics in its place.
    take: Take,
}

/// How a body takes an event.
type Take = fn(&mut Body, &Event<'_>, &Circumstances<'_>) -> Emitted;
