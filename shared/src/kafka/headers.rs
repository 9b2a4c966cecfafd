//! Record headers, read when somebody asks for them.

use std::borrow::Cow;
use std::fmt;

use crate::json::{Cursor, Kind, SyntaxError, Value, lossy};

/// One header. Names may occur more than once.
#[derive(Clone, PartialEq, Eq)]
pub struct Header<'b> {
    /// Its name.
    pub name: Cow<'b, str>,
    /// Its bytes, which need not be text; None for a null value.
    pub value: Option<Vec<u8>>,
}

/// A header that is not of the shape that Lambda documents. The others of the record can still be
/// read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// `headers` is no list.
    #[error("`headers` is {found}; expected a list of objects")]
    NotAList {
        /// What it is, with its article.
        found: &'static str,
    },
    /// An item of the list is no object.
    #[error("an item of `headers` is {found}; expected an object of name to bytes")]
    NotAnObject {
        /// What it is, with its article.
        found: &'static str,
    },
    /// The value is neither null nor a list of whole numbers from -128 to 255.
    #[error("the value of a header is neither null nor a list of bytes (-128 to 255)")]
    WrongValue,
    /// The text is not JSON. Never for the headers of a batch, which was read as JSON once before.
    #[error("`headers` is not JSON: {0}")]
    Syntax(#[from] SyntaxError),
}

/// The headers of a record, in its order.
#[derive(Debug, Clone)]
pub struct Headers<'b> {
    items: std::vec::IntoIter<Result<Header<'b>, HeaderError>>,
}

impl<'b> Headers<'b> {
    /// Reads `headers` as they stand in an event: a list of objects of name to bytes, signed (as
    /// Lambda writes them) or not. An empty text and null mean that there are none.
    pub fn read(json: &'b [u8]) -> Self {
        let mut items = Vec::new();
        if !json.is_empty()
            && let Err(error) = read_list(json, &mut items)
        {
            items.push(Err(error));
        }
        Self { items: items.into_iter() }
    }
}

impl<'b> Iterator for Headers<'b> {
    type Item = Result<Header<'b>, HeaderError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.items.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

impl ExactSizeIterator for Headers<'_> {}

fn read_list<'b>(
    json: &'b [u8],
    items: &mut Vec<Result<Header<'b>, HeaderError>>,
) -> Result<(), HeaderError> {
    let mut cursor = Cursor::new(json);
    if cursor.peek("a list")? != b'[' {
        let value = cursor.value()?;
        cursor.finish()?;
        if value.is_null() {
            return Ok(());
        }
        return Err(HeaderError::NotAList { found: value.kind().name() });
    }
    let mut more = cursor.enter_array()?;
    while more {
        read_object(&mut cursor, items)?;
        more = cursor.more_items()?;
    }
    Ok(cursor.finish()?)
}

fn read_object<'b>(
    cursor: &mut Cursor<'b>,
    items: &mut Vec<Result<Header<'b>, HeaderError>>,
) -> Result<(), SyntaxError> {
    if cursor.peek("an object")? != b'{' {
        let found = cursor.value()?.kind().name();
        items.push(Err(HeaderError::NotAnObject { found }));
        return Ok(());
    }
    let mut more = cursor.enter_object()?;
    while more {
        let name = lossy(cursor.member_name()?);
        let value = cursor.value()?;
        items.push(read_bytes(value).map(|value| Header { name, value }));
        more = cursor.more_members()?;
    }
    Ok(())
}

fn read_bytes(value: Value<'_>) -> Result<Option<Vec<u8>>, HeaderError> {
    match value.kind() {
        Kind::Null => return Ok(None),
        Kind::Array => {}
        _ => return Err(HeaderError::WrongValue),
    }
    let mut bytes = Vec::new();
    let mut cursor = Cursor::new(value.text());
    let mut more = cursor.enter_array()?;
    while more {
        let number = cursor.value()?.integer();
        bytes.push(number.and_then(byte_of).ok_or(HeaderError::WrongValue)?);
        more = cursor.more_items()?;
    }
    Ok(Some(bytes))
}

/// Java's bytes are signed, so that Lambda writes 200 as -56; others write 200.
fn byte_of(number: i64) -> Option<u8> {
    match i8::try_from(number) {
        Ok(signed) => Some(signed.cast_unsigned()),
        Err(_) => u8::try_from(number).ok(),
    }
}

/// The name and the length: what a header says stays out of logs.
impl fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header")
            .field("name", &self.name)
            .field("length", &self.value.as_ref().map(Vec::len))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = Result<(String, Option<Vec<u8>>), HeaderError>;

    fn read(json: &str) -> Vec<Read> {
        Headers::read(json.as_bytes())
            .map(|header| header.map(|header| (header.name.into_owned(), header.value)))
            .collect()
    }

    fn with_value(name: &str, value: &[u8]) -> (String, Option<Vec<u8>>) {
        (name.to_owned(), Some(value.to_vec()))
    }

    #[test]
    fn signed_and_unsigned_bytes_mean_the_same() {
        // "0", "0", then 0xC3 0xAB (é's neighbour ë in UTF-8), as Java and as others write them.
        let expected = vec![Ok(with_value("traceparent", b"00\xc3\xab"))];
        assert_eq!(read(r#"[{"traceparent":[48,48,-61,-85]}]"#), expected);
        assert_eq!(read(r#"[ { "traceparent" : [ 48 , 48 , 195 , 171 ] } ]"#), expected);
        assert_eq!(
            read(r#"[{"edges":[-128,127,128,255,0]}]"#),
            [Ok(with_value("edges", &[128, 127, 128, 255, 0]))]
        );
    }

    #[test]
    fn there_may_be_none() {
        for json in ["", "null", "[]", "[{}]", " [ ] "] {
            assert_eq!(read(json), [], "{json:?}");
        }
    }

    #[test]
    fn a_value_may_be_null_or_empty() {
        assert_eq!(
            read(r#"[{"a":null},{"b":[]}]"#),
            [Ok(("a".to_owned(), None)), Ok(with_value("b", b""))]
        );
    }

    #[test]
    fn names_may_occur_twice_and_hold_escapes() {
        assert_eq!(
            read(r#"[{"a":[1]},{"a":[2]},{"a":[3],"a":[4]},{"\u0061\"":[5]}]"#),
            [
                Ok(with_value("a", &[1])),
                Ok(with_value("a", &[2])),
                Ok(with_value("a", &[3])),
                Ok(with_value("a", &[4])),
                Ok(with_value("a\"", &[5])),
            ]
        );
    }

    #[test]
    fn a_malformed_header_leaves_the_others_readable() {
        let wrong = || Err(HeaderError::WrongValue);
        assert_eq!(
            read(
                r#"[{"a":[256]},{"b":[-129]},{"c":[1.5]},{"d":"eA=="},{"e":[1e400]},{"f":[[1]]},
                    7,{"g":[7]}]"#
            ),
            [
                wrong(),
                wrong(),
                wrong(),
                wrong(),
                wrong(),
                wrong(),
                Err(HeaderError::NotAnObject { found: "a number" }),
                Ok(with_value("g", &[7])),
            ]
        );
    }

    #[test]
    fn what_is_no_list_is_one_error() {
        assert_eq!(read(r#"{"a":[1]}"#), [Err(HeaderError::NotAList { found: "an object" })]);
        assert!(matches!(read("[{\"a\":[1]}")[..], [Ok(_), Err(HeaderError::Syntax(_))]));
    }

    #[test]
    fn its_debug_form_holds_no_payload() {
        let header = Headers::read(br#"[{"a":[115,101]}]"#).next().unwrap().unwrap();
        assert_eq!(format!("{header:?}"), "Header { name: \"a\", length: Some(2) }");
    }
}
