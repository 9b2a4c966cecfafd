use std::borrow::Cow;

use super::{EIGHT, absurd, missing, user_event};
use crate::time::EventTime;

#[test]
fn the_camel_case_dialect() {
    let event = user_event(
        r#"{"userId":"u-1","eventType":"page_view","eventData":{"page":"/home", "ms":12},
            "eventId":"e-9","source":"web","timestamp":"2026-01-05T09:00:00.250+01:00"}"#,
    )
    .unwrap();
    assert_eq!((&*event.user_id, &*event.event_type), ("u-1", "page_view"));
    assert_eq!(event.event_id.as_deref(), Some("e-9"));
    assert_eq!(event.source.as_deref(), Some("web"));
    assert_eq!(event.data.unwrap(), r#"{"page":"/home", "ms":12}"#);
    assert_eq!(event.time, EventTime::from_millis(EIGHT + 250));
}

#[test]
fn the_snake_case_dialect_names_the_type_in_three_ways() {
    for name in ["event_type", "action", "activity_type"] {
        let json = format!(r#"{{"user_id":"u-1","{name}":"login","timestamp":1767600000}}"#);
        let event = user_event(&json).unwrap();
        assert_eq!((&*event.user_id, &*event.event_type), ("u-1", "login"));
        assert_eq!(event.time, EventTime::from_millis(EIGHT));
        assert!(event.event_id.is_none() && event.source.is_none() && event.data.is_none());
    }
}

#[test]
fn of_the_three_ways_the_first_counts_wherever_it_stands() {
    let json = r#"{"activity_type":"c","action":"b","event_type":"a","user_id":"u"}"#;
    assert_eq!(user_event(json).unwrap().event_type, "a");
    let json = r#"{"activity_type":"c","action":"b","event_type":null,"user_id":"u"}"#;
    assert_eq!(user_event(json).unwrap().event_type, "b");
}

#[test]
fn the_dialects_mix_and_unknown_members_are_ignored() {
    let event = user_event(
        r#"{"userId":"u","event_type":"click","event_id":"e","event_data":[1],
            "version":1e999,"tags":["a",{"userId":"other"}],"":null}"#,
    )
    .unwrap();
    assert_eq!((&*event.user_id, &*event.event_type), ("u", "click"));
    assert_eq!(event.event_id.as_deref(), Some("e"));
    assert_eq!(event.data.unwrap(), "[1]");
}

#[test]
fn plain_texts_are_borrowed_and_escaped_ones_are_resolved() {
    let event = user_event(
        r#"{"user_id":"user-ë","event_type":"click","event_id":"e","source":"a\u0000b\"c"}"#,
    )
    .unwrap();
    assert!(matches!(event.user_id, Cow::Borrowed("user-ë")));
    assert!(matches!(event.event_type, Cow::Borrowed("click")));
    assert!(matches!(event.event_id, Some(Cow::Borrowed("e"))));
    assert_eq!(event.source.as_deref(), Some("a\0b\"c"));
}

#[test]
fn identifiers_may_be_whole_numbers() {
    let event = user_event(r#"{"user_id":123,"event_type":"click","event_id":-4}"#).unwrap();
    assert!(matches!(event.user_id, Cow::Borrowed("123")));
    assert!(matches!(event.event_id, Some(Cow::Borrowed("-4"))));
}

#[test]
fn duplicate_members_do_no_harm() {
    let event = user_event(
        r#"{"user_id":["wrong"],"userId":"first","user_id":"last","event_type":"a","event_type":"b"}"#,
    )
    .unwrap();
    assert_eq!((&*event.user_id, &*event.event_type), ("last", "b"));
}

#[test]
fn an_optional_member_of_the_wrong_type_counts_as_absent() {
    for wrong in ["1.5", "true", "[]", "{}", "\"\"", "1e999", r#""\ud800""#] {
        let json = format!(
            r#"{{"user_id":"u","event_type":"click","event_id":{wrong},"source":{wrong},"event_data":null}}"#
        );
        let event = user_event(&json).unwrap();
        assert!(
            event.event_id.is_none() && event.source.is_none() && event.data.is_none(),
            "{wrong}"
        );
    }
}

#[test]
fn a_required_member_that_is_missing_is_named() {
    assert_eq!(missing(user_event(r#"{"event_type":"click"}"#)), "user_id");
    assert_eq!(missing(user_event(r#"{"user_id":null,"event_type":"click"}"#)), "user_id");
    assert_eq!(missing(user_event(r#"{"userId":"u","type":"click"}"#)), "event_type");
    assert_eq!(missing(user_event("{}")), "user_id");
}

#[test]
fn a_required_member_that_is_absurd_is_named() {
    for wrong in ["\"\"", "1.5", "true", "[\"u\"]", "{\"id\":\"u\"}", "1e999", r#""\ud800""#] {
        let json = format!(r#"{{"user_id":{wrong},"event_type":"click"}}"#);
        assert_eq!(absurd(user_event(&json)), "user_id", "{wrong}");
        let json = format!(r#"{{"user_id":"u","event_type":{wrong},"action":"click"}}"#);
        assert_eq!(absurd(user_event(&json)), "event_type", "{wrong}");
    }
    let too_long = format!(r#"{{"user_id":"{}","event_type":"click"}}"#, "u".repeat(1_025));
    assert_eq!(absurd(user_event(&too_long)), "user_id");
}
