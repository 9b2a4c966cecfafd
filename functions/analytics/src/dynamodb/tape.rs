//! What an item holds, read from its JSON in one pass.

use std::borrow::Cow;

use millrace_shared::json::{Cursor, SyntaxError, TextValue};

use super::attribute::Attributes;

/// How deep lists and maps stand within each other in an item at most, says `DynamoDB`.
const LEVELS: usize = 32;

/// The values of an item, each followed by those that stand within it, so that no level is read twice:
///
/// ```text
///   {"session":{"M":{"number":{"N":"1"},"kinds":{"L":[{"S":"login"}]}}},"late":{"N":"0"}}
///
///   session map, 3 within │ number 1 │ kinds list, 1 within │ login │ late 0
/// ```
#[derive(Debug, Default)]
pub(super) struct Tape<'a>(Vec<Entry<'a>>);

/// A value, and its name unless it stands in a list.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) name: Cow<'a, [u8]>,
    pub(super) value: Value<'a>,
    /// How many of the entries that follow stand within it.
    pub(super) within: usize,
}

/// A value by its type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    Text(TextValue<'a>),
    Number(TextValue<'a>),
    Binary(TextValue<'a>),
    Null,
    List,
    Map,
    /// Of another type, or no attribute value at all.
    Other,
}

impl<'a> Tape<'a> {
    /// Reads the item that comes next, in place of what was read before.
    pub(super) fn read(
        &mut self,
        cursor: &mut Cursor<'a, str>,
    ) -> Result<Attributes<'_>, SyntaxError> {
        self.0.clear();
        self.members(cursor, LEVELS)?;
        Ok(Attributes::new(&self.0))
    }

    fn members(&mut self, cursor: &mut Cursor<'a, str>, levels: usize) -> Result<(), SyntaxError> {
        let mut more = cursor.enter_object()?;
        while more {
            let name = cursor.member_name()?;
            self.value(name, cursor, levels)?;
            more = cursor.more_members()?;
        }
        Ok(())
    }

    fn items(&mut self, cursor: &mut Cursor<'a, str>, levels: usize) -> Result<(), SyntaxError> {
        let mut more = cursor.enter_array()?;
        while more {
            self.value(Cow::Borrowed(&[]), cursor, levels)?;
            more = cursor.more_items()?;
        }
        Ok(())
    }

    /// A type and what is of it: `{"N":"7"}`. Of several types the last one counts.
    fn value(
        &mut self,
        name: Cow<'a, [u8]>,
        cursor: &mut Cursor<'a, str>,
        levels: usize,
    ) -> Result<(), SyntaxError> {
        if let Some(value) = usual(cursor) {
            self.0.push(Entry { name, value, within: 0 });
            return Ok(());
        }
        let place = self.0.len();
        self.0.push(Entry { name, value: Value::Other, within: 0 });
        if cursor.peek("a value")? != b'{' {
            return cursor.skip_value();
        }
        let mut more = cursor.enter_object()?;
        while more {
            self.0.truncate(place + 1);
            let kind = cursor.member_name()?;
            let first = cursor.peek("a value")?;
            let value = match (&*kind, first, levels.checked_sub(1)) {
                (b"S", _, _) => Value::Text(cursor.value()?),
                (b"N", _, _) => Value::Number(cursor.value()?),
                (b"B", _, _) => Value::Binary(cursor.value()?),
                (b"L", b'[', Some(levels)) => {
                    self.items(cursor, levels)?;
                    Value::List
                }
                (b"M", b'{', Some(levels)) => {
                    self.members(cursor, levels)?;
                    Value::Map
                }
                (kind, _, _) => {
                    cursor.skip_value()?;
                    if kind == b"NULL" { Value::Null } else { Value::Other }
                }
            };
            self.0[place].value = value;
            self.0[place].within = self.0.len() - place - 1;
            more = cursor.more_members()?;
        }
        Ok(())
    }
}

/// A text, a number or a binary as `DynamoDB` writes it, `{"N":"7"}` without white space, which nearly every value is.
#[inline]
fn usual<'a>(cursor: &mut Cursor<'a, str>) -> Option<Value<'a>> {
    let mut ahead = cursor.ahead();
    let of_type = if ahead.step_over(br#"{"N":"#) {
        Value::Number
    } else if ahead.step_over(br#"{"S":"#) {
        Value::Text
    } else if ahead.step_over(br#"{"B":"#) {
        Value::Binary
    } else {
        return None;
    };
    let value = of_type(ahead.value().ok()?);
    if !ahead.step_over(b"}") {
        return None;
    }
    cursor.catch_up(&ahead, 1);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of the attribute `a`.
    fn texts_of_a(json: &str) -> Option<Vec<String>> {
        let mut tape = Tape::default();
        let attributes = tape.read(&mut Cursor::new(json)).unwrap();
        attributes.texts("a").ok()
    }

    #[test]
    fn of_several_types_of_one_value_the_last_counts() {
        for json in [
            r#"{"a":{"M":{"a":{"S":"1"},"b":{"S":"1"}},"L":[{"S":"2"}]}}"#,
            r#"{"a":{"L":[{"S":"1"},{"S":"1"}],"L":[{"S":"2"}]},"b":{"S":"3"}}"#,
            r#"{"b":{"M":{"a":{"S":"1"}}},"a":{"L":[{"S":"1","S":"2"}]},"c":7}"#,
        ] {
            assert_eq!(texts_of_a(json), Some(vec!["2".to_owned()]), "{json}");
        }
        assert_eq!(texts_of_a(r#"{"a":{"L":[{"S":"2"}],"N":"1"}}"#), None);
    }

    #[test]
    fn what_is_no_attribute_value_is_stepped_over() {
        for odd in ["7", "null", "[]", "{}", r#"{"L":{}}"#, r#"{"M":[]}"#, r#"{"SS":["x"]}"#] {
            assert_eq!(texts_of_a(&format!(r#"{{"a":{odd}}}"#)), None, "{odd}");
            assert_eq!(texts_of_a(&format!(r#"{{"a":{{"L":[{odd}]}}}}"#)), None, "{odd}");
            let beside = format!(r#"{{"odd":{odd},"a":{{"L":[{{"S":"2"}}]}},"more":{odd}}}"#);
            assert_eq!(texts_of_a(&beside), Some(vec!["2".to_owned()]), "{odd}");
        }
    }

    #[test]
    fn however_deep_lists_and_maps_stand_within_each_other_no_stack_is_used_up() {
        for (opening, closing) in [(r#"{"L":["#, "]}"), (r#"{"M":{"a":"#, "}}")] {
            let deep = [opening.repeat(100_000), r#"{"S":"x"}"#.into(), closing.repeat(100_000)];
            let json = format!(r#"{{"deep":{},"a":{{"L":[{{"S":"2"}}]}}}}"#, deep.concat());
            assert_eq!(texts_of_a(&json), Some(vec!["2".to_owned()]));
        }
    }
}
