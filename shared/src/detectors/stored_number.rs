use serde::{Deserialize, Serialize};

/// From this many thousandths on, their encoding is no shorter than a float's.
const LIMIT: u64 = 1 << 48;

/// A finite number, kept exactly and in as few bytes as what sensors send allows.
///
/// A number of up to three decimals, as most readings are, takes about four bytes stored, and any
/// other one nine. A 32-bit float would take four as well, but would change 20.1 to 20.1000004.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum StoredNumber {
    /// Thousandths of the number.
    Thousandths(i64),
    /// The number itself.
    Float(f64),
}

impl StoredNumber {
    #[expect(clippy::cast_possible_truncation, reason = "what does not come back is kept as it is")]
    pub(super) fn new(number: f64) -> Self {
        let thousandths = (number * 1_000.0).round() as i64;
        let short = Self::Thousandths(thousandths);
        let is_exact = short.value().to_bits() == number.to_bits();
        if is_exact && thousandths.unsigned_abs() < LIMIT { short } else { Self::Float(number) }
    }

    #[expect(clippy::cast_precision_loss, reason = "exact below 2^53, which the limit is")]
    pub(super) fn value(self) -> f64 {
        match self {
            Self::Thousandths(thousandths) => thousandths as f64 / 1_000.0,
            Self::Float(number) => number,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn readings_of_up_to_three_decimals_take_four_bytes() {
        for number in [20.1, -12.345, 0.0, 99.9, 1_013.2] {
            let stored = postcard::to_stdvec(&StoredNumber::new(number)).unwrap();
            assert!(stored.len() <= 5, "{number} takes {} bytes", stored.len());
        }
        assert_eq!(StoredNumber::new(20.1), StoredNumber::Thousandths(20_100));
        assert_eq!(StoredNumber::new(0.0005), StoredNumber::Float(0.0005));
        assert_eq!(StoredNumber::new(1e15), StoredNumber::Float(1e15));
        assert_eq!(StoredNumber::new(1e300), StoredNumber::Float(1e300));
    }

    proptest! {
        #[test]
        fn any_number_comes_back_bit_for_bit_and_takes_nine_bytes_at_most(bits: u64) {
            let number = StoredNumber::new(f64::from_bits(bits));
            prop_assert_eq!(number.value().to_bits(), bits);
            prop_assert!(postcard::to_stdvec(&number).unwrap().len() <= 9);
        }

        #[test]
        fn any_reading_of_three_decimals_comes_back_short(thousandths in -100_000_000_i64..100_000_000) {
            let decimal: f64 = format!("{thousandths}e-3").parse().unwrap();
            prop_assert_eq!(StoredNumber::new(decimal), StoredNumber::Thousandths(thousandths));
            prop_assert_eq!(StoredNumber::new(decimal).value().to_bits(), decimal.to_bits());
        }
    }
}
