//! Attribute values as they are written: JSON with the type as the name, `{"N":"7"}`.
//!
//! Each is written straight into the text of the request, by the call that names its type:
//!
//! ```text
//!   attributes.named("session").map(|session| {             "session":{"M":{
//!       session.named("number").count(1);                      "number":{"N":"1"},
//!       session.named("kinds").texts(&session.kinds);          "kinds":{"L":[{"S":"login"}]}
//!   });                                                     }}
//! ```

use std::fmt::{self, Write};

use base64_simd::STANDARD as BASE64;
use millrace_shared::amount::Amount;
use millrace_shared::time::EventTime;

use super::number::{self, Written};

/// The place of one attribute value. Whatever is called writes the value there.
#[must_use]
pub(super) struct Place<'a>(&'a mut String);

/// Values one after the other, with commas between them: the items of a list, the parameters of a statement.
pub(super) struct Values<'a> {
    json: &'a mut String,
    is_first: bool,
}

/// Named values: the attributes of an item, the members of a map.
pub(super) struct Members<'a>(Values<'a>);

/// Where the attributes of an item go.
pub(super) trait Attributes {
    /// The place of the attribute of this name.
    fn named(&mut self, name: &'static str) -> Place<'_>;
}

impl<'a> Values<'a> {
    /// Values at the end of a text.
    pub(super) fn new(json: &'a mut String) -> Self {
        Self { json, is_first: true }
    }

    /// The place of the next one.
    pub(super) fn next(&mut self) -> Place<'_> {
        if !self.is_first {
            self.json.push(',');
        }
        self.is_first = false;
        Place(self.json)
    }
}

impl Members<'_> {
    /// The place of the member of this name.
    pub(super) fn named(&mut self, name: &str) -> Place<'_> {
        let Place(json) = self.0.next();
        write_string(json, name);
        json.push(':');
        Place(json)
    }
}

impl Attributes for Members<'_> {
    fn named(&mut self, name: &'static str) -> Place<'_> {
        Members::named(self, name)
    }
}

impl<'a> Place<'a> {
    /// A value at the end of a text.
    pub(super) fn new(json: &'a mut String) -> Self {
        Self(json)
    }

    pub(super) fn null(self) {
        self.0.push_str(r#"{"NULL":true}"#);
    }

    pub(super) fn yes(self) {
        self.0.push_str(r#"{"BOOL":true}"#);
    }

    pub(super) fn text(self, text: &str) {
        self.0.push_str(r#"{"S":"#);
        write_string(self.0, text);
        self.0.push('}');
    }

    pub(super) fn texts<T: AsRef<str>>(self, texts: &[T]) {
        self.each(texts, |text, place| place.text(text.as_ref()));
    }

    /// RFC 3339 in UTC with milliseconds, which sorts as the time does.
    pub(super) fn time(self, time: EventTime) {
        self.plain(r#"{"S":""#, |json| time.write_to(json));
    }

    pub(super) fn bytes(self, bytes: &[u8]) {
        self.0.push_str(r#"{"B":""#);
        BASE64.encode_append(bytes, self.0);
        self.0.push_str(r#""}"#);
    }

    pub(super) fn count(self, count: u64) {
        self.whole_number(count);
    }

    pub(super) fn whole(self, number: i64) {
        self.whole_number(number);
    }

    pub(super) fn float(self, number: f64) {
        self.number(number::float(number), |float, json| write!(json, "{float}"));
    }

    pub(super) fn single(self, number: f32) {
        self.number(number::single(number), |float, json| write!(json, "{float}"));
    }

    pub(super) fn amount(self, amount: Amount) {
        self.number(number::amount(amount), Amount::write_to);
    }

    pub(super) fn list(self, write: impl FnOnce(&mut Values<'_>)) {
        self.0.push_str(r#"{"L":["#);
        write(&mut Values::new(self.0));
        self.0.push_str("]}");
    }

    /// A list of what `write` makes of each item.
    pub(super) fn each<T>(self, items: impl IntoIterator<Item = T>, write: impl Fn(T, Place<'_>)) {
        self.list(|values| items.into_iter().for_each(|item| write(item, values.next())));
    }

    pub(super) fn map(self, write: impl FnOnce(&mut Members<'_>)) {
        self.0.push_str(r#"{"M":"#);
        write_object(self.0, write);
        self.0.push('}');
    }

    /// What `write` makes of it; null if it is not there.
    pub(super) fn optional<T>(self, value: Option<T>, write: impl FnOnce(T, Self)) {
        match value {
            Some(value) => write(value, self),
            None => self.null(),
        }
    }

    fn whole_number(self, number: impl itoa::Integer) {
        self.0.push_str(r#"{"N":""#);
        self.0.push_str(itoa::Buffer::new().format(number));
        self.0.push_str(r#""}"#);
    }

    fn number<T>(self, number: Written<T>, write: impl FnOnce(T, &mut String) -> fmt::Result) {
        match number {
            Written::Number(digits) => self.plain(r#"{"N":""#, |json| write(digits, json)),
            Written::Text(digits) => self.plain(r#"{"S":""#, |json| write(digits, json)),
        }
    }

    /// What needs no escapes.
    fn plain(self, opening: &str, write: impl FnOnce(&mut String) -> fmt::Result) {
        self.0.push_str(opening);
        // Writing to a string cannot fail.
        let _ = write(self.0);
        self.0.push_str(r#""}"#);
    }
}

/// Appends an object: an item, or what a map holds.
pub(super) fn write_object(json: &mut String, write: impl FnOnce(&mut Members<'_>)) {
    json.push('{');
    write(&mut Members(Values::new(json)));
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

/// Whether a byte stands for itself in a string of JSON.
const IS_PLAIN: [bool; 256] = {
    let mut is_plain = [true; 256];
    is_plain[b'"' as usize] = false;
    is_plain[b'\\' as usize] = false;
    let mut control = 0;
    while control < b' ' as usize {
        is_plain[control] = false;
        control += 1;
    }
    is_plain
};

/// Appends a string, quoted.
pub(super) fn write_string(json: &mut String, text: &str) {
    if text.bytes().all(|byte| IS_PLAIN[usize::from(byte)]) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(Place<'_>)) -> String {
        let mut json = String::new();
        write(Place::new(&mut json));
        json
    }

    #[test]
    fn every_type_is_written_as_dynamodb_reads_it() {
        let eight = EventTime::from_millis(1_767_600_000_120);
        for (json, expected) in [
            (
                written(|place| place.each([()], |(), place| place.yes())),
                r#"{"L":[{"BOOL":true}]}"#,
            ),
            (written(|place| place.text("42")), r#"{"S":"42"}"#),
            (written(|place| place.time(eight)), r#"{"S":"2026-01-05T08:00:00.120Z"}"#),
            (written(|place| place.count(0)), r#"{"N":"0"}"#),
            (written(|place| place.whole(-7)), r#"{"N":"-7"}"#),
            (written(|place| place.float(-20.1)), r#"{"N":"-20.1"}"#),
            (written(|place| place.float(f64::INFINITY)), r#"{"S":"inf"}"#),
            (written(|place| place.single(0.1)), r#"{"N":"0.1"}"#),
            (written(|place| place.bytes(&[0, 255])), r#"{"B":"AP8="}"#),
            (written(|place| place.bytes(&[])), r#"{"B":""}"#),
            (written(|place| place.texts(&["a", "b"])), r#"{"L":[{"S":"a"},{"S":"b"}]}"#),
            (written(|place| place.texts::<String>(&[])), r#"{"L":[]}"#),
            (written(|place| place.optional(None, |(), place| place.yes())), r#"{"NULL":true}"#),
        ] {
            assert_eq!(json, expected);
        }
        let total = written(|place| {
            place.map(|total| {
                total.named("count").count(u64::MAX);
                total.named("total").amount(Amount::from_units(3));
            });
        });
        let expected = r#"{"M":{"count":{"N":"18446744073709551615"},"total":{"N":"3"}}}"#;
        assert_eq!(total, expected);
    }

    #[test]
    fn whatever_a_text_or_a_name_holds_is_escaped() {
        for awkward in ["", "\"", "\\", "a\nb", "\u{0}", "\u{1f}x", "ü😀\u{7f}\u{2028}", "</"] {
            let json = written(|place| place.map(|map| map.named(awkward).text(awkward)));
            let read: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(read["M"][awkward]["S"], awkward, "{json}");
        }
    }
}
