//! Numbers that `DynamoDB` can hold, and the others.
//!
//! A number attribute takes 38 digits and magnitudes from 10⁻¹³⁰ to 10¹²⁶. A float or a sum beyond
//! that (of readings like 1e300, say) is kept as a text instead: refusing it would fail the whole
//! write forever, and clamping it would make the result depend on when the state was stored.

use millrace_shared::amount::Amount;

const LARGEST: f64 = 9.9e125;
const SMALLEST: f64 = 1e-130;
/// Amounts from here on have more than 38 digits.
const MICROS_LIMIT: u128 = 10_u128.pow(38);

/// A number's digits, and the type of attribute that can hold them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Number(String),
    Text(String),
}

/// The shortest text that reads back as the same float, as a number where possible.
pub(super) fn float(number: f64) -> Written {
    let magnitude = number.abs();
    if magnitude == 0.0 {
        return Written::Number("0".to_owned());
    }
    if !(SMALLEST..=LARGEST).contains(&magnitude) {
        return Written::Text(format!("{number:e}"));
    }
    Written::Number(if (1e-7..1e17).contains(&magnitude) {
        number.to_string()
    } else {
        format!("{number:e}")
    })
}

/// The same of a 32-bit float, which a number attribute can hold if it is finite.
pub(super) fn single(number: f32) -> Written {
    if number == 0.0 {
        return Written::Number("0".to_owned());
    }
    if !number.is_finite() {
        return Written::Text(number.to_string());
    }
    Written::Number(if (1e-7..1e17).contains(&number.abs()) {
        number.to_string()
    } else {
        format!("{number:e}")
    })
}

pub(super) fn amount(amount: Amount) -> Written {
    let text = amount.to_string();
    if amount.as_micros().unsigned_abs() < MICROS_LIMIT {
        Written::Number(text)
    } else {
        Written::Text(text)
    }
}

/// Reads a decimal of at most six places in millionths, exactly, also in the form with an exponent
/// that a store may give it.
pub(super) fn read_amount(text: &str) -> Option<Amount> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let power = exponent.checked_add(6)?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let scale = 10_i128.checked_pow(power.unsigned_abs())?;
    if power >= 0 {
        return digits.checked_mul(scale).map(Amount::from_micros);
    }
    (digits % scale == 0).then(|| Amount::from_micros(digits / scale))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digits(written: Written) -> String {
        let (Written::Number(digits) | Written::Text(digits)) = written;
        digits
    }

    #[test]
    fn what_a_number_attribute_cannot_hold_becomes_a_text() {
        let text = |text: &str| Written::Text(text.to_owned());
        let number = |text: &str| Written::Number(text.to_owned());
        assert_eq!(float(f64::NAN), text("NaN"));
        assert_eq!(float(f64::NEG_INFINITY), text("-inf"));
        for beyond in [1e126, 1e-131, -1e126] {
            assert!(matches!(float(beyond), Written::Text(_)), "{beyond}");
        }
        assert_eq!(float(1e125), number("1e125"));
        assert_eq!(float(-20.1), number("-20.1"));
        assert_eq!(float(-0.0), number("0"));
        assert!(matches!(amount(Amount::from_micros(i128::MIN + 1)), Written::Text(_)));
        assert_eq!(amount(Amount::from_micros(12_500_000)), number("12.5"));
    }

    #[test]
    fn a_number_is_read_however_the_store_writes_it() {
        for text in ["12.5", "1.25E+1", "1.25e1", "125E-1", "12.50", "12.5000000"] {
            assert_eq!(read_amount(text), Some(Amount::from_micros(12_500_000)), "{text}");
        }
        assert_eq!(read_amount("-3"), Some(Amount::from_units(-3)));
        for wrong in ["", "-", "1.2.3", "0.0000001", "1e40", "x"] {
            assert_eq!(read_amount(wrong), None, "{wrong}");
        }
        assert_eq!("2.01E+1".parse(), Ok(20.1));
    }

    proptest! {
        #[test]
        fn every_float_comes_back_as_it_was(number in prop::num::f64::ANY) {
            let read: f64 = digits(float(number)).parse().unwrap();
            let same = read.to_bits() == number.to_bits();
            prop_assert!(same || (read.is_nan() && number.is_nan()) || read.abs() + number.abs() == 0.0);
        }

        #[test]
        fn every_32_bit_float_comes_back_as_it_was(number in prop::num::f32::ANY) {
            let read: f32 = digits(single(number)).parse().unwrap();
            let same = read.to_bits() == number.to_bits();
            prop_assert!(same || (read.is_nan() && number.is_nan()) || read.abs() + number.abs() == 0.0);
        }

        #[test]
        fn every_amount_comes_back_as_it_was(micros in -i128::MAX..=i128::MAX) {
            let before = Amount::from_micros(micros);
            prop_assert_eq!(read_amount(&digits(amount(before))), Some(before));
        }
    }
}
