//! Texts and identifiers.

use std::borrow::Cow;

use super::members::Raw;
use crate::json::{Kind, TextValue};

/// The longest identifier, in bytes. State is kept under it, and a key of the tables holds no more.
const ID_LIMIT: usize = 1_024;
const EVENT_TYPE_LIMIT: usize = 256;
const CURRENCY_LIMIT: usize = 8;

/// What [`identifier`] takes.
pub(super) const AN_IDENTIFIER: &str = "a text of 1 to 1,024 bytes or a whole number";
/// What [`event_type`] takes.
pub(super) const AN_EVENT_TYPE: &str = "a text of 1 to 256 bytes";

/// ISO 4217's code for "no currency".
const NO_CURRENCY: &str = "XXX";

/// A text, or the digits of a whole number: producers write identifiers either way. None for anything else.
///
/// Borrowed unless it holds an escape.
#[inline]
pub(super) fn text(value: TextValue<'_>) -> Option<Cow<'_, str>> {
    if value.kind() != Kind::Number {
        return value.string();
    }
    let digits = value.number()?;
    let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_whole.then_some(Cow::Borrowed(digits))
}

/// The text without white space around it.
pub(super) fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// A text of 1 to 1,024 bytes.
pub(super) fn identifier(value: TextValue<'_>) -> Option<Cow<'_, str>> {
    text(value).filter(|text| (1..=ID_LIMIT).contains(&text.len()))
}

/// A text of 1 to 256 bytes.
pub(super) fn event_type(value: TextValue<'_>) -> Option<Cow<'_, str>> {
    text(value).filter(|text| (1..=EVENT_TYPE_LIMIT).contains(&text.len()))
}

/// A currency in capitals; `XXX` unless it is 1 to 8 letters or digits.
pub(super) fn currency(raw: Raw<'_>) -> Cow<'_, str> {
    let Some(code) = raw.and_then(text).map(trimmed) else { return Cow::Borrowed(NO_CURRENCY) };
    let is_code = (1..=CURRENCY_LIMIT).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_code {
        return Cow::Borrowed(NO_CURRENCY);
    }
    if code.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Cow::Owned(code.to_ascii_uppercase());
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Cursor;

    fn raw(json: &str) -> TextValue<'_> {
        Cursor::new(json).value().unwrap()
    }

    #[test]
    fn a_text_is_borrowed_unless_it_holds_an_escape() {
        assert!(matches!(text(raw(r#""user-1""#)), Some(Cow::Borrowed("user-1"))));
        assert!(matches!(text(raw(r#""""#)), Some(Cow::Borrowed(""))));
        assert!(matches!(text(raw("\"é\"")), Some(Cow::Borrowed("é"))));
        assert_eq!(text(raw(r#""\"a\u0000\ud83d\ude00\"""#)).as_deref(), Some("\"a\0😀\""));
    }

    #[test]
    fn whole_numbers_are_texts_of_all_their_digits() {
        assert!(matches!(text(raw("123")), Some(Cow::Borrowed("123"))));
        assert_eq!(text(raw("-7")).as_deref(), Some("-7"));
        assert_eq!(
            text(raw("123456789012345678901234567890")).as_deref(),
            Some("123456789012345678901234567890")
        );
    }

    #[test]
    fn what_is_neither_is_none() {
        for json in [
            "1.5",
            "1e3",
            "01",
            "1-1",
            "true",
            "null",
            "[]",
            "{}",
            r#""\ud800""#,
            r#""\x""#,
            "\"\n\"",
        ] {
            assert_eq!(text(raw(json)), None, "{json}");
        }
    }

    #[test]
    fn identifiers_and_types_have_a_length() {
        let of_length = |length: usize| format!("\"{}\"", "i".repeat(length));
        for (length, is_identifier, is_type) in [
            (0, false, false),
            (1, true, true),
            (256, true, true),
            (257, true, false),
            (1_024, true, false),
            (1_025, false, false),
        ] {
            assert_eq!(identifier(raw(&of_length(length))).is_some(), is_identifier, "{length}");
            assert_eq!(event_type(raw(&of_length(length))).is_some(), is_type, "{length}");
        }
    }

    #[test]
    fn currencies_are_trimmed_capitals_or_none() {
        for (json, expected) in [
            (r#""EUR""#, "EUR"),
            (r#"" eur ""#, "EUR"),
            (r#""\u0065ur""#, "EUR"),
            (r#""USDC2026""#, "USDC2026"),
            ("978", "978"),
            (r#""USDC20261""#, "XXX"),
            (r#""""#, "XXX"),
            (r#""E R""#, "XXX"),
            (r#""€""#, "XXX"),
            ("-97", "XXX"),
            ("9.5", "XXX"),
            ("{}", "XXX"),
        ] {
            assert_eq!(currency(Some(raw(json))), expected, "{json}");
        }
        assert_eq!(currency(None), "XXX");
        assert!(matches!(currency(Some(raw(r#"" EUR ""#))), Cow::Borrowed("EUR")));
    }
}
