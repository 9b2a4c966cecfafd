//! Decimal text, read exactly.

/// How many significant digits are kept. What follows them only decides a tie.
const KEPT_DIGITS: u32 = 30;

/// Reads a decimal number in millionths, exactly, or rounded to the nearest millionth and, from the middle, to the
/// even one (as IEEE 754 rounds).
///
/// It takes what JSON takes as a number, and what people write into strings: white space around it, a `+`, leading
/// zeros, a point without digits on one side (`.5`, `5.`). `None` for everything else (`NaN`, `1,000`, `$5`, nothing)
/// and for what is beyond 128 bits.
pub(crate) fn millionths(text: &str) -> Option<i128> {
    let unsigned = text.trim();
    let (is_negative, unsigned) = match unsigned.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let magnitude = i128::try_from(Decimal::read(unsigned)?.millionths()?).ok()?;
    Some(if is_negative { -magnitude } else { magnitude })
}

/// An unsigned decimal number: `digits × 10^exponent`, and a little more if it is `inexact`.
#[derive(Default)]
struct Decimal {
    digits: u128,
    exponent: i64,
    inexact: bool,
}

impl Decimal {
    fn read(text: &[u8]) -> Option<Self> {
        let mut decimal = Self::default();
        let mut kept = 0;
        let mut has_digit = false;
        let mut has_point = false;
        let mut rest = text;
        while let [byte, after @ ..] = rest {
            match byte {
                b'0'..=b'9' => {
                    has_digit = true;
                    let digit = byte - b'0';
                    if kept < KEPT_DIGITS {
                        decimal.digits = decimal.digits * 10 + u128::from(digit);
                        kept += u32::from(decimal.digits != 0);
                        decimal.exponent -= i64::from(has_point);
                    } else {
                        decimal.inexact |= digit != 0;
                        decimal.exponent += i64::from(!has_point);
                    }
                }
                b'.' if !has_point => has_point = true,
                b'e' | b'E' if has_digit => {
                    decimal.exponent = decimal.exponent.saturating_add(exponent(after)?);
                    return Some(decimal);
                }
                _ => return None,
            }
            rest = after;
        }
        has_digit.then_some(decimal)
    }

    fn millionths(self) -> Option<u128> {
        if self.digits == 0 {
            return Some(0);
        }
        let scale = self.exponent.saturating_add(6);
        let power = u32::try_from(scale.unsigned_abs()).ok().and_then(|by| 10_u128.checked_pow(by));
        if scale >= 0 {
            return self.digits.checked_mul(power?);
        }
        let Some(divisor) = power else { return Some(0) };
        let (quotient, remainder) = (self.digits / divisor, self.digits % divisor);
        let rounds_up = match remainder.cmp(&(divisor - remainder)) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => self.inexact || quotient % 2 == 1,
            std::cmp::Ordering::Greater => true,
        };
        Some(quotient + u128::from(rounds_up))
    }
}

/// What follows the `e`: digits, with or without a sign.
fn exponent(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        all => (1, all),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let magnitude = digits.iter().fold(0_i64, |so_far, digit| {
        so_far.saturating_mul(10).saturating_add(i64::from(digit - b'0'))
    });
    Some(sign * magnitude)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::millionths;

    #[test]
    fn decimals_are_read_exactly() {
        for (text, expected) in [
            ("0", 0),
            ("-0", 0),
            ("0.1", 100_000),
            ("12.5", 12_500_000),
            ("-3", -3_000_000),
            ("0.000001", 1),
            ("9007199254740993", 9_007_199_254_740_993_000_000),
            ("12345678901.234567", 12_345_678_901_234_567),
        ] {
            assert_eq!(millionths(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn exponents_shift_the_point() {
        for (text, expected) in [
            ("1e3", 1_000_000_000),
            ("1E+3", 1_000_000_000),
            ("1.5e-1", 150_000),
            ("15e-7", 2),
            ("0.00000000000000000000000000000000000000001e41", 1_000_000),
            ("0e999999999999999999999999", 0),
            ("1e-999999999999999999999999", 0),
        ] {
            assert_eq!(millionths(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn the_seventh_decimal_rounds_and_the_middle_goes_to_the_even_neighbour() {
        for (text, expected) in [
            ("12.345678901", 12_345_679),
            ("0.0000014", 1),
            ("0.0000015", 2),
            ("0.0000025", 2),
            ("0.00000250000000000000000000000000000000000000001", 3),
            ("-0.0000025", -2),
            ("0.0000005", 0),
            ("0.00000051", 1),
        ] {
            assert_eq!(millionths(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_people_write_into_strings_is_read_too() {
        for (text, expected) in [
            (" 5 ", 5_000_000),
            ("+5", 5_000_000),
            (".5", 500_000),
            ("5.", 5_000_000),
            ("007.50", 7_500_000),
        ] {
            assert_eq!(millionths(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            " ",
            ".",
            "-",
            "+",
            "e5",
            ".e5",
            "1e",
            "1e+",
            "1e5.0",
            "1.2.3",
            "--1",
            "1-",
            "NaN",
            "inf",
            "-Infinity",
            "0x10",
            "1,000",
            "1 000",
            "1_000",
            "$5",
            "5 EUR",
            "٣",
            "null",
            "true",
        ] {
            assert_eq!(millionths(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_is_beyond_all_bounds_is_none() {
        assert_eq!(millionths("1e400"), None);
        assert_eq!(millionths("1e999999999999999999999999"), None);
        assert_eq!(millionths(&"9".repeat(1_000)), None);
    }

    proptest! {
        #[test]
        fn every_number_of_millionths_is_read_back(expected in -10_i128.pow(24)..10_i128.pow(24)) {
            let sign = if expected < 0 { "-" } else { "" };
            let magnitude = expected.unsigned_abs();
            let text = format!("{sign}{}.{:06}", magnitude / 1_000_000, magnitude % 1_000_000);
            prop_assert_eq!(millionths(&text), Some(expected));
            prop_assert_eq!(millionths(&format!("{expected}e-6")), Some(expected));
        }

        #[test]
        fn no_text_panics(text in "[-+0-9.eE ]{0,60}") {
            millionths(&text);
        }
    }
}
