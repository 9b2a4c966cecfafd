//! Attribute values as they are written: JSON with the type as the name, `{"N":"7"}`.

use std::borrow::Cow;
use std::fmt::Write;

use base64_simd::STANDARD as BASE64;
use millrace_shared::amount::Amount;
use millrace_shared::time::EventTime;

use super::number::{self, Written};

/// An attribute value. It borrows what it can from the state or the alert that it tells of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    True,
    Text(Cow<'a, str>),
    Time(EventTime),
    Count(u64),
    Whole(i64),
    Float(f64),
    Single(f32),
    Amount(Amount),
    Bytes(Vec<u8>),
    List(Vec<Value<'a>>),
    Map(Vec<Member<'a>>),
}

/// A named value: an attribute of an item, or a member of a map.
pub(super) type Member<'a> = (&'a str, Value<'a>);

pub(super) fn text<'a>(text: impl Into<Cow<'a, str>>) -> Value<'a> {
    Value::Text(text.into())
}

pub(super) fn texts(texts: &[String]) -> Value<'_> {
    list(texts, text)
}

/// RFC 3339 in UTC with milliseconds, which sorts as the time does.
pub(super) const fn time(time: EventTime) -> Value<'static> {
    Value::Time(time)
}

pub(super) const fn bytes(bytes: Vec<u8>) -> Value<'static> {
    Value::Bytes(bytes)
}

pub(super) const fn count(count: u64) -> Value<'static> {
    Value::Count(count)
}

pub(super) const fn whole(number: i64) -> Value<'static> {
    Value::Whole(number)
}

pub(super) const fn float(number: f64) -> Value<'static> {
    Value::Float(number)
}

pub(super) const fn single(number: f32) -> Value<'static> {
    Value::Single(number)
}

pub(super) const fn amount(amount: Amount) -> Value<'static> {
    Value::Amount(amount)
}

pub(super) fn list<'a, T>(items: &'a [T], write: impl Fn(&'a T) -> Value<'a>) -> Value<'a> {
    Value::List(items.iter().map(write).collect())
}

pub(super) fn map<const N: usize>(members: [Member<'_>; N]) -> Value<'_> {
    Value::Map(members.into())
}

impl Value<'_> {
    /// Appends its JSON.
    pub(super) fn write(&self, json: &mut String) {
        match self {
            Self::Null => json.push_str(r#"{"NULL":true}"#),
            Self::True => json.push_str(r#"{"BOOL":true}"#),
            Self::Text(text) => {
                json.push_str(r#"{"S":"#);
                write_string(json, text);
                json.push('}');
            }
            Self::Time(time) => {
                json.push_str(TEXT);
                // Writing to a string cannot fail.
                let _ = write!(json, "{time}");
                json.push_str(END);
            }
            Self::Count(count) => write_plain(json, NUMBER, itoa::Buffer::new().format(*count)),
            Self::Whole(number) => write_plain(json, NUMBER, itoa::Buffer::new().format(*number)),
            Self::Float(number) => write_number(json, &number::float(*number)),
            Self::Single(number) => write_number(json, &number::single(*number)),
            Self::Amount(amount) => write_number(json, &number::amount(*amount)),
            Self::Bytes(bytes) => {
                json.push_str(r#"{"B":""#);
                BASE64.encode_append(bytes, json);
                json.push_str(r#""}"#);
            }
            Self::List(values) => {
                json.push_str(r#"{"L":["#);
                write_all(json, values, |json, value| value.write(json));
                json.push_str("]}");
            }
            Self::Map(members) => {
                json.push_str(r#"{"M":"#);
                write_members(json, members);
                json.push('}');
            }
        }
    }
}

/// Appends an object of these members: an item, or what a map holds.
pub(super) fn write_members(json: &mut String, members: &[Member<'_>]) {
    json.push('{');
    write_all(json, members, |json, (name, value)| {
        write_string(json, name);
        json.push(':');
        value.write(json);
    });
    json.push('}');
}

/// Appends items with commas between them.
pub(super) fn write_all<T>(
    json: &mut String,
    items: impl IntoIterator<Item = T>,
    write: impl Fn(&mut String, T),
) {
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            json.push(',');
        }
        write(json, item);
    }
}

/// Appends a string, quoted.
pub(super) fn write_string(json: &mut String, text: &str) {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        json.push('"');
        json.push_str(text);
        json.push('"');
        return;
    }
    let Ok(escaped) = serde_json::to_string(text) else {
        unreachable!("every text is a JSON string")
    };
    json.push_str(&escaped);
}

fn write_number(json: &mut String, number: &Written) {
    match number {
        Written::Number(digits) => write_plain(json, NUMBER, digits),
        Written::Text(digits) => write_plain(json, TEXT, digits),
    }
}

/// What comes before the digits of a number.
const NUMBER: &str = r#"{"N":""#;
/// What comes before a text that needs no escapes.
const TEXT: &str = r#"{"S":""#;
/// What comes after either.
const END: &str = r#""}"#;

/// Appends what needs no escapes. Not with `write!`, which takes five times as many instructions, and a
/// state has a dozen of these.
fn write_plain(json: &mut String, before: &str, value: &str) {
    json.push_str(before);
    json.push_str(value);
    json.push_str(END);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &Value<'_>) -> String {
        let mut json = String::new();
        value.write(&mut json);
        json
    }

    #[test]
    fn every_type_is_written_as_dynamodb_reads_it() {
        let kinds = ["a".to_owned(), "b".to_owned()];
        let total = map([("count", count(u64::MAX)), ("total", amount(Amount::from_units(3)))]);
        for (value, expected) in [
            (Value::Null, r#"{"NULL":true}"#),
            (text("42"), r#"{"S":"42"}"#),
            (
                time(EventTime::from_millis(1_767_600_000_120)),
                r#"{"S":"2026-01-05T08:00:00.120Z"}"#,
            ),
            (count(0), r#"{"N":"0"}"#),
            (whole(-7), r#"{"N":"-7"}"#),
            (float(-20.1), r#"{"N":"-20.1"}"#),
            (float(f64::INFINITY), r#"{"S":"inf"}"#),
            (single(0.1), r#"{"N":"0.1"}"#),
            (bytes(vec![0, 255]), r#"{"B":"AP8="}"#),
            (bytes(Vec::new()), r#"{"B":""}"#),
            (texts(&kinds), r#"{"L":[{"S":"a"},{"S":"b"}]}"#),
            (texts(&[]), r#"{"L":[]}"#),
            (total, r#"{"M":{"count":{"N":"18446744073709551615"},"total":{"N":"3"}}}"#),
        ] {
            assert_eq!(written(&value), expected);
        }
    }

    #[test]
    fn whatever_a_text_or_a_name_holds_is_escaped() {
        for awkward in ["", "\"", "\\", "a\nb", "\u{0}", "\u{1f}x", "ü😀\u{7f}\u{2028}", "</"] {
            let json = written(&map([(awkward, text(awkward))]));
            let read: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(read["M"][awkward]["S"], awkward, "{json}");
        }
    }
}
