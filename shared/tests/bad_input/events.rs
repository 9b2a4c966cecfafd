//! Bodies of invocations.

use base64_simd::STANDARD as BASE64;
use millrace_shared::kafka::{Batch, Entry, EventError};

use crate::within;

const MIB: usize = 1024 * 1024;
/// As large as a payload can be.
const LARGEST: usize = 6 * MIB;

fn event(records: &str) -> String {
    format!(r#"{{"eventSource":"aws:kafka","records":{{"t-0":{records}}}}}"#)
}

/// A record with this instead of its value.
fn with_value(value: &str) -> String {
    event(&format!(r#"[{{"topic":"t","partition":0,"offset":7,"value":{value}}}]"#))
}

/// The code of the only record's reason, if it is dead.
fn dead(event: &str) -> Option<&'static str> {
    let batch = Batch::decode(event.as_bytes()).unwrap();
    assert_eq!(batch.len(), 1);
    match batch.entries().next() {
        Some(Entry::Dead(dead)) => Some(dead.code),
        _ => None,
    }
}

/// The buffer that keys and values are decoded to, the list of records, and the text of a name.
const BODY: usize = 3 * LARGEST;

/// Decodes an event within the bounds; the code of the only record's reason, if it is dead.
fn dead_within(what: &str, event: &str) -> Option<&'static str> {
    let mut code = None;
    within(BODY, what, || code = dead(event));
    code
}

#[test]
fn nesting_bombs_cost_their_record_or_nothing_and_take_no_stack() {
    let open = LARGEST / 2 - 200;
    let lists = format!("{}{}", "[".repeat(open), "]".repeat(open));
    let depth = LARGEST / 6 - 100;
    let objects = format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    let wrong_field = Some("wrong_field");
    assert_eq!(dead_within("a list for a value", &with_value(&lists)), wrong_field);
    assert_eq!(dead_within("an object for a value", &with_value(&objects)), wrong_field);
    let record = event(&format!("[{lists}]"));
    assert_eq!(dead_within("a list for a record", &record), Some("not_an_object"));

    let unknown = format!(r#"{{"x":{lists},"records":{{}}}}"#);
    within(BODY, "a member that nobody knows", || {
        assert!(Batch::decode(unknown.as_bytes()).unwrap().is_empty());
    });
    let record = format!(r#"{{"topic":"t","partition":0,"offset":7,"headers":{objects}}}"#);
    let headers = event(&format!("[{record}]"));
    within(BODY, "headers", || {
        let batch = Batch::decode(headers.as_bytes()).unwrap();
        let Some(Entry::Record(record)) = batch.entries().next() else { panic!("it is a record") };
        assert!(record.headers().all(|header| header.is_err()));
    });
    let endless = "[".repeat(LARGEST);
    within(BODY, "a bomb that has no end", || {
        assert!(Batch::decode(endless.as_bytes()).is_err());
    });
}

#[test]
fn one_record_may_fill_the_payload() {
    let text = "A".repeat(LARGEST - 200);
    let value = with_value(&format!("\"{text}\""));
    assert_eq!(dead_within("six mebibytes of base64", &value), None);
    let topic = event(&format!(r#"[{{"topic":"{text}","partition":0,"offset":7}}]"#));
    assert_eq!(dead_within("a topic of six mebibytes", &topic), None);
    let map_key = format!(r#"{{"records":{{"{text}":[{{}}]}}}}"#);
    assert_eq!(dead_within("a map key of six mebibytes", &map_key), Some("missing_field"));
    let letters = r"\u0041".repeat((LARGEST / 6 - 100) / 4 * 4);
    let escaped = with_value(&format!("\"{letters}\""));
    assert_eq!(dead_within("escapes", &escaped), None);
}

/// Lambda hands over 10,000 records at most; who invokes a function by hand may find out how many
/// empty ones six mebibytes hold.
#[test]
fn records_without_anything_take_a_bounded_multiple_of_their_number() {
    for (records, limit) in [(10_000, 4 * MIB), (LARGEST / 3 - 100, 120 * LARGEST)] {
        let event = event(&format!("[{}]", vec!["{}"; records].join(",")));
        within(limit, "empty records", || {
            let batch = Batch::decode(event.as_bytes()).unwrap();
            assert_eq!(batch.len(), records);
            assert!(batch.entries().all(|entry| matches!(entry, Entry::Dead(_))));
        });
    }
}

#[test]
fn of_members_that_stand_there_twice_the_last_one_counts() {
    let many = r#""value":"e30=","#.repeat(LARGEST / 15 - 100);
    let record = format!(r#"[{{{many}"topic":"t","partition":0,"offset":7,"value":null}}]"#);
    let members = event(&record);
    within(BODY, "members without end", || {
        let batch = Batch::decode(members.as_bytes()).unwrap();
        let Some(Entry::Record(record)) = batch.entries().next() else { panic!("it is a record") };
        assert!(record.is_tombstone());
    });
    // Two `records` are read one after the other: nothing of the first one is lost.
    let twice = r#"{"records":{"t-0":[{"offset":1}]},"records":{"t-0":[{"offset":2}]}}"#;
    assert_eq!(Batch::decode(twice.as_bytes()).unwrap().len(), 2);
}

#[test]
fn what_is_not_utf_8_costs_what_it_stands_in() {
    let mut event = with_value("\"e30=\"").into_bytes();
    let at = event.windows(3).position(|window| window == b"t-0").unwrap();
    event[at] = 0xFF;
    let batch = Batch::decode(&event).unwrap();
    let Some(Entry::Record(record)) = batch.entries().next() else { panic!("the record is whole") };
    assert_eq!(record.map_key(), "\u{FFFD}-0");

    let topic = event.windows(9).position(|window| window == br#""topic":""#).unwrap() + 9;
    event[topic] = 0xFF;
    let batch = Batch::decode(&event).unwrap();
    assert!(
        matches!(batch.entries().next(), Some(Entry::Dead(dead)) if dead.code == "wrong_field")
    );
}

#[test]
fn base64_that_is_not_quite_base64_is_a_dead_record() {
    let wrong = [
        "QQ",
        "QQ=",
        "QQ===",
        "=",
        "====",
        "QQ==QQ==",
        "QR==",
        "Q",
        "QUI",
        "QUI==",
        "Q Q==",
        " QQ==",
        "QQ==\\n",
        "Q-_=",
        "QQ\\u0000=",
        "QQ=\\u003d=",
        "ゑゑゑゑ",
    ];
    for text in wrong {
        let event = with_value(&format!("\"{text}\""));
        assert_eq!(dead(&event), Some("wrong_base64"), "{text}");
    }
    for right in ["", "QQ==", "QUI=", "QUJD", "QQ=\\u003d"] {
        let event = with_value(&format!("\"{right}\""));
        assert_eq!(dead(&event), None, "{right}");
    }
    assert_eq!(BASE64.decode_to_vec("QUJD").unwrap(), b"ABC");
}

#[test]
fn numbers_that_are_none_cost_their_record() {
    for number in ["1e400", "-1e400", "1e-400", "1.5", "9223372036854775808", "\"7\"", "NaN", "1e1"]
    {
        let event = event(&format!(r#"[{{"topic":"t","partition":0,"offset":{number}}}]"#));
        match Batch::decode(event.as_bytes()) {
            Ok(_) => assert_eq!(dead(&event), Some("wrong_field"), "{number}"),
            Err(error) => assert!(matches!(error, EventError::Syntax(_)), "{number}: {error}"),
        }
    }
    for partition in ["2147483648", "-2147483649", "1e400"] {
        let event = event(&format!(r#"[{{"topic":"t","partition":{partition},"offset":7}}]"#));
        assert_eq!(dead(&event), Some("wrong_field"), "{partition}");
    }
    // A record's timestamp that is no time is none.
    for time in ["1e400", "-1e400", "-1", "\"1e400\"", "[]", "9e99"] {
        let event =
            event(&format!(r#"[{{"topic":"t","partition":0,"offset":7,"timestamp":{time}}}]"#));
        let batch = Batch::decode(event.as_bytes()).unwrap();
        let Some(Entry::Record(record)) = batch.entries().next() else { panic!("{time}") };
        assert_eq!(record.timestamp(), None, "{time}");
    }
}
