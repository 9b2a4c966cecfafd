//! Numbers that `DynamoDB` can hold, and the others.
//!
//! A number attribute takes 38 digits and magnitudes from 10⁻¹³⁰ to 10¹²⁶. A float or a sum beyond
//! that (of readings like 1e300, say) is kept as a text instead: refusing it would fail the whole
//! write forever, and clamping it would make the result depend on when the state was stored.

use std::fmt::{self, Display, LowerExp};

use millrace_shared::amount::Amount;

const LARGEST: f64 = 9.9e125;
const SMALLEST: f64 = 1e-130;
/// Amounts from here on have more than 38 digits.
const MICROS_LIMIT: u128 = 10_u128.pow(38);

/// A number that is shown by its digits, and the type of attribute that can hold them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written<T> {
    Number(T),
    Text(T),
}

/// A float, shown by the shortest text that reads back as the same one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shortest<T> {
    Plain(T),
    WithExponent(T),
}

/// A number where possible.
pub(super) fn float(number: f64) -> Written<Shortest<f64>> {
    let magnitude = number.abs();
    if magnitude == 0.0 {
        return Written::Number(Shortest::Plain(0.0));
    }
    if !(SMALLEST..=LARGEST).contains(&magnitude) {
        return Written::Text(Shortest::WithExponent(number));
    }
    Written::Number(if (1e-7..1e17).contains(&magnitude) {
        Shortest::Plain(number)
    } else {
        Shortest::WithExponent(number)
    })
}

/// The same of a 32-bit float, which a number attribute can hold if it is finite.
pub(super) fn single(number: f32) -> Written<Shortest<f32>> {
    if number == 0.0 {
        return Written::Number(Shortest::Plain(0.0));
    }
    if !number.is_finite() {
        return Written::Text(Shortest::Plain(number));
    }
    Written::Number(if (1e-7..1e17).contains(&number.abs()) {
        Shortest::Plain(number)
    } else {
        Shortest::WithExponent(number)
    })
}

pub(super) fn amount(amount: Amount) -> Written<Amount> {
    if amount.as_micros().unsigned_abs() < MICROS_LIMIT {
        Written::Number(amount)
    } else {
        Written::Text(amount)
    }
}

impl<T: Display + LowerExp> Display for Shortest<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(number) => Display::fmt(number, formatter),
            Self::WithExponent(number) => LowerExp::fmt(number, formatter),
        }
    }
}

/// Reads a decimal of at most six places in millionths, exactly, also in the form with an exponent
/// that a store may give it.
pub(super) fn read_amount(text: &str) -> Option<Amount> {
    plain_amount(text).or_else(|| any_amount(text))
}

/// What nearly every amount is: a few digits, perhaps with a point among them.
fn plain_amount(text: &str) -> Option<Amount> {
    let (is_negative, unsigned) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    let whole = unsigned.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (whole, decimals) = match unsigned.split_at(whole) {
        (whole, []) => (whole, &[][..]),
        (whole, [b'.', decimals @ ..]) => (whole, decimals),
        _ => return None,
    };
    let are_few = (1..=12).contains(&whole.len()) && decimals.len() <= 6;
    if !are_few || !decimals.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let append = |number: i64, digit: &u8| number * 10 + i64::from(digit - b'0');
    let units = whole.iter().fold(0, append);
    let micros = decimals.iter().chain(&[b'0'; 6][decimals.len()..]).fold(units, append);
    Some(Amount::from_micros(i128::from(if is_negative { -micros } else { micros })))
}

fn any_amount(text: &str) -> Option<Amount> {
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

    fn digits(written: Written<impl Display>) -> String {
        let (Written::Number(digits) | Written::Text(digits)) = written;
        digits.to_string()
    }

    /// With the digits as they are shown.
    fn shown(written: Written<impl Display>) -> Written<String> {
        match written {
            Written::Number(digits) => Written::Number(digits.to_string()),
            Written::Text(digits) => Written::Text(digits.to_string()),
        }
    }

    #[test]
    fn what_a_number_attribute_cannot_hold_becomes_a_text() {
        let text = |text: &str| Written::Text(text.to_owned());
        let number = |text: &str| Written::Number(text.to_owned());
        assert_eq!(shown(float(f64::NAN)), text("NaN"));
        assert_eq!(shown(float(f64::NEG_INFINITY)), text("-inf"));
        for beyond in [1e126, 1e-131, -1e126] {
            assert!(matches!(float(beyond), Written::Text(_)), "{beyond}");
        }
        assert_eq!(shown(float(1e125)), number("1e125"));
        assert_eq!(shown(float(-20.1)), number("-20.1"));
        assert_eq!(shown(float(-0.0)), number("0"));
        assert!(matches!(amount(Amount::from_micros(i128::MIN + 1)), Written::Text(_)));
        assert_eq!(shown(amount(Amount::from_micros(12_500_000))), number("12.5"));
    }

    #[test]
    fn a_number_is_read_however_the_store_writes_it() {
        for text in ["12.5", "1.25E+1", "1.25e1", "125E-1", "12.50", "12.5000000"] {
            assert_eq!(read_amount(text), Some(Amount::from_micros(12_500_000)), "{text}");
        }
        assert_eq!(read_amount("-3"), Some(Amount::from_units(-3)));
        assert_eq!(read_amount("-0.000001"), Some(Amount::from_micros(-1)));
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
