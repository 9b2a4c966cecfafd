//! Statistics of a stream of numbers, each in one pass and a few bytes: what the sensor detectors
//! are made of.
//!
//! ```text
//!   reading ─┬▶ Shift       how far has the recent mean moved?      ─▶ TailScore ─┐
//!            ├▶ Volatility  does it jump about more, or less?       ─▶ TailScore ─┼▶ a detector's score
//!            └▶ Hours       how far from what is usual at this hour ─▶ TailScore ─┘
//! ```
//!
//! State is kept as 32-bit floats and computed with as such, so storing it changes nothing, and a
//! stream gives the same scores from any split into batches. The one function that is not exact by
//! definition, the logarithm, is `libm`'s and not the machine's, so all machines agree as well.

mod by_measure;
mod gate;
mod hours;
mod measure_key;
mod origin;
mod rate;
mod rounded_hours;
mod shift;
mod tail;
mod volatility;
mod worst;

pub(super) use by_measure::ByMeasure;
pub(super) use gate::Gate;
pub(super) use hours::{EmptyHour, Hours};
pub(super) use measure_key::MeasureKey;
pub(super) use origin::Origin;
pub(super) use rate::{Seen, narrowed};
pub(super) use rounded_hours::{RoundedHours, StoredHours};
pub(super) use shift::{Shift, ShiftRates};
pub(super) use tail::TailScore;
pub(super) use volatility::Volatility;
pub(super) use worst::WorstByMeasure;
