//! What `DynamoDB` answers, read from its JSON.
//!
//! ```text
//!   BatchGetItem            {"Responses": {table: [item, …]}, "UnprocessedKeys": {table: {"Keys": [key, …]}}}
//!   BatchExecuteStatement   {"Responses": [{"Error": {"Code": …, "Message": …, "Item": item}}, …]}
//!   BatchWriteItem          {"UnprocessedItems": {table: [{"PutRequest": {"Item": item}}, …]}}
//! ```

use std::borrow::Cow;

use millrace_shared::delivery::RequestError;
use millrace_shared::json::{Cursor, SyntaxError, TextValue};

use super::attribute::Attributes;
use super::tape::Tape;

/// Why one statement failed.
#[derive(Debug, Default)]
pub(super) struct StatementError<'a> {
    pub(super) code: Cow<'a, str>,
    /// It can quote the statement's parameters.
    pub(super) message: Cow<'a, str>,
    /// The item as it stands, where its condition failed.
    pub(super) item: Option<TextValue<'a>>,
}

/// Reads an answer; one that is no JSON may come whole the next time.
pub(super) fn read<'a, T>(
    answer: &'a [u8],
    read: impl FnOnce(&mut Cursor<'a, str>) -> Result<T, SyntaxError>,
) -> Result<T, RequestError> {
    let unreadable =
        |why: &str| RequestError::Again(format!("an answer of DynamoDB cannot be read: {why}"));
    let text = str::from_utf8(answer).map_err(|_| unreadable("it is not UTF-8"))?;
    read(&mut Cursor::new(text)).map_err(|error| unreadable(&error.to_string()))
}

/// Hands out the items of a `BatchGetItem` and the keys that it left unprocessed.
pub(super) fn batch_get_item(
    cursor: &mut Cursor<'_, str>,
    mut item: impl FnMut(&Attributes<'_>),
    mut unprocessed: impl FnMut(&Attributes<'_>),
) -> Result<(), SyntaxError> {
    let mut tape = Tape::default();
    each_member(cursor, |name, cursor| match name {
        b"Responses" => each_member(cursor, |_, cursor| {
            each_item(cursor, |cursor| {
                item(&tape.read(cursor)?);
                Ok(())
            })
        }),
        b"UnprocessedKeys" => each_member(cursor, |_, cursor| {
            each_member(cursor, |name, cursor| match name {
                b"Keys" => each_item(cursor, |cursor| {
                    unprocessed(&tape.read(cursor)?);
                    Ok(())
                }),
                _ => cursor.skip_value(),
            })
        }),
        _ => cursor.skip_value(),
    })
}

/// The error of each statement that failed, in order.
pub(super) fn batch_execute_statement<'a>(
    cursor: &mut Cursor<'a, str>,
) -> Result<Vec<Option<StatementError<'a>>>, SyntaxError> {
    let mut errors = Vec::new();
    each_member(cursor, |name, cursor| match name {
        b"Responses" => each_item(cursor, |cursor| {
            let mut error = None;
            each_member(cursor, |name, cursor| match name {
                b"Error" if cursor.peek("an error")? == b'{' => {
                    error = Some(statement_error(cursor)?);
                    Ok(())
                }
                _ => cursor.skip_value(),
            })?;
            errors.push(error);
            Ok(())
        }),
        _ => cursor.skip_value(),
    })?;
    Ok(errors)
}

fn statement_error<'a>(cursor: &mut Cursor<'a, str>) -> Result<StatementError<'a>, SyntaxError> {
    let mut error = StatementError::default();
    each_member(cursor, |name, cursor| {
        let value = cursor.value()?;
        match name {
            b"Code" => error.code = value.string().unwrap_or_default(),
            b"Message" => error.message = value.string().unwrap_or_default(),
            b"Item" => error.item = Some(value),
            _ => {}
        }
        Ok(())
    })?;
    Ok(error)
}

/// Hands out the items that a `BatchWriteItem` left unprocessed, each with the name of its table.
pub(super) fn batch_write_item(
    cursor: &mut Cursor<'_, str>,
    mut unprocessed: impl FnMut(&[u8], &Attributes<'_>),
) -> Result<(), SyntaxError> {
    let mut tape = Tape::default();
    each_member(cursor, |name, cursor| match name {
        b"UnprocessedItems" => each_member(cursor, |table, cursor| {
            each_item(cursor, |cursor| {
                // {"PutRequest": {"Item": …}}
                each_member(cursor, |_, cursor| {
                    each_member(cursor, |_, cursor| {
                        unprocessed(table, &tape.read(cursor)?);
                        Ok(())
                    })
                })
            })
        }),
        _ => cursor.skip_value(),
    })
}

/// The members of the object that comes next; none of what is no object (null, say).
fn each_member<'a>(
    cursor: &mut Cursor<'a, str>,
    mut member: impl FnMut(&[u8], &mut Cursor<'a, str>) -> Result<(), SyntaxError>,
) -> Result<(), SyntaxError> {
    if cursor.peek("an object")? != b'{' {
        return cursor.skip_value();
    }
    let mut more = cursor.enter_object()?;
    while more {
        let name = cursor.member_name()?;
        member(&name, cursor)?;
        more = cursor.more_members()?;
    }
    Ok(())
}

/// The items of the list that comes next; none of what is no list.
fn each_item<'a>(
    cursor: &mut Cursor<'a, str>,
    mut item: impl FnMut(&mut Cursor<'a, str>) -> Result<(), SyntaxError>,
) -> Result<(), SyntaxError> {
    if cursor.peek("a list")? != b'[' {
        return cursor.skip_value();
    }
    let mut more = cursor.enter_array()?;
    while more {
        item(cursor)?;
        more = cursor.more_items()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_and_unprocessed_keys_are_told_apart() {
        let answer = br#"{"ConsumedCapacity":[{"TableName":"t"}],"Responses":{"t":[
            {"entity":{"S":"user#1"},"version":{"N":"3"}},{"version":{"N":"4"},"entity":{"S":"user#2"}}]},
            "UnprocessedKeys":{"t":{"ConsistentRead":true,"Keys":[{"entity":{"S":"user#3"}}]}}}"#;
        let (mut found, mut left) = (Vec::new(), Vec::new());
        let name = |attributes: &Attributes<'_>| attributes.text("entity").unwrap().into_owned();
        read(answer, |cursor| {
            batch_get_item(
                cursor,
                |item| found.push((name(item), item.count("version").unwrap())),
                |key| left.push(name(key)),
            )
        })
        .unwrap();
        assert_eq!(found, [("user#1".to_owned(), 3), ("user#2".to_owned(), 4)]);
        assert_eq!(left, ["user#3"]);
    }

    #[test]
    fn every_statement_has_its_error_or_none() {
        let answer = br#"{"Responses":[{"TableName":"t"},
            {"Error":{"Code":"ConditionalCheckFailed","Message":"no","Item":{"version":{"N":"9"}}},"TableName":"t"},
            {"Error":{"Code":"DuplicateItem"}},{"Error":null},{}]}"#;
        let errors = read(answer, batch_execute_statement).unwrap();
        let codes: Vec<Option<&str>> =
            errors.iter().map(|error| error.as_ref().map(|error| &*error.code)).collect();
        assert_eq!(
            codes,
            [None, Some("ConditionalCheckFailed"), Some("DuplicateItem"), None, None]
        );
        let stands = errors[1].as_ref().unwrap().item.unwrap();
        assert_eq!(stands.text(), r#"{"version":{"N":"9"}}"#);
    }

    #[test]
    fn what_is_no_answer_is_asked_for_again() {
        for answer in
            [&b""[..], b"<html>", b"{\"Responses\":[", b"{\"Responses\":[{\"a\":\"\xff\"}]}"]
        {
            let error = read(answer, batch_execute_statement).unwrap_err();
            assert!(matches!(error, RequestError::Again(_)), "{error}");
        }
    }
}
