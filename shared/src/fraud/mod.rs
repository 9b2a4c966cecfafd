//! What labels teach of fraud, and how a payment is scored by it.
//!
//! ```text
//!   label ─▶ merchant     how probably it is compromised          ─┐
//!         ─▶ customer     which of its payments this was           ├─▶ score of the next payment
//!         ─▶ calibrator   how often payments of this size and      │
//!                         of this deviation turned out to be fraud ┘
//! ```
//!
//! score = 1 - (1 - p of the amount)(1 - p of the deviation)(1 - .9 p of the merchant)
//!
//! Nothing here reads a clock. Scoring a payment changes the customer alone, and only looks at the
//! merchant and the calibrators, so that no two customers ever wait for each other.

mod amounts;
mod bins;
mod calibration;
mod clock;
mod merchant;
mod posterior;
mod score;
mod waiting;

#[cfg(test)]
mod properties;

pub(crate) use amounts::Amounts;
pub(crate) use bins::Bins;
pub use calibration::{Calibration, CalibratorProfile, Counts};
pub use merchant::{MerchantProfile, RecentLabel};
pub use posterior::Posterior;
pub use score::Score;
pub use waiting::LabelFate;
pub(crate) use waiting::{REMEMBERED_LABELS, Waiting};

use xxhash_rust::xxh3::xxh3_64;

/// A labelled payment, as it was when it was scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labelled {
    pub(crate) bins: Bins,
    pub(crate) is_fraud: bool,
}

/// Four bytes that stand for an identifier among the few that are kept beside it.
pub(crate) fn short_hash(identifier: &[u8]) -> [u8; 4] {
    let [first, second, third, fourth, ..] = xxh3_64(identifier).to_be_bytes();
    [first, second, third, fourth]
}
