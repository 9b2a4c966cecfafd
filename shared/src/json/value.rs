//! One JSON value as it is written.

use std::borrow::Cow;
use std::fmt;

use super::number::is_number;
use super::scan::{digits, has_control};
use super::source::Source;

/// A JSON value: its kind and what it was written with, brackets and quotes included.
#[derive(PartialEq, Eq)]
pub struct Value<'a, S: Source + ?Sized = [u8]> {
    kind: Kind,
    text: &'a S,
}

/// The six kinds of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// What begins with a digit or a minus.
    Number,
    /// What stands in quotes.
    String {
        /// Whether there is a backslash in it.
        escaped: bool,
    },
    /// `[…]`
    Array,
    /// `{…}`
    Object,
}

impl<'a, S: Source + ?Sized> Value<'a, S> {
    #[inline]
    pub(super) fn new(kind: Kind, text: &'a S) -> Self {
        Self { kind, text }
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        self.kind
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.kind == Kind::Null
    }

    /// The value as it was written.
    pub fn text(self) -> &'a S {
        self.text
    }

    /// A number that is written as a whole one and fits.
    #[inline]
    pub fn integer(self) -> Option<i64> {
        if self.kind != Kind::Number {
            return None;
        }
        let text = self.text.bytes();
        // Eighteen digits always fit. Longer numbers are rare, and the standard library minds their
        // overflow.
        if text.len() > 18 || text.starts_with(b"-") {
            return std::str::from_utf8(text).ok()?.parse().ok();
        }
        digits(text)
    }

    pub(super) fn between_quotes(self) -> &'a S {
        match self.text.bytes() {
            [b'"', .., b'"'] => self.text.part(1, self.text.bytes().len() - 1),
            _ => self.text,
        }
    }
}

/// Of bytes nobody knows whether they are text.
impl<'a> Value<'a, [u8]> {
    /// What stands between the quotes of a string, escapes resolved. None for another kind of value
    /// and for a string with a broken escape.
    #[inline]
    pub fn string_bytes(self) -> Option<Cow<'a, [u8]>> {
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
    pub fn string(self) -> Option<Cow<'a, str>> {
        match self.string_bytes()? {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        }
    }
}

/// The text of a name, or what comes closest to it: for names that are shown or echoed.
pub fn lossy(name: Cow<'_, [u8]>) -> Cow<'_, str> {
    match name {
        Cow::Borrowed(name) => String::from_utf8_lossy(name),
        Cow::Owned(name) => Cow::Owned(String::from_utf8_lossy(&name).into_owned()),
    }
}

/// What is asked of text is what JSON's grammar takes, to the letter.
impl<'a> Value<'a, str> {
    /// The text of a string, borrowed unless it holds an escape. None for another kind of value and for what is no
    /// string: a broken escape, half a surrogate pair, a control character as it is.
    #[inline]
    pub fn string(self) -> Option<Cow<'a, str>> {
        match self.kind {
            Kind::String { escaped: false } => {
                let text = self.between_quotes();
                (!has_control(text.as_bytes())).then_some(Cow::Borrowed(text))
            }
            Kind::String { escaped: true } => self.unescaped().map(Cow::Owned),
            _ => None,
        }
    }

    #[cold]
    fn unescaped(self) -> Option<String> {
        serde_json::from_str(self.text).ok()
    }

    /// A number that is written as a whole one and fits. None for what is no number (`01`).
    #[inline]
    pub fn whole_number(self) -> Option<i64> {
        let has_surplus_zero = matches!(self.text.as_bytes(), [b'0', _, ..] | [b'-', b'0', _, ..]);
        if has_surplus_zero { None } else { self.integer() }
    }

    /// The text of a number. None for another kind of value and for what is no number (`01`, `1.2.3`).
    #[inline]
    pub fn number(self) -> Option<&'a str> {
        (self.kind == Kind::Number && is_number(self.text.as_bytes())).then_some(self.text)
    }
}

impl<S: Source + ?Sized> Clone for Value<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Source + ?Sized> Copy for Value<'_, S> {}

/// The kind and the length: what was received stays out of logs.
impl<S: Source + ?Sized> fmt::Debug for Value<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.kind.name(), self.text.bytes().len())
    }
}

impl Kind {
    /// As it reads in a sentence.
    pub fn name(self) -> &'static str {
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
    use super::super::Cursor;
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
    fn a_string_that_is_no_text_is_none() {
        for text in [r#""\ud800""#, r#""\x""#, r#""\u12""#] {
            assert_eq!(read(text).string(), None, "{text}");
        }
        let latin1 = Cursor::new(&b"\"caf\xe9\""[..]).value().unwrap();
        assert_eq!(latin1.string(), None);
        assert_eq!(latin1.string_bytes().as_deref(), Some(&b"caf\xe9"[..]));
    }

    #[test]
    fn other_kinds_are_no_strings() {
        for text in ["null", "1", "true", "[]", "{}"] {
            assert_eq!(read(text).string_bytes(), None, "{text}");
        }
    }

    #[test]
    fn of_text_strings_and_numbers_are_what_json_says_they_are() {
        let read = |text: &'static str| Cursor::new(text).value().unwrap();
        assert!(matches!(read(r#""orders""#).string(), Some(Cow::Borrowed("orders"))));
        assert_eq!(read(r#""\u00e9\ud83d\ude00""#).string().as_deref(), Some("é😀"));
        for text in [r#""\ud800""#, r#""\x""#, r#""\u12""#, "\"a\u{1f}\"", "\"\\n\n\"", "1", "[]"] {
            assert_eq!(read(text).string(), None, "{text}");
        }
        assert_eq!(read("-12.5e3").number(), Some("-12.5e3"));
        for (text, whole) in [("0", 0), ("-0", 0), ("-7", -7), ("10", 10)] {
            assert_eq!(read(text).whole_number(), Some(whole));
        }
        for text in ["01", "-01", "00", "1.0", "1e3", "1-1", "-", "\"1\"", "9223372036854775808"] {
            assert_eq!(read(text).whole_number(), None, "{text}");
        }
        for text in ["01", "1.2.3", "-", "\"1\"", "[1]", "true"] {
            assert_eq!(read(text).number(), None, "{text}");
        }
    }

    #[test]
    fn its_debug_form_holds_no_payload() {
        assert_eq!(format!("{:?}", read("\"secret\"")), "a string of 8 bytes");
    }
}
