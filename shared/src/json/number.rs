//! What JSON calls a number.

/// Whether a text is a number by JSON's grammar: no `+` and no second zero in front, digits on both sides of a point
/// and behind an `e`.
pub(super) fn is_number(text: &[u8]) -> bool {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let (whole, rest) = digits(unsigned);
    if whole.is_empty() || (whole[0] == b'0' && whole.len() > 1) {
        return false;
    }
    if rest.is_empty() {
        return true;
    }
    let rest = match rest {
        [b'.', decimals @ ..] => match digits(decimals) {
            ([], _) => return false,
            (_, rest) => rest,
        },
        all => all,
    };
    match rest {
        [] => true,
        [b'e' | b'E', b'-' | b'+', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            !exponent.is_empty() && exponent.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// The digits in front, and what follows them.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at(count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::is_number;

    #[test]
    fn grammar() {
        for text in ["0", "-0", "10", "0.5", "-1.50e+10", "1E5", "0e0", "1e-007"] {
            assert!(is_number(text.as_bytes()), "{text}");
        }
        for text in [
            "", "-", "+1", "01", "-01", "00", "1.", ".5", "1.2.3", "1e", "1e+", "e5", "1-1", "--1",
            "1e5.0", "0x1", "1 ",
        ] {
            assert!(!is_number(text.as_bytes()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_a_number_is_one_to_serde_json(text in "-?[0-9]{0,3}[-+.eE0-9]{0,6}") {
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            prop_assert_eq!(is_number(text.as_bytes()), theirs, "{}", text);
        }
    }
}
