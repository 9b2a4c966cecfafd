//! A pull cursor over JSON.
//!
//! It walks a document once, checks its structure (braces, commas, colons, literals, the end) and
//! hands out every value as the slice it occupies. It neither unescapes strings nor reads numbers:
//! what a slice means is decided by whoever wants it, and so one absurd value (`1e400`, a lone
//! surrogate, invalid UTF-8) costs its field and not the document. A general JSON parser would have
//! to refuse the document at that point.

use std::borrow::Cow;

use super::error::SyntaxError;
use super::nesting::{Bracket, Nesting};
use super::scan::{number_end, plain_name_length, skipped_string_length, string_length};
use super::source::Source;
use super::value::{Kind, Value};

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
pub struct Cursor<'a, S: Source + ?Sized = [u8]> {
    source: &'a S,
    position: usize,
    deepest: usize,
}

impl<'a, S: Source + ?Sized> Cursor<'a, S> {
    /// A cursor in front of a text.
    pub fn new(source: &'a S) -> Self {
        Self { source, position: 0, deepest: 0 }
    }

    /// The next byte that is not white space, which is not consumed.
    #[inline]
    pub fn peek(&mut self, expected: &'static str) -> Result<u8, SyntaxError> {
        match self.source.bytes().get(self.position) {
            Some(&byte) if byte > b' ' => Ok(byte),
            _ => {
                self.position = white_space_end(self.source.bytes(), self.position);
                match self.source.bytes().get(self.position) {
                    Some(&byte) => Ok(byte),
                    None => Err(self.unexpected(expected)),
                }
            }
        }
    }

    /// Where the cursor stands: right after [`peek`](Self::peek), on the byte that it returned.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The text between an earlier position and the cursor.
    pub fn since(&self, start: usize) -> &'a S {
        self.source.part(start, self.position)
    }

    /// How many objects and arrays stand within each other in the deepest value that was taken whole: 0 for a number, 1
    /// for `[]`. Those that were entered do not count.
    pub fn deepest(&self) -> usize {
        self.deepest
    }

    /// Steps over this text if it comes next. It has to end where a value, a member's name or a bracket may begin.
    #[inline]
    pub fn step_over(&mut self, text: &[u8]) -> bool {
        let rest = self.source.bytes().get(self.position..).unwrap_or_default();
        let comes_next = rest.starts_with(text);
        self.position += if comes_next { text.len() } else { 0 };
        comes_next
    }

    /// Another cursor at the same place, to read a value there that may turn out not to be what it should.
    #[must_use]
    pub fn ahead(&self) -> Self {
        Self { source: self.source, position: self.position, deepest: 0 }
    }

    /// Goes on where a cursor [`ahead`](Self::ahead) has come to, which entered so many objects and arrays within each
    /// other.
    pub fn catch_up(&mut self, ahead: &Self, entered: usize) {
        self.position = ahead.position;
        self.deepest = self.deepest.max(ahead.deepest + entered);
    }

    /// Steps into an object. Returns whether it has a member.
    #[inline]
    pub fn enter_object(&mut self) -> Result<bool, SyntaxError> {
        self.expect(b'{', "an object")?;
        Ok(!self.consume(b'}', "a member or `}`")?)
    }

    /// Steps into an array. Returns whether it has an item.
    #[inline]
    pub fn enter_array(&mut self) -> Result<bool, SyntaxError> {
        self.expect(b'[', "an array")?;
        Ok(!self.consume(b']', "an item or `]`")?)
    }

    /// After a member: steps over the comma to the next one (`true`) or out of the object
    /// (`false`).
    #[inline]
    pub fn more_members(&mut self) -> Result<bool, SyntaxError> {
        self.comma_or(b'}', "`,` or `}`")
    }

    /// After an item: steps over the comma to the next one (`true`) or out of the array (`false`).
    #[inline]
    pub fn more_items(&mut self) -> Result<bool, SyntaxError> {
        self.comma_or(b']', "`,` or `]`")
    }

    /// A member's name and the colon behind it. Escapes in it are resolved, or left as they are if one is broken.
    #[inline]
    pub fn member_name(&mut self) -> Result<Cow<'a, [u8]>, SyntaxError> {
        match self.plain_name() {
            Some(name) => Ok(Cow::Borrowed(name)),
            None => self.any_name(),
        }
    }

    /// A short name without escapes, with the colon right behind it: nearly every name is one.
    #[inline]
    fn plain_name(&mut self) -> Option<&'a [u8]> {
        let [b'"', rest @ ..] = self.source.bytes().get(self.position..)? else { return None };
        let length = plain_name_length(rest)?;
        if rest.get(length + 1) != Some(&b':') {
            return None;
        }
        self.position += length + 3;
        rest.get(..length)
    }

    #[inline(never)]
    fn any_name(&mut self) -> Result<Cow<'a, [u8]>, SyntaxError> {
        if self.peek("a member name")? != b'"' {
            return Err(self.unexpected("a member name"));
        }
        let start = self.position;
        let kind = self.string()?;
        let name = Value::new(kind, self.source.bytes().part(start, self.position));
        self.expect(b':', "`:`")?;
        Ok(name.string_bytes().unwrap_or(Cow::Borrowed(name.between_quotes())))
    }

    /// The next value, whole.
    #[inline]
    pub fn value(&mut self) -> Result<Value<'a, S>, SyntaxError> {
        let first = self.peek("a value")?;
        let start = self.position;
        let kind = match first {
            b'-' | b'0'..=b'9' => {
                self.skip_number();
                Kind::Number
            }
            b'"' => self.string()?,
            b'{' => self.composite(Kind::Object)?,
            b'[' => self.composite(Kind::Array)?,
            _ => self.skip_literal()?,
        };
        Ok(Value::new(kind, self.since(start)))
    }

    /// Steps over the next value.
    #[inline]
    pub fn skip_value(&mut self) -> Result<(), SyntaxError> {
        match self.peek("a value")? {
            b'"' => self.skip_string(),
            b'{' | b'[' => self.skip_composite(),
            b'-' | b'0'..=b'9' => {
                self.skip_number();
                Ok(())
            }
            _ => self.skip_literal().map(drop),
        }
    }

    /// Nothing but white space may follow.
    pub fn finish(&mut self) -> Result<(), SyntaxError> {
        match self.peek("the end") {
            Ok(_) => Err(self.unexpected("the end")),
            Err(_) => Ok(()),
        }
    }

    /// From the opening quote to the closing one. What is between them is not looked at, apart from whether there is a
    /// backslash.
    #[inline]
    fn string(&mut self) -> Result<Kind, SyntaxError> {
        let text = self.source.bytes();
        match string_length(text.get(self.position + 1..).unwrap_or_default()) {
            Some((length, escaped)) => {
                self.position += length + 2;
                Ok(Kind::String { escaped })
            }
            None => Err(unexpected(text, text.len(), "a closing quote")),
        }
    }

    #[inline]
    fn skip_string(&mut self) -> Result<(), SyntaxError> {
        let text = self.source.bytes();
        match skipped_string_length(text.get(self.position + 1..).unwrap_or_default()) {
            Some(length) => {
                self.position += length + 2;
                Ok(())
            }
            None => Err(unexpected(text, text.len(), "a closing quote")),
        }
    }

    /// The run of bytes that numbers are made of, which may still be no number.
    #[inline]
    fn skip_number(&mut self) {
        self.position = number_end(self.source.bytes(), self.position);
    }

    fn skip_literal(&mut self) -> Result<Kind, SyntaxError> {
        match self.peek("a value")? {
            b'n' => self.literal(Kind::Null, b"null", "`null`"),
            b't' => self.literal(Kind::Boolean, b"true", "`true`"),
            b'f' => self.literal(Kind::Boolean, b"false", "`false`"),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn literal(
        &mut self,
        kind: Kind,
        literal: &'static [u8],
        expected: &'static str,
    ) -> Result<Kind, SyntaxError> {
        for &byte in literal {
            if self.source.bytes().get(self.position) != Some(&byte) {
                return Err(self.unexpected(expected));
            }
            self.position += 1;
        }
        Ok(kind)
    }

    fn composite(&mut self, kind: Kind) -> Result<Kind, SyntaxError> {
        self.skip_composite()?;
        Ok(kind)
    }

    /// A whole object or array, whose bracket is under the cursor. It does not recurse: what is open is remembered in
    /// one bit a level, so that a million opening brackets take 125 KB and no stack.
    fn skip_composite(&mut self) -> Result<(), SyntaxError> {
        let mut open = Nesting::default();
        loop {
            let has_more = match self.peek("a value")? {
                b'"' => {
                    self.skip_string()?;
                    self.more_in(&open)?
                }
                b'{' => {
                    open.push(Bracket::Brace);
                    self.deepest = self.deepest.max(open.depth());
                    self.enter_object()?
                }
                b'[' => {
                    open.push(Bracket::Square);
                    self.deepest = self.deepest.max(open.depth());
                    self.enter_array()?
                }
                b'-' | b'0'..=b'9' => {
                    self.skip_number();
                    self.more_in(&open)?
                }
                _ => {
                    self.skip_literal()?;
                    self.more_in(&open)?
                }
            };
            if !has_more && !self.leave(&mut open)? {
                return Ok(());
            }
            if open.innermost() == Some(Bracket::Brace) {
                self.skip_member_name()?;
            }
        }
    }

    /// After the last value of the innermost bracket: closes it, and all those around it that end there. `false` when
    /// the outermost has closed.
    #[inline]
    fn leave(&mut self, open: &mut Nesting) -> Result<bool, SyntaxError> {
        loop {
            open.pop();
            if open.depth() == 0 {
                return Ok(false);
            }
            if self.more_in(open)? {
                return Ok(true);
            }
        }
    }

    /// After a value in the innermost bracket: steps over the comma or the closing bracket.
    #[inline]
    fn more_in(&mut self, open: &Nesting) -> Result<bool, SyntaxError> {
        match open.innermost() {
            Some(Bracket::Brace) => self.more_members(),
            Some(Bracket::Square) | None => self.more_items(),
        }
    }

    #[inline]
    fn skip_member_name(&mut self) -> Result<(), SyntaxError> {
        if self.plain_name().is_some() {
            return Ok(());
        }
        self.skip_any_name()
    }

    #[inline(never)]
    fn skip_any_name(&mut self) -> Result<(), SyntaxError> {
        if self.peek("a member name")? != b'"' {
            return Err(self.unexpected("a member name"));
        }
        self.skip_string()?;
        self.expect(b':', "`:`")
    }

    #[inline]
    fn comma_or(&mut self, closing: u8, expected: &'static str) -> Result<bool, SyntaxError> {
        let byte = self.peek(expected)?;
        if byte != b',' && byte != closing {
            return Err(self.unexpected(expected));
        }
        self.position += 1;
        Ok(byte == b',')
    }

    #[inline]
    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), SyntaxError> {
        if self.consume(byte, expected)? { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    #[inline]
    fn consume(&mut self, byte: u8, expected: &'static str) -> Result<bool, SyntaxError> {
        let is_next = self.peek(expected)? == byte;
        self.position += usize::from(is_next);
        Ok(is_next)
    }

    #[inline]
    fn unexpected(&self, expected: &'static str) -> SyntaxError {
        unexpected(self.source.bytes(), self.position, expected)
    }
}

#[cold]
fn white_space_end(text: &[u8], start: usize) -> usize {
    let is_white_space = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
    let rest = text.get(start..).unwrap_or_default();
    start + rest.iter().take_while(|byte| is_white_space(byte)).count()
}

#[cold]
fn unexpected(text: &[u8], position: usize, expected: &'static str) -> SyntaxError {
    if position < text.len() {
        SyntaxError::Unexpected { position, expected }
    } else {
        SyntaxError::Truncated { position: text.len(), expected }
    }
}
