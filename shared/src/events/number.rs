//! Numbers, which producers write as such or into strings.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::text::{text, trimmed};
use crate::amount::Amount;

/// What [`amount`] takes.
pub(super) const AN_AMOUNT: &str = "a number, or a text that is one, of at most 10^12";
/// What [`measured`] takes.
pub(super) const A_MEASURED_VALUE: &str = "a number, or a text that is one, of at most 10^12";

/// The largest measured value, positive or negative.
const MEASURED_LIMIT: f64 = 1e12;
/// What is measured closer to zero than this is zero: `DynamoDB` stores no number below 10^-130.
const MEASURED_ZERO: f64 = 1e-12;

/// The text of a number, or of a string that may hold one, without white space around it. None for anything else.
pub(super) fn numeral(raw: &RawValue) -> Option<Cow<'_, str>> {
    match raw.get().as_bytes() {
        [b'-' | b'0'..=b'9', ..] => Some(Cow::Borrowed(raw.get())),
        [b'"', ..] => text(raw).map(trimmed),
        _ => None,
    }
}

/// An amount of money, exactly.
pub(super) fn amount(raw: &RawValue) -> Option<Amount> {
    Amount::parse(&numeral(raw)?)
}

/// A measured value: finite, of at most 10^12; zero if it is below 10^-12.
pub(super) fn measured(raw: &RawValue) -> Option<f64> {
    let value: f64 = numeral(raw)?.parse().ok()?;
    if value.is_nan() || value.abs() > MEASURED_LIMIT {
        return None;
    }
    Some(if value.abs() < MEASURED_ZERO { 0.0 } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> &RawValue {
        serde_json::from_str(json).unwrap()
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
}
