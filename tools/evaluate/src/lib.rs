//! The quality of the detectors on labelled data: the code of the function, driven batch by batch.
//!
//! ```text
//!   nab       Numenta's benchmark ──┐
//!   labelled  a user's own series ──┤
//!   measures  simulated machines ───┴▶ series ─▶ drive: the sensor's state, as the function has it
//!                                                     └▶ alerts ─▶ scores and counts
//!   transactions  a simulated population that pays ──┐
//!   activity  people who look around, and bots ──────┴▶ the commit path, as the function has it
//!                                                     └▶ alerts ─▶ AUC, precision, who is flagged
//!   travel  people who travel, and cloned cards ─▶ the user's state, as the function has it
//!                                                     └▶ alerts ─▶ clones found, false alerts
//! ```

pub mod activity;
mod candidates;
mod commit;
mod drive;
mod error;
pub mod labelled;
pub mod measures;
mod memory;
pub mod nab;
mod random;
mod series;
mod share;
mod table;
mod time;
pub mod transactions;
pub mod travel;

pub use error::EvaluateError;
