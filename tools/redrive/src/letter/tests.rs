use millrace_shared::kafka::{Batch, Entry};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// A letter as the functions write it, with these members changed.
fn letter(changes: Value) -> String {
    let mut letter = json!({
        "id": "0123", "reason": "not_json", "detail": "no JSON",
        "time": "2026-01-05T08:00:00.000Z", "function": "analytics", "cluster": "arn:aws:kafka:x",
        "map_key": "clicks-0", "topic": "clicks", "partition": 0, "offset": 7,
        "timestamp": 1_767_600_000_000_i64, "key": "k", "key_encoding": "utf8", "value": "{}",
        "value_encoding": "utf8", "headers": [{"h": [-61, -85]}],
    });
    let Value::Object(changes) = changes else { panic!("an object") };
    letter.as_object_mut().unwrap().extend(changes);
    letter.to_string()
}

fn read(letter: &str) -> Letter {
    match Mail::read(letter).unwrap() {
        Mail::Letter(letter) => letter,
        Mail::Part(part) => panic!("{part:?}"),
    }
}

fn record(letter: &str) -> Value {
    serde_json::from_slice(&read(letter).record.json).unwrap()
}

#[test]
fn a_letter_gives_the_record_back_as_lambda_would_send_it() {
    let text = letter(json!({}));
    let expected = json!({
        "topic": "clicks", "partition": 0, "offset": 7, "timestamp": 1_767_600_000_000_i64,
        "key": "aw==", "value": "e30=", "headers": [{"h": [-61, -85]}],
    });
    assert_eq!(record(&text), expected);
    let letter = read(&text);
    assert_eq!((letter.id.as_str(), letter.reason.as_str()), ("0123", "not_json"));
    assert_eq!(letter.function, "analytics");
    assert_eq!(letter.record.place(), "clicks, partition 0, offset 7");
    assert_eq!(letter.record.cluster.event_source, "aws:kafka");
}

#[test]
fn bytes_that_are_no_text_come_back() {
    let text = letter(json!({"value": "/wA=", "value_encoding": "base64", "key": null}));
    assert_eq!(record(&text)["value"], "/wA=");
    assert_eq!(record(&text).get("key"), None);
}

#[test]
fn what_could_not_be_decoded_comes_back_as_it_came() {
    let raw = json!({"topic": "clicks", "partition": 0, "offset": 7, "value": "no base64"});
    assert_eq!(record(&letter(json!({"record": raw, "value": null}))), raw);
    let text = letter(json!({"record": {"base64": "/wA="}, "value": null}));
    assert_eq!(read(&text).record.json, [0xFF, 0]);
}

#[test]
fn a_record_of_which_nothing_could_be_read_is_a_record_all_the_same() {
    let unknown = json!({"topic": null, "partition": null, "offset": null, "timestamp": null,
        "key": null, "value": null, "headers": null, "record": "nonsense", "cluster": "b-1:9098"});
    let letter = read(&letter(unknown));
    assert_eq!(letter.record.place(), "unknown topic, partition ?, offset ?");
    assert_eq!(letter.record.json, br#""nonsense""#);
    assert_eq!(letter.record.cluster.event_source, "SelfManagedKafka");
}

/// A letter in parts as the functions cut it.
fn parts(text: &str, size: usize) -> Vec<String> {
    let chunks: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
    let part = |(place, chunk): (usize, &&[u8])| {
        json!({"id": "0123", "part": place + 1, "parts": chunks.len(), "reason": "not_json",
            "topic": "clicks", "partition": 0, "offset": 7, "body_encoding": "base64",
            "body": BASE64.encode_to_string(chunk)})
        .to_string()
    };
    chunks.iter().enumerate().map(part).collect()
}

fn read_parts(messages: &[String]) -> Vec<Part> {
    let part = |message: &String| match Mail::read(message).unwrap() {
        Mail::Part(part) => part,
        Mail::Letter(letter) => panic!("{letter:?}"),
    };
    messages.iter().map(part).collect()
}

#[test]
fn parts_in_any_order_and_twice_are_the_letter() {
    let text = letter(json!({}));
    let mut parts = read_parts(&parts(&text, 60));
    assert!(parts.len() > 4);
    assert_eq!(join(&parts[1..]).unwrap(), None);
    parts.reverse();
    parts.push(parts[0].clone());
    assert_eq!(join(&parts).unwrap().unwrap(), read(&text));
    assert_eq!(join(&[]).unwrap(), None);
}

#[test]
fn parts_that_do_not_fit_together_are_refused() {
    let text = letter(json!({}));
    let (few, many) = (read_parts(&parts(&text, 200)), read_parts(&parts(&text, 60)));
    let mixed = [few[0].clone(), many[1].clone()];
    assert!(matches!(join(&mixed), Err(LetterError::WrongParts)));
    let mut zeroth = few.clone();
    zeroth[0].part = 0;
    assert!(matches!(join(&zeroth), Err(LetterError::WrongParts)));
}

#[test]
fn what_is_no_letter_is_told_without_its_content() {
    let wrong = [
        "s3cr3t".to_owned(),
        r#"["s3cr3t"]"#.to_owned(),
        r#"{"part":"s3cr3t"}"#.to_owned(),
        r#"{"part":1,"parts":1,"id":"1","body":"s3cr3t!"}"#.to_owned(),
        letter(json!({"offset": "s3cr3t"})),
        letter(json!({"value": "s3cr3t!", "value_encoding": "base64"})),
    ];
    for text in wrong {
        let error = Mail::read(&text).unwrap_err().to_string();
        assert!(!error.contains("s3cr3t"), "{error}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in ".{0,200}") {
        let _ = Mail::read(&text);
    }

    /// Whatever bytes key and value are, and whatever the topic is called.
    #[test]
    fn the_function_reads_what_the_letter_was_written_of(
        key: Option<Vec<u8>>,
        value: Vec<u8>,
        topic in ".{1,20}",
        offset: i64,
    ) {
        let encoded = |bytes: &Vec<u8>| BASE64.encode_to_string(bytes);
        let text = letter(json!({
            "topic": topic, "offset": offset, "key": key.as_ref().map(encoded),
            "key_encoding": "base64", "value": encoded(&value), "value_encoding": "base64",
        }));
        let json = read(&text).record.json;
        let event = [br#"{"records":{"k":["#.as_slice(), &json, b"]}}"].concat();
        let batch = Batch::decode(&event).unwrap();
        let Some(Entry::Record(record)) = batch.entries().next() else { panic!("it is no record") };
        prop_assert_eq!(record.key(), key.as_deref());
        prop_assert_eq!(record.value(), Some(value.as_slice()));
        prop_assert_eq!((record.topic(), record.offset().0), (topic.as_str(), offset));
    }
}
