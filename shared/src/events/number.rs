//! Numbers, which producers write as such or into strings.

use std::borrow::Cow;

use super::text::trimmed;
use crate::amount::Amount;
use crate::json::{Kind, TextValue};

/// What [`amount`] takes.
pub(super) const AN_AMOUNT: &str = "a number, or a text that is one, of at most 10^12";
/// What [`measured`] takes.
pub(super) const A_MEASURED_VALUE: &str = "a number, or a text that is one, of at most 10^12";

/// The largest measured value, positive or negative.
const MEASURED_LIMIT: f64 = 1e12;
/// What is measured closer to zero than this is zero: `DynamoDB` stores no number below 10^-130.
const MEASURED_ZERO: f64 = 1e-12;

/// The text of a number, or of a string that may hold one, without white space around it. None for anything else.
#[inline]
pub(super) fn numeral(value: TextValue<'_>) -> Option<Cow<'_, str>> {
    match value.kind() {
        Kind::Number => value.number().map(Cow::Borrowed),
        _ => value.string().map(trimmed),
    }
}

/// An amount of money, exactly.
pub(super) fn amount(value: TextValue<'_>) -> Option<Amount> {
    Amount::parse(&numeral(value)?)
}

/// A measured value: finite, of at most 10^12; zero if it is below 10^-12.
pub(super) fn measured(value: TextValue<'_>) -> Option<f64> {
    let value = match plain_decimal(value) {
        Some(value) => value,
        None => numeral(value)?.parse().ok()?,
    };
    if !is_measured(value) {
        return None;
    }
    Some(if value.abs() < MEASURED_ZERO { 0.0 } else { value })
}

/// Whether it is a number that nothing measures: NaN, infinite or beyond 10^12. One of digits alone is no measured value
/// to begin with: it is a serial number, or a time.
pub(super) fn is_absurd(value: TextValue<'_>) -> bool {
    let Some(text) = numeral(value) else { return false };
    let is_number = text.parse::<f64>().is_ok_and(|number| !is_measured(number));
    is_number && !text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether anything can have been measured as this number: it is finite, and of at most 10^12.
pub(crate) const fn is_measured(value: f64) -> bool {
    value.abs() <= MEASURED_LIMIT
}

/// The float of a number of at most fifteen digits and no exponent, which nearly every measured value is; None for any
/// other text.
///
/// Its digits as a whole number and the power of ten that they are divided by are floats exactly, so that the one
/// division rounds as reading the text would.
fn plain_decimal(value: TextValue<'_>) -> Option<f64> {
    const POWERS: [f64; 16] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    if value.kind() != Kind::Number {
        return None;
    }
    let (is_negative, unsigned) = match value.text().as_bytes() {
        [b'-', unsigned @ ..] => (true, unsigned),
        unsigned => (false, unsigned),
    };
    if unsigned.len() >= POWERS.len() || matches!(unsigned, [b'0', b'0'..=b'9', ..]) {
        return None;
    }
    let mut digits: u32 = 0;
    let mut number: i64 = 0;
    let mut digits_before_point = None;
    for &byte in unsigned {
        if byte.is_ascii_digit() {
            number = number * 10 + i64::from(byte - b'0');
            digits += 1;
        } else if byte == b'.' && digits > 0 && digits_before_point.is_none() {
            digits_before_point = Some(digits);
        } else {
            return None;
        }
    }
    let decimals = digits - digits_before_point.unwrap_or(digits);
    if digits == 0 || (decimals == 0 && digits_before_point.is_some()) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "fifteen digits are fewer than 53 bits")]
    let magnitude = number as f64 / POWERS.get(decimals as usize)?;
    Some(if is_negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::Cursor;

    fn raw(json: &str) -> TextValue<'_> {
        Cursor::new(json).value().unwrap()
    }

    #[test]
    fn amounts_are_exact_however_they_are_written() {
        for (json, micros) in [
            ("0.1", 100_000),
            ("12.5", 12_500_000),
            ("-12.50", -12_500_000),
            ("1e3", 1_000_000_000),
            ("12.345678901", 12_345_679),
            (r#""99.99""#, 99_990_000),
            (r#"" 1.5e2 ""#, 150_000_000),
            (r#""\u0031""#, 1_000_000),
            ("1000000000000", 1_000_000_000_000_000_000),
        ] {
            assert_eq!(amount(raw(json)), Some(Amount::from_micros(micros)), "{json}");
        }
    }

    #[test]
    fn absurd_amounts_are_none() {
        for json in [
            r#""""#,
            r#"" ""#,
            r#""NaN""#,
            r#""inf""#,
            r#""1,000""#,
            r#""€5""#,
            "1000000000000.01",
            "-1e13",
            "1e400",
            "01",
            "1.2.3",
            "5.",
            "true",
            "null",
            "[5]",
            r#"{"value":5}"#,
        ] {
            assert_eq!(amount(raw(json)), None, "{json}");
        }
    }

    #[test]
    fn measured_values_are_finite_and_bounded() {
        for (json, value) in [
            ("21.5", 21.5),
            ("-40", -40.0),
            (r#"" 1e3 ""#, 1_000.0),
            ("1e12", 1e12),
            ("-1e12", -1e12),
            ("1e-12", 1e-12),
        ] {
            assert_eq!(measured(raw(json)), Some(value), "{json}");
        }
        for json in [
            "1.0000001e12",
            "-1e13",
            "1e400",
            r#""NaN""#,
            r#""inf""#,
            r#""-infinity""#,
            r#""""#,
            r#""21,5""#,
            "021.5",
            "21.",
            "true",
            "[1]",
        ] {
            assert_eq!(measured(raw(json)), None, "{json}");
        }
    }

    #[test]
    fn a_value_next_to_zero_is_zero_and_never_negative_zero() {
        for json in ["0", "-0", "-0.0", "9e-13", "-1e-130", "1e-400", r#""-0""#] {
            let value = measured(raw(json)).unwrap();
            assert_eq!(value.to_bits(), 0, "{json}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_plain_decimal_is_the_float_that_its_text_is(text in "-?[0-9]{0,9}(\\.[0-9]{0,9})?[-+.e0-9]{0,1}") {
            let mut cursor = Cursor::new(&*text);
            let Ok(value) = cursor.value() else { return Ok(()) };
            prop_assume!(cursor.finish().is_ok());
            let theirs: Option<f64> = value.number().map(|number| number.parse().unwrap());
            if let Some(ours) = plain_decimal(value) {
                prop_assert_eq!(Some(ours.to_bits()), theirs.map(f64::to_bits), "{}", text);
            } else {
                let is_plain = text.len() < 16 && !text.contains('e');
                prop_assert!(theirs.is_none() || !is_plain, "{}", text);
            }
        }
    }
}
