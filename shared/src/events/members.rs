//! The known members of an object, each as it is written.
//!
//! Events are read in two steps: first every known member is found and kept as the slice of text that it occupies, then
//! each is read as what it should be. So a member of the wrong type costs that member and not the object, the last of
//! several members of one name counts, and a number's digits are all there to be read exactly.

use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::value::RawValue;

use super::error::EventError;
use super::nesting;

/// A member as it is written; None if it is absent or null.
pub(super) type Raw<'value> = Option<&'value RawValue>;

/// Places for the members that one kind of object may have.
pub(super) trait Members<'value>: Default {
    /// The place of the member of this name; None if it is unknown.
    fn place(&mut self, name: &str) -> Option<&mut Raw<'value>>;
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
            fn place(&mut self, name: &str) -> Option<&mut $crate::events::members::Raw<'value>> {
                match name {
                    $( $( $name )|+ => Some(&mut self.$place), )+
                    _ => None,
                }
            }
        }
    };
}

pub(super) use members;

/// Finds the known members of the object that a whole value is.
pub(super) fn of_value<'value, M: Members<'value>>(json: &'value str) -> Result<M, EventError> {
    match serde_json::from_str::<Object<'value, M>>(json) {
        Ok(_) if nesting::is_too_deep(json) => Err(EventError::TooDeep),
        Ok(object) => Ok(object.members),
        Err(error) => Err(why_not(json, &error)),
    }
}

/// Finds the known members of an object within a value; None if it is no object.
pub(super) fn of_part<'value, M: Members<'value>>(json: &'value RawValue) -> Option<M> {
    serde_json::from_str::<Object<'value, M>>(json.get()).ok().map(|object| object.members)
}

/// Reads a member that there must be.
pub(super) fn required<'value, T>(
    member: &'static str,
    wants: &'static str,
    raw: Raw<'value>,
    read: impl FnOnce(&'value RawValue) -> Option<T>,
) -> Result<T, EventError> {
    let raw = raw.ok_or(EventError::Missing { member })?;
    read(raw).ok_or(EventError::Absurd { member, wants })
}

/// A member's value as it is written; None for null.
pub(super) fn next_raw<'value, A: MapAccess<'value>>(map: &mut A) -> Result<Raw<'value>, A::Error> {
    let raw: &RawValue = map.next_value()?;
    Ok((raw.get() != "null").then_some(raw))
}

struct Object<'value, M> {
    members: M,
    value: PhantomData<&'value str>,
}

impl<'de, M: Members<'de>> Deserialize<'de> for Object<'de, M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = deserializer.deserialize_map(ObjectVisitor(PhantomData))?;
        Ok(Self { members, value: PhantomData })
    }
}

struct ObjectVisitor<M>(PhantomData<M>);

impl<'de, M: Members<'de>> Visitor<'de> for ObjectVisitor<M> {
    type Value = M;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<M, A::Error> {
        let mut members = M::default();
        while let Some(place) = map.next_key_seed(PlaceOf(&mut members, PhantomData))? {
            match place {
                None => drop(map.next_value::<IgnoredAny>()?),
                Some(place) => *place = next_raw(&mut map)?.or(*place),
            }
        }
        Ok(members)
    }
}

/// Turns a member's name into its place.
struct PlaceOf<'place, 'value, M>(&'place mut M, PhantomData<&'value str>);

impl<'place, 'value: 'place, M: Members<'value>> DeserializeSeed<'value>
    for PlaceOf<'place, 'value, M>
{
    type Value = Option<&'place mut Raw<'value>>;

    fn deserialize<D: Deserializer<'value>>(self, name: D) -> Result<Self::Value, D::Error> {
        name.deserialize_str(self)
    }
}

impl<'place, 'value: 'place, M: Members<'value>> Visitor<'value> for PlaceOf<'place, 'value, M> {
    type Value = Option<&'place mut Raw<'value>>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a member's name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.place(name))
    }
}

/// Tells what is no JSON from what is no object.
#[cold]
fn why_not(json: &str, error: &serde_json::Error) -> EventError {
    if json.trim_ascii_start().starts_with('{') {
        return not_json(json, error);
    }
    match serde_json::from_str::<IgnoredAny>(json) {
        Ok(_) => EventError::NotAnObject,
        Err(error) => not_json(json, &error),
    }
}

fn not_json(json: &str, error: &serde_json::Error) -> EventError {
    let lines_before = json.split_inclusive('\n').take(error.line().saturating_sub(1));
    let line_start: usize = lines_before.map(str::len).sum();
    let column = if error.is_eof() { error.column() } else { error.column().saturating_sub(1) };
    EventError::NotJson { position: line_start + column }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::{EventError, of_value};

    members! {
        Pair { first: "first" | "1st", second: "second" }
    }

    fn pair(json: &str) -> Result<(Option<&str>, Option<&str>), EventError> {
        let pair: Pair<'_> = of_value(json)?;
        Ok((pair.first.map(RawValue::get), pair.second.map(RawValue::get)))
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
            ("{\"a\":\"\t\"}", 5),
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
}
