//! One JSON value as it stands in the body.

use std::borrow::Cow;
use std::fmt;

/// A JSON value: its kind and the bytes it was written with, brackets and quotes included.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Value<'a> {
    kind: Kind,
    text: &'a [u8],
}

/// The six kinds of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Number,
    String {
        /// Whether there is a backslash in it.
        escaped: bool,
    },
    Array,
    Object,
}

impl<'a> Value<'a> {
    pub(super) fn new(kind: Kind, text: &'a [u8]) -> Self {
        Self { kind, text }
    }

    pub(super) fn kind(self) -> Kind {
        self.kind
    }

    pub(super) fn is_null(self) -> bool {
        self.kind == Kind::Null
    }

    /// The value as it was written.
    pub(super) fn text(self) -> &'a [u8] {
        self.text
    }

    /// A number that is written as a whole one and fits.
    pub(super) fn integer(self) -> Option<i64> {
        if self.kind != Kind::Number {
            return None;
        }
        // Eighteen digits always fit. Longer numbers are rare, and the standard library minds their
        // overflow.
        if self.text.len() > 18 || self.text.starts_with(b"-") {
            return std::str::from_utf8(self.text).ok()?.parse().ok();
        }
        let mut number = 0;
        for &byte in self.text {
            if !byte.is_ascii_digit() {
                return None;
            }
            number = number * 10 + i64::from(byte - b'0');
        }
        Some(number)
    }

    /// What stands between the quotes of a string, escapes resolved. None for another kind of value
    /// and for a string with a broken escape.
    #[inline]
    pub(super) fn string_bytes(self) -> Option<Cow<'a, [u8]>> {
        match self.kind {
            Kind::String { escaped: false } => Some(Cow::Borrowed(self.between_quotes())),
            Kind::String { escaped: true } => self.unescaped().map(Cow::Owned),
            _ => None,
        }
    }

    #[cold]
    fn unescaped(self) -> Option<Vec<u8>> {
        let unescaped: String = serde_json::from_slice(self.text).ok()?;
        Some(unescaped.into_bytes())
    }

    /// The text of a string. None for another kind of value and for a string that is no text:
    /// invalid UTF-8, half a surrogate pair, a broken escape.
    pub(super) fn string(self) -> Option<Cow<'a, str>> {
        match self.string_bytes()? {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        }
    }

    /// The text of a string, or what comes closest to it: for names that are shown or echoed.
    pub(super) fn string_lossy(self) -> Cow<'a, str> {
        self.string().unwrap_or_else(|| String::from_utf8_lossy(self.between_quotes()))
    }

    fn between_quotes(self) -> &'a [u8] {
        match self.text {
            [b'"', inner @ .., b'"'] => inner,
            other => other,
        }
    }
}

/// The kind and the length: what was received stays out of logs.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.kind.name(), self.text.len())
    }
}

impl Kind {
    /// As it reads in a sentence.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String { .. } => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cursor::Cursor;
    use super::*;

    fn read(text: &str) -> Value<'_> {
        Cursor::new(text.as_bytes()).value().unwrap()
    }

    #[test]
    fn integers_are_whole_and_in_range() {
        assert_eq!(read("0").integer(), Some(0));
        assert_eq!(read("-7").integer(), Some(-7));
        assert_eq!(read("9223372036854775807").integer(), Some(i64::MAX));
        assert_eq!(read("-9223372036854775808").integer(), Some(i64::MIN));
        for text in [
            "9223372036854775808",
            "-9223372036854775809",
            "1.0",
            "1e3",
            "1e400",
            "-",
            "1-1",
            "\"1\"",
            "null",
            "[1]",
        ] {
            assert_eq!(read(text).integer(), None::<i64>, "{text}");
        }
    }

    #[test]
    fn strings_are_borrowed_unless_escaped() {
        assert!(matches!(read(r#""orders""#).string(), Some(Cow::Borrowed("orders"))));
        assert!(matches!(read(r#""""#).string(), Some(Cow::Borrowed(""))));
        let all_escapes = read(r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#).string();
        assert_eq!(all_escapes.as_deref(), Some("\"\\/\u{8}\u{c}\n\r\té😀"));
    }

    #[test]
    fn a_string_that_is_no_text_is_none_but_can_be_shown() {
        for text in [r#""\ud800""#, r#""\x""#, r#""\u12""#] {
            assert_eq!(read(text).string(), None, "{text}");
        }
        assert_eq!(read(r#""a\ud800""#).string_lossy(), r"a\ud800");
        let latin1 = Cursor::new(b"\"caf\xe9\"").value().unwrap();
        assert_eq!(latin1.string(), None);
        assert_eq!(latin1.string_bytes().as_deref(), Some(&b"caf\xe9"[..]));
        assert_eq!(latin1.string_lossy(), "caf\u{fffd}");
    }

    #[test]
    fn other_kinds_are_no_strings() {
        for text in ["null", "1", "true", "[]", "{}"] {
            assert_eq!(read(text).string_bytes(), None, "{text}");
        }
    }

    #[test]
    fn its_debug_form_holds_no_payload() {
        assert_eq!(format!("{:?}", read("\"secret\"")), "a string of 8 bytes");
    }
}
