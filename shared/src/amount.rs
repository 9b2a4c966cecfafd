//! Amounts of money, exact: sums come out the same in whatever order they are added.

mod decimal;

use std::fmt;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

pub(crate) use decimal::millionths;

/// An amount of money in millionths of its currency's unit.
///
/// A fixed-point number, because a sum of floats depends on the order of its terms, and the order
/// of records from several partitions is not ours to choose. Negative amounts are refunds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Amount(i128);

const MICROS: i128 = 1_000_000;

impl Amount {
    /// The largest amount, positive or negative, that an event may claim: 10¹².
    pub const LIMIT: Self = Self(1_000_000_000_000 * MICROS);

    /// Reads a decimal text, exactly: `12.5`, ` -3 `, `1e3`, `.5`. A seventh decimal rounds, and from the middle to the
    /// even neighbour. `None` if it is no number, or beyond [`Amount::LIMIT`].
    pub fn parse(text: &str) -> Option<Self> {
        millionths(text).map(Self).filter(|amount| amount.is_plausible())
    }

    /// An amount of whole units.
    pub const fn from_units(units: i64) -> Self {
        Self(units as i128 * MICROS)
    }

    /// An amount of millionths of a unit.
    pub const fn from_micros(micros: i128) -> Self {
        Self(micros)
    }

    /// Millionths of a unit.
    pub const fn as_micros(self) -> i128 {
        self.0
    }

    /// The nearest float, in units, for ratios and evidence.
    #[expect(clippy::cast_precision_loss, reason = "a float is what the caller asks for")]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / MICROS as f64
    }

    /// Writes what it is displayed as: into a string without a formatter in between, which takes longer than the digits.
    ///
    /// # Errors
    /// Those of what it is written into; a string has none.
    pub fn write_to(self, text: &mut impl fmt::Write) -> fmt::Result {
        let micros = self.0.unsigned_abs();
        if self.0 < 0 {
            text.write_char('-')?;
        }
        let mut digits = itoa::Buffer::new();
        // Nearly every amount fits into 64 bits, which are divided much faster than 128.
        let fraction = if let Ok(micros) = u64::try_from(micros) {
            text.write_str(digits.format(micros / 1_000_000))?;
            micros % 1_000_000
        } else {
            text.write_str(digits.format(micros / 1_000_000))?;
            (micros % 1_000_000) as u64
        };
        if fraction == 0 {
            return Ok(());
        }
        // A one in front keeps the zeros behind it.
        let decimals = digits.format(1_000_000 + fraction)[1..].trim_end_matches('0');
        text.write_char('.')?;
        text.write_str(decimals)
    }

    /// Whether an event may claim this amount.
    pub const fn is_plausible(self) -> bool {
        self.0.unsigned_abs() <= Self::LIMIT.0.unsigned_abs()
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }
}

/// As few decimals as tell it exactly: `12.5`, `-3`, `0.000001`.
impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_shown_with_as_few_decimals_as_tell_it_exactly() {
        assert_eq!(Amount::from_micros(12_500_000).to_string(), "12.5");
        assert_eq!(Amount::from_micros(-3_000_000).to_string(), "-3");
        assert_eq!(Amount::from_micros(-1).to_string(), "-0.000001");
        assert_eq!(Amount::default().to_string(), "0");
    }

    #[test]
    fn an_amount_is_read_up_to_the_limit() {
        assert_eq!(Amount::parse("12.5"), Some(Amount::from_micros(12_500_000)));
        assert_eq!(Amount::parse("1000000000000"), Some(Amount::LIMIT));
        assert_eq!(Amount::parse("-1e12"), Some(Amount::from_units(-1_000_000_000_000)));
        assert_eq!(Amount::parse("1000000000000.000001"), None);
        assert_eq!(Amount::parse("NaN"), None);
    }

    #[test]
    fn a_sum_does_not_depend_on_the_order() {
        let terms = [100_000, 200_000, 300_000].map(Amount::from_micros);
        let mut forward = Amount::default();
        let mut backward = Amount::default();
        for term in terms {
            forward += term;
        }
        for term in terms.into_iter().rev() {
            backward += term;
        }
        assert_eq!(forward, backward);
        assert_eq!(forward.to_string(), "0.6");
    }
}
