//! Windows and sessions in event time: what is open stands in the entity's state, what is over
//! becomes a row.
//!
//! Nothing here reads a clock: a window or session is over when a later event of the same entity
//! (or a tick with a time) shows that it is.

mod measures;
mod session;
mod sliding;
mod spend;

pub use measures::{ClosedMeasures, MeasureStats, MeasureWindow, MeasureWindows};
pub(crate) use session::Standing;
pub use session::{ClosedSession, Session};
pub use sliding::{EventCount, LENGTHS, NAMES, PaymentTally, SCALES, SlidingWindows, Tally};
pub(crate) use spend::add as add_spend;
pub use spend::{ClosedSpend, SpendTotal, SpendTotals, SpendWindow, SpendWindows};

use serde::{Deserialize, Serialize};

/// Something that was open and is over: a row for its table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Closed {
    /// A user's session.
    Session(ClosedSession),
    /// A user's spending in one currency during one window.
    Spend(ClosedSpend),
    /// A sensor's measures during one window.
    Measures(ClosedMeasures),
}

/// The longest text of an event that state keeps, in bytes; longer ones are cut.
pub(crate) const TEXT_LIMIT: usize = 64;

/// The text, cut at a character boundary if it is longer than [`TEXT_LIMIT`].
pub(crate) fn clipped(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_LIMIT)]
}
