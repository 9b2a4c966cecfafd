//! Whether a record's value may stand in a line as it is.

use memchr::memmem;
use serde::de::IgnoredAny;

/// The deepest nesting that stands in a line as it is. Readers of JSON give up at some depth
/// (`serde_json` at 128), and one line that they refuse costs the whole file.
pub const MAX_DEPTH: usize = 100;

/// The value's text if it is exactly one JSON document that every reader takes.
///
/// | the value | a document? |
/// |---|---|
/// | one JSON value, white space around it or not | yes |
/// | a number of any length and exponent | yes: nothing here turns it into a float |
/// | text that is no JSON, two documents, nothing at all | no |
/// | bytes that are not UTF-8, a byte order mark | no |
/// | half a surrogate pair (`"\ud800"`), nesting deeper than [`MAX_DEPTH`] | no |
pub fn as_document(value: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(value).ok()?;
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    is_taken_everywhere(value).then_some(text)
}

/// Nearly every document passes by two quick looks; only the others are walked through.
fn is_taken_everywhere(document: &[u8]) -> bool {
    let has_many_openings = memchr::memchr2_iter(b'[', b'{', document).nth(MAX_DEPTH).is_some();
    if !has_many_openings && memmem::find(document, br"\u").is_none() {
        return true;
    }
    depth(document) <= MAX_DEPTH && has_whole_surrogates(document)
}

/// How deep a valid document nests.
fn depth(document: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = document.iter();
    let mut in_string = false;
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if in_string => _ = bytes.next(),
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Whether each escaped surrogate of a valid document has its other half right behind it.
fn has_whole_surrogates(document: &[u8]) -> bool {
    let mut rest = document;
    // A backslash stands in strings only, and what it escapes is skipped with it.
    while let Some(backslash) = memchr::memchr(b'\\', rest) {
        rest = &rest[backslash..];
        let length = match escaped_unit(rest) {
            None => 2,
            Some(0xD800..=0xDBFF) => match rest.get(6..).and_then(escaped_unit) {
                Some(0xDC00..=0xDFFF) => 12,
                _ => return false,
            },
            Some(0xDC00..=0xDFFF) => return false,
            Some(_) => 6,
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    true
}

/// The UTF-16 unit of a text that starts with `\uXXXX`.
fn escaped_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(br"\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_document(value: impl AsRef<[u8]>) -> bool {
        as_document(value.as_ref()).is_some()
    }

    #[test]
    fn one_document_is_one_whatever_its_kind() {
        for text in [
            r#"{"a":[1,2.50,-0,1E+400],"a":null}"#,
            " [ ] ",
            "\r\n{\n\t\"a\": 1\n}\n",
            "123456789012345678901234567890",
            "\"text\"",
            "true",
            "null",
            r#""\ud83d\ude00 \\ud800 \u00e9""#,
        ] {
            assert!(is_document(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_document_is_none() {
        let cases: [&[u8]; 15] = [
            b"",
            b" ",
            b"hello",
            b"{}{}",
            b"{\"a\":1} x",
            b"{\"a\":1,}",
            b"01",
            b"NaN",
            b"\"a\nb\"",
            b"\"\xff\"",
            b"\xef\xbb\xbf{}",
            br#""\ud800""#,
            br#""\ud800\u0041""#,
            br#""\udc00\ud800""#,
            br#"{"a":"\\\ud800"}"#,
        ];
        for case in cases {
            assert!(!is_document(case), "{}", case.escape_ascii());
        }
    }

    #[test]
    fn a_document_nests_a_hundred_deep_and_no_deeper() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(is_document(nested(100)));
        assert!(!is_document(nested(101)));
        assert!(!is_document(nested(100_000)));
        assert!(is_document(format!("[{}]", vec!["[]"; 500].join(","))));
        assert!(is_document(format!(r#"["\"{}"]"#, "[".repeat(500))));
    }

    proptest! {
        /// Whatever stands in a line can be read by a strict reader, floats out of range aside.
        #[test]
        fn a_document_is_read_by_a_strict_reader(
            tokens in prop::collection::vec(prop::sample::select(&TOKENS[..]), 0..10)
        ) {
            if let Some(text) = as_document(tokens.concat().as_bytes()) {
                let read = serde_json::from_str::<serde_json::Value>(text);
                prop_assert!(read.is_ok(), "{read:?}");
            }
        }
    }

    const TOKENS: [&str; 16] = [
        "[", "]", "{", "}", ",", ":", "\"", "\\", r"\ud83d", r"\udc00", r"\u0041", "a", "1", "-",
        " ", "\n",
    ];
}
