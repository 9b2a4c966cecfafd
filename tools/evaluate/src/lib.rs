//! The quality of the detectors on labelled data: the code of the function, driven batch by batch.
//!
//! ```text
//!   nab       Numenta's benchmark ──┐
//!   labelled  a user's own series ──┴▶ series ─▶ drive: the sensor's state, as the function has it
//!                                                     └▶ alerts ─▶ scores and counts
//!   transactions  a simulated population ─▶ the commit path, as the function has it
//!                                                     └▶ alerts ─▶ AUC, precision
//! ```

mod candidates;
mod drive;
mod error;
pub mod labelled;
pub mod nab;
mod series;
mod share;
mod table;
mod time;
pub mod transactions;

pub use error::EvaluateError;
