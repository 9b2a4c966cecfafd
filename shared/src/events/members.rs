//! The known members of an object, each as it is written.
//!
//! Events are read in two steps: first every known member is found and kept as the slice of text that it occupies, then
//! each is read as what it should be. So a member of the wrong type costs that member and not the object, the last of
//! several members of one name counts, and a number's digits are all there to be read exactly.

use super::error::EventError;
use crate::json::{Cursor, SyntaxError, TextValue};

/// How many objects and lists may stand within each other. The cursor takes any number, but parts of an event are kept
/// as they came and read later, by code that may recurse, as `serde_json` does up to this depth.
pub(super) const DEPTH_LIMIT: usize = 128;

/// A member as it is written; None if it is absent or null.
pub(super) type Raw<'value> = Option<TextValue<'value>>;

/// Places for the members that one kind of object may have.
pub(super) trait Members<'value>: Default {
    /// The place of the member of this name; None if it is unknown.
    fn place(&mut self, name: &[u8]) -> Option<&mut Raw<'value>>;
}

/// Declares a struct of [`Members`]: the places, and the names that lead to each.
macro_rules! members {
    (
        $(#[$doc:meta])*
        $members:ident { $( $place:ident: $( $name:literal )|+ ),+ $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Default)]
        struct $members<'value> {
            $( $place: $crate::events::members::Raw<'value>, )+
        }

        impl<'value> $crate::events::members::Members<'value> for $members<'value> {
            #[inline]
            fn place(&mut self, name: &[u8]) -> Option<&mut $crate::events::members::Raw<'value>> {
                $( if $( name == $name.as_bytes() )||+ {
                    return Some(&mut self.$place);
                } )+
                None
            }
        }
    };
}

pub(super) use members;

/// Finds the known members of the object that a whole value is.
pub(super) fn of_value<'value, M: Members<'value>>(json: &'value str) -> Result<M, EventError> {
    of_value_and(json, |_, _| Ok(false))
}

/// The same, where some members are read in place by somebody else: `takes` is asked about the names that have no place,
/// and steps over the value of those that it takes.
#[inline]
pub(super) fn of_value_and<'value, M: Members<'value>>(
    json: &'value str,
    takes: impl FnMut(&[u8], &mut Cursor<'value, str>) -> Result<bool, SyntaxError>,
) -> Result<M, EventError> {
    let mut cursor = Cursor::new(json);
    if cursor.peek("an object")? != b'{' {
        cursor.value()?;
        cursor.finish()?;
        return Err(EventError::NotAnObject);
    }
    let members = of_object_and(&mut cursor, takes)?;
    cursor.finish()?;
    // The object itself was entered, and the cursor counts what it takes whole.
    if cursor.deepest() + 1 > DEPTH_LIMIT { Err(EventError::TooDeep) } else { Ok(members) }
}

/// Finds the known members of the object that comes next.
#[inline]
pub(super) fn of_object<'value, M: Members<'value>>(
    cursor: &mut Cursor<'value, str>,
) -> Result<M, SyntaxError> {
    of_object_and(cursor, |_, _| Ok(false))
}

#[inline]
fn of_object_and<'value, M: Members<'value>>(
    cursor: &mut Cursor<'value, str>,
    mut takes: impl FnMut(&[u8], &mut Cursor<'value, str>) -> Result<bool, SyntaxError>,
) -> Result<M, SyntaxError> {
    let mut members = M::default();
    let mut more = cursor.enter_object()?;
    while more {
        let name = cursor.member_name()?;
        match members.place(&name) {
            Some(place) => {
                let value = cursor.value()?;
                if !value.is_null() {
                    *place = Some(value);
                }
            }
            None if takes(&name, cursor)? => {}
            None => cursor.skip_value()?,
        }
        more = cursor.more_members()?;
    }
    Ok(members)
}

/// Reads a member that there must be.
pub(super) fn required<'value, T>(
    member: &'static str,
    wants: &'static str,
    raw: Raw<'value>,
    read: impl FnOnce(TextValue<'value>) -> Option<T>,
) -> Result<T, EventError> {
    let raw = raw.ok_or(EventError::Missing { member })?;
    read(raw).ok_or(EventError::Absurd { member, wants })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use proptest::prelude::*;
    use serde_json::Value as Json;

    use super::{EventError, of_value};
    use crate::json::TextValue;

    members! {
        Pair { first: "first" | "1st", second: "second" }
    }

    fn pair(json: &str) -> Result<(Option<&str>, Option<&str>), EventError> {
        let pair: Pair<'_> = of_value(json)?;
        Ok((pair.first.map(TextValue::text), pair.second.map(TextValue::text)))
    }

    #[test]
    fn known_members_are_kept_as_they_are_written() {
        assert_eq!(
            pair(r#" {"first" : 1e400 , "second":{ "a": [] }} "#),
            Ok((Some("1e400"), Some(r#"{ "a": [] }"#)))
        );
        assert_eq!(
            pair(r#"{"1\u0073t":"\u0041","third":{"first":1}}"#),
            Ok((Some(r#""\u0041""#), None))
        );
        assert_eq!(pair("{}"), Ok((None, None)));
    }

    #[test]
    fn of_several_members_the_last_that_is_not_null_counts() {
        assert_eq!(
            pair(r#"{"first":1,"1st":2,"second":3,"second":null}"#),
            Ok((Some("2"), Some("3")))
        );
    }

    #[test]
    fn what_is_no_object_is_told_from_what_is_no_json() {
        for json in ["[1]", "\"text\"", " null ", "5", "1e999"] {
            assert_eq!(pair(json), Err(EventError::NotAnObject), "{json}");
        }
        for (json, position) in [
            ("", 0),
            ("  ", 2),
            ("x", 0),
            (r#"{"a":x}"#, 5),
            ("{\"a\":1,\n\n \"b\":?}", 14),
            (r#"{"a":1"#, 6),
            (r#"{"a":1} {"#, 8),
            (r#"{"a":1,}"#, 7),
            ("[1,", 3),
            ("{\"a\":\"\t}", 8),
        ] {
            assert_eq!(pair(json), Err(EventError::NotJson { position }), "{json:?}");
        }
    }

    #[test]
    fn an_unknown_member_nested_too_deeply_is_an_error_and_no_crash() {
        let nested = |levels| format!(r#"{{"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
        assert_eq!(pair(&nested(127)), Ok((None, None)));
        assert_eq!(pair(&nested(128)), Err(EventError::TooDeep));
        assert_eq!(pair(&nested(1_000_000)), Err(EventError::TooDeep));
        let bomb = "{\"x\":".repeat(1_000_000);
        assert_eq!(pair(&bomb), Err(EventError::NotJson { position: 5_000_000 }));
    }

    /// Any JSON, with the known names at every level.
    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            (-1e9_f64..1e9).prop_map(Json::from),
            any::<String>().prop_map(Json::from),
            "[\"\\\\{}\\[\\],:]{0,20}".prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let name = prop_oneof![
                prop::sample::select(vec!["first", "1st", "second"]).prop_map(str::to_owned),
                any::<String>()
            ];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
                prop::collection::vec((name, inner), 0..6)
                    .prop_map(|members| Json::Object(members.into_iter().collect())),
            ]
        })
    }

    /// A name as JSON, every character of it as an escape if so wanted.
    fn written_name(name: &str, is_escaped: bool) -> String {
        if !is_escaped {
            return Json::from(name).to_string();
        }
        let mut written = String::from('"');
        for unit in name.encode_utf16() {
            write!(written, "\\u{unit:04x}").unwrap();
        }
        written.push('"');
        written
    }

    proptest! {
        #[test]
        fn the_known_members_of_any_object_are_found_as_they_are_written(
            members in prop::collection::vec(
                (prop_oneof![4 => "first|1st|second", 1 => any::<String>()], any::<bool>(), any_json(), any::<bool>()), 0..8),
            space in "[ \t\r\n]{0,2}",
        ) {
            let (mut first, mut second) = (None, None);
            let mut written_members = Vec::new();
            for (name, is_escaped, value, is_pretty) in &members {
                let written = if *is_pretty { format!("{value:#}") } else { value.to_string() };
                let name_json = written_name(name, *is_escaped);
                written_members.push(format!("{space}{name_json}{space}:{space}{written}{space}"));
                match &**name {
                    _ if value.is_null() => {}
                    "first" | "1st" => first = Some(written),
                    "second" => second = Some(written),
                    _ => {}
                }
            }
            let json = format!("{space}{{{}}}{space}", written_members.join(","));
            prop_assert!(serde_json::from_str::<Json>(&json).is_ok());
            prop_assert_eq!(pair(&json), Ok((first.as_deref(), second.as_deref())), "{}", json);
        }
    }
}
