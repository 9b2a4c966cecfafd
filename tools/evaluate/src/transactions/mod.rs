//! Payments with fraud in them, and what became known of it days later.
//!
//! The population, its habits and the three kinds of fraud are those that the "Reproducible Machine
//! Learning for Credit Card Fraud Detection" handbook describes (Y.-A. Le Borgne, W. Siblini,
//! B. Lebichot and G. Bontempi, 2022, chapter 3), written anew: the same seed gives the same bytes on
//! every machine.
//!
//! ```text
//!   population ─┐
//!   episodes ───┴▶ simulator ─▶ days ─▶ batches ─▶ the commit path ─▶ alerts ─▶ metrics
//! ```

mod batches;
mod episodes;
mod evaluate;
mod metrics;
mod population;
mod simulator;

pub use episodes::Lengths;
pub use evaluate::{DetectorReport, Report, evaluate};
pub use simulator::SimulatorSettings;
