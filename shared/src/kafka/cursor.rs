//! A pull cursor over JSON bytes.
//!
//! It walks a document once, checks its structure (braces, commas, colons, literals, the end) and
//! hands out every value as the slice it occupies. It neither unescapes strings nor reads numbers:
//! what a slice means is decided by whoever wants it, and so one absurd value (`1e400`, a lone
//! surrogate, invalid UTF-8) costs its field and not the document. A general JSON parser would have
//! to refuse the document at that point.

use memchr::memchr2;

use super::nesting::{Bracket, Nesting};
use super::value::{Kind, Value};

/// What is wrong with the structure of a JSON text, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    /// The byte at `position` (counted from 0) cannot stand there.
    #[error("expected {expected} at byte {position}")]
    Unexpected {
        /// Where.
        position: usize,
        /// What could have stood there.
        expected: &'static str,
    },
    /// The text ends before it is complete.
    #[error("the text ends at byte {position}, where {expected} was expected")]
    Truncated {
        /// The length of the text.
        position: usize,
        /// What should have followed.
        expected: &'static str,
    },
}

/// Reads one JSON text from the front to the end.
///
/// Objects and arrays that are of interest are entered, the others taken whole:
///
/// ```text
/// let mut more = cursor.enter_object()?;
/// while more {
///     let name = cursor.member_name()?;
///     let value = cursor.value()?;
///     more = cursor.more_members()?;
/// }
/// ```
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    text: &'a [u8],
    position: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, position: 0 }
    }

    /// The next byte that is not white space, which is not consumed.
    pub(super) fn peek(&mut self, expected: &'static str) -> Result<u8, SyntaxError> {
        loop {
            match self.text.get(self.position) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.position += 1,
                Some(&byte) => return Ok(byte),
                None => return Err(self.unexpected(expected)),
            }
        }
    }

    /// Where the cursor stands: right after [`peek`](Self::peek), on the byte that it returned.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// The text between an earlier position and the cursor.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        &self.text[start..self.position]
    }

    /// Steps into an object. Returns whether it has a member.
    pub(super) fn enter_object(&mut self) -> Result<bool, SyntaxError> {
        self.expect(b'{', "an object")?;
        Ok(!self.consume(b'}', "a member or `}`")?)
    }

    /// Steps into an array. Returns whether it has an item.
    pub(super) fn enter_array(&mut self) -> Result<bool, SyntaxError> {
        self.expect(b'[', "an array")?;
        Ok(!self.consume(b']', "an item or `]`")?)
    }

    /// After a member: steps over the comma to the next one (`true`) or out of the object
    /// (`false`).
    pub(super) fn more_members(&mut self) -> Result<bool, SyntaxError> {
        self.comma_or(b'}', "`,` or `}`")
    }

    /// After an item: steps over the comma to the next one (`true`) or out of the array (`false`).
    pub(super) fn more_items(&mut self) -> Result<bool, SyntaxError> {
        self.comma_or(b']', "`,` or `]`")
    }

    /// A member's name, and the colon behind it.
    #[inline]
    pub(super) fn member_name(&mut self) -> Result<Value<'a>, SyntaxError> {
        if self.peek("a member name")? != b'"' {
            return Err(self.unexpected("a member name"));
        }
        let name = self.string()?;
        self.expect(b':', "`:`")?;
        Ok(name)
    }

    /// The next value, whole.
    #[inline]
    pub(super) fn value(&mut self) -> Result<Value<'a>, SyntaxError> {
        match self.peek("a value")? {
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => Ok(self.number()),
            b'{' => self.composite(Kind::Object),
            b'[' => self.composite(Kind::Array),
            b'n' => self.literal(Kind::Null, b"null", "`null`"),
            b't' => self.literal(Kind::Boolean, b"true", "`true`"),
            b'f' => self.literal(Kind::Boolean, b"false", "`false`"),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// Nothing but white space may follow.
    pub(super) fn finish(mut self) -> Result<(), SyntaxError> {
        match self.peek("the end") {
            Ok(_) => Err(self.unexpected("the end")),
            Err(_) => Ok(()),
        }
    }

    /// From the opening quote to the closing one. What is between them is not looked at.
    #[inline]
    fn string(&mut self) -> Result<Value<'a>, SyntaxError> {
        let start = self.position;
        let mut escaped = false;
        self.position += 1;
        loop {
            let rest = self.text.get(self.position..).unwrap_or_default();
            let Some(found) = memchr2(b'"', b'\\', rest) else {
                self.position = self.text.len();
                return Err(self.unexpected("a closing quote"));
            };
            if rest[found] == b'"' {
                self.position += found + 1;
                return Ok(Value::new(Kind::String { escaped }, self.since(start)));
            }
            escaped = true;
            self.position += found + 2;
        }
    }

    /// The run of bytes that numbers are made of, which may still be no number.
    fn number(&mut self) -> Value<'a> {
        let start = self.position;
        while let Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E') =
            self.text.get(self.position)
        {
            self.position += 1;
        }
        Value::new(Kind::Number, self.since(start))
    }

    fn literal(
        &mut self,
        kind: Kind,
        literal: &'static [u8],
        expected: &'static str,
    ) -> Result<Value<'a>, SyntaxError> {
        let start = self.position;
        for &byte in literal {
            if self.text.get(self.position) != Some(&byte) {
                return Err(self.unexpected(expected));
            }
            self.position += 1;
        }
        Ok(Value::new(kind, self.since(start)))
    }

    /// A whole object or array. It does not recurse: what is open is remembered in one bit a level,
    /// so that a million opening brackets take 125 KB and no stack.
    fn composite(&mut self, kind: Kind) -> Result<Value<'a>, SyntaxError> {
        let start = self.position;
        let mut open = Nesting::default();
        loop {
            match self.peek("a value")? {
                b'{' => {
                    if self.enter_object()? {
                        self.member_name()?;
                        open.push(Bracket::Brace);
                        continue;
                    }
                }
                b'[' => {
                    if self.enter_array()? {
                        open.push(Bracket::Square);
                        continue;
                    }
                }
                _ => {
                    self.value()?;
                }
            }
            if !self.next_in(&mut open)? {
                return Ok(Value::new(kind, self.since(start)));
            }
        }
    }

    /// After a value: steps to the next one within the open brackets, closing those that end here.
    /// `false` when the outermost has closed.
    fn next_in(&mut self, open: &mut Nesting) -> Result<bool, SyntaxError> {
        while let Some(innermost) = open.innermost() {
            match innermost {
                Bracket::Brace => {
                    if self.more_members()? {
                        self.member_name()?;
                        return Ok(true);
                    }
                }
                Bracket::Square => {
                    if self.more_items()? {
                        return Ok(true);
                    }
                }
            }
            open.pop();
        }
        Ok(false)
    }

    fn comma_or(&mut self, closing: u8, expected: &'static str) -> Result<bool, SyntaxError> {
        let byte = self.peek(expected)?;
        if byte != b',' && byte != closing {
            return Err(self.unexpected(expected));
        }
        self.position += 1;
        Ok(byte == b',')
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), SyntaxError> {
        if self.consume(byte, expected)? { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn consume(&mut self, byte: u8, expected: &'static str) -> Result<bool, SyntaxError> {
        let is_next = self.peek(expected)? == byte;
        self.position += usize::from(is_next);
        Ok(is_next)
    }

    #[cold]
    fn unexpected(&self, expected: &'static str) -> SyntaxError {
        if self.position < self.text.len() {
            SyntaxError::Unexpected { position: self.position, expected }
        } else {
            SyntaxError::Truncated { position: self.text.len(), expected }
        }
    }
}
