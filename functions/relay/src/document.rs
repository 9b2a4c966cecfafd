//! Whether a record's value may stand in a line as it is.

/// The deepest nesting that stands in a line as it is. Readers of JSON give up at some depth
/// (`serde_json` at 128), and one line that they refuse costs the whole file.
pub const MAX_DEPTH: u32 = 100;

/// The value's text if it is exactly one JSON document that every reader takes.
///
/// | the value | a document? |
/// |---|---|
/// | one JSON value, white space around it or not | yes |
/// | a number of any length and exponent | yes: nothing here turns it into a float |
/// | text that is no JSON, two documents, nothing at all | no |
/// | bytes that are not UTF-8, a byte order mark | no |
/// | half a surrogate pair (`"\ud800"`), nesting deeper than [`MAX_DEPTH`] | no |
///
/// One pass of our own, since it is most of what a line costs: a general parser takes three times
/// as long, and what it lets through would have to be looked at again.
pub fn as_document(value: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(value).ok()?;
    Scanner { bytes: value, place: 0 }.document()?;
    Some(text)
}

/// Which brackets are open: one bit each, the innermost lowest, set for a brace.
#[derive(Default)]
struct Open {
    bits: u128,
    depth: u32,
}

impl Open {
    fn push(&mut self, is_brace: bool) -> Option<()> {
        self.bits = self.bits << 1 | u128::from(is_brace);
        self.depth += 1;
        (self.depth <= MAX_DEPTH).then_some(())
    }

    fn pop(&mut self) {
        self.bits >>= 1;
        self.depth -= 1;
    }

    fn is_in_brace(&self) -> bool {
        self.bits & 1 == 1
    }
}

/// Walks through a text. What returns `None` has found something that is not JSON.
struct Scanner<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl Scanner<'_> {
    fn document(mut self) -> Option<()> {
        let mut open = Open::default();
        loop {
            let is_opened = self.value(&mut open)?;
            if !is_opened && self.after_value(&mut open)? {
                return (self.place == self.bytes.len()).then_some(());
            }
        }
    }

    /// Steps over a value, or into an object or a list with something in it: then true.
    fn value(&mut self, open: &mut Open) -> Option<bool> {
        match self.token()? {
            b'"' => self.string()?,
            b'{' => {
                if self.peek() != Some(b'}') {
                    open.push(true)?;
                    self.name()?;
                    return Some(true);
                }
                (open.depth < MAX_DEPTH).then_some(())?;
                self.place += 1;
            }
            b'[' => {
                if self.peek() != Some(b']') {
                    open.push(false)?;
                    return Some(true);
                }
                (open.depth < MAX_DEPTH).then_some(())?;
                self.place += 1;
            }
            b'-' => {
                let digit = self.byte()?;
                self.number(digit)?;
            }
            b't' => self.literal(b"rue")?,
            b'f' => self.literal(b"alse")?,
            b'n' => self.literal(b"ull")?,
            digit => self.number(digit)?,
        }
        Some(false)
    }

    /// Steps over what closes, up to the next value. True if there is none.
    fn after_value(&mut self, open: &mut Open) -> Option<bool> {
        loop {
            if open.depth == 0 {
                self.skip_white_space();
                return Some(true);
            }
            match (self.token()?, open.is_in_brace()) {
                (b',', true) => {
                    self.name()?;
                    return Some(false);
                }
                (b',', false) => return Some(false),
                (b'}', true) | (b']', false) => open.pop(),
                _ => return None,
            }
        }
    }

    /// A member's name and its colon.
    fn name(&mut self) -> Option<()> {
        (self.token()? == b'"').then_some(())?;
        self.string()?;
        (self.token()? == b':').then_some(())
    }

    /// The rest of a string, from behind its opening quote.
    fn string(&mut self) -> Option<()> {
        loop {
            self.skip_plain();
            match self.byte()? {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                0..b' ' => return None,
                _ => {}
            }
        }
    }

    /// Steps over eight bytes at a time, as long as none of them ends the string, begins an escape
    /// or is a control character.
    fn skip_plain(&mut self) {
        const EACH: u64 = u64::MAX / 0xff;
        const HIGHEST: u64 = EACH << 7;
        // Not zero if one of the bytes is less than this one, which is at most 128.
        let less =
            |word: u64, byte: u8| word.wrapping_sub(EACH * u64::from(byte)) & !word & HIGHEST;
        let equal = |word: u64, byte: u8| less(word ^ (EACH * u64::from(byte)), 1);
        while let Some(chunk) = self.bytes.get(self.place..).and_then(<[u8]>::first_chunk) {
            let word = u64::from_le_bytes(*chunk);
            let found = equal(word, b'"') | equal(word, b'\\') | less(word, b' ');
            if found != 0 {
                // Above the lowest one found there may be bytes that only look so.
                self.place += found.trailing_zeros() as usize / 8;
                return;
            }
            self.place += chunk.len();
        }
    }

    /// What follows a backslash; with the first half of a surrogate pair, its second half.
    fn escape(&mut self) -> Option<()> {
        match self.byte()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => match self.unit()? {
                0xD800..=0xDBFF => {
                    self.literal(br"\u")?;
                    matches!(self.unit()?, 0xDC00..=0xDFFF).then_some(())
                }
                0xDC00..=0xDFFF => None,
                _ => Some(()),
            },
            _ => None,
        }
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit << 4 | char::from(self.byte()?).to_digit(16)?;
        }
        Some(unit)
    }

    /// The rest of a number from its first digit on, which has been taken.
    fn number(&mut self, first: u8) -> Option<()> {
        match first {
            b'0' => {}
            b'1'..=b'9' => self.skip_digits(),
            _ => return None,
        }
        if self.bytes.get(self.place) == Some(&b'.') {
            self.place += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.place) {
            self.place += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.place) {
                self.place += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    /// At least one digit.
    fn digits(&mut self) -> Option<()> {
        self.byte()?.is_ascii_digit().then_some(())?;
        self.skip_digits();
        Some(())
    }

    fn skip_digits(&mut self) {
        while self.bytes.get(self.place).is_some_and(u8::is_ascii_digit) {
            self.place += 1;
        }
    }

    fn literal(&mut self, rest: &[u8]) -> Option<()> {
        let is_there = self.bytes.get(self.place..)?.starts_with(rest);
        self.place += rest.len();
        is_there.then_some(())
    }

    /// Takes the next byte that is not white space.
    fn token(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.place += 1;
        Some(byte)
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        self.skip_white_space();
        self.bytes.get(self.place).copied()
    }

    fn skip_white_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.place) {
            self.place += 1;
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.place).copied()?;
        self.place += 1;
        Some(byte)
    }
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
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// `serde_json` refuses what we refuse, and takes what we take; only that it would make
        /// floats of numbers, of which none here is out of range.
        #[test]
        fn a_document_is_what_a_strict_reader_takes(
            tokens in prop::collection::vec(prop::sample::select(&TOKENS[..]), 0..14)
        ) {
            let text = tokens.concat();
            let theirs = serde_json::from_str::<serde_json::Value>(&text);
            prop_assert_eq!(is_document(&text), theirs.is_ok(), "{} {:?}", text, theirs);
        }

        #[test]
        fn a_number_is_what_the_grammar_says(text in "-?[0-9]{0,3}[-+.eE0-9]{0,6}") {
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text);
            prop_assert_eq!(is_document(&text), theirs.is_ok(), "{}", text);
        }

        #[test]
        fn a_string_ends_where_it_ends(text in "\"[a-zé\"\\\\\u{1}]{0,30}\"") {
            let theirs = serde_json::from_str::<String>(&text);
            prop_assert_eq!(is_document(&text), theirs.is_ok(), "{}", text);
        }

        /// Cut anywhere, or with a byte changed, a document is judged as `serde_json` judges it.
        #[test]
        fn a_damaged_document_is_found_out(at in 0..DOCUMENT.len(), byte in any::<u8>(), cuts: bool) {
            let mut value = DOCUMENT.as_bytes().to_vec();
            if cuts { value.truncate(at) } else { value[at] = byte }
            let theirs = serde_json::from_slice::<serde_json::Value>(&value);
            prop_assert_eq!(is_document(&value), theirs.is_ok(), "{}", value.escape_ascii());
        }
    }

    const DOCUMENT: &str = "{\"a\": [1, -2.5e3, true, false, null, {}, []], \
        \"longer than a word\": \"\\ud83d\\ude00 \\\"quoted\\\" é\",\n\"b\":{\"c\":[[0]]}} ";

    const TOKENS: [&str; 20] = [
        "[", "]", "{", "}", ",", ":", "\"", "\"a\":", "\\", r"\ud83d", r"\udc00", r"\u0041", "a",
        "1", "-", "true", "null", " ", "\n", "\u{1}",
    ];
}
