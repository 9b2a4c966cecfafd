//! Machines whose measures belong together, with faults that no measure shows by itself.
//!
//! Five measures of a machine follow one load, each in its way and with noise of its own. In a fault
//! one of them no longer does, but stays within what it has shown before. None of it was measured
//! anywhere; the constants in [`machine`] say what is assumed.
//!
//! ```text
//!   machine ─▶ labelled series ─▶ a sensor's state ─▶ alerts ─▶ which faults were found, how soon
//! ```

mod evaluate;
mod machine;

pub use evaluate::{MeasuresReport, evaluate};
pub use machine::{Fault, MeasuresSettings};
