//! The decoder against `KafkaEvent` of `aws_lambda_events`: on every event that it accepts, ours
//! yields the same records. (It reads timestamps up to one millisecond low, so that they are
//! compared within one.)

#![expect(clippy::unwrap_used, reason = "what a test cannot go on without")]

use std::collections::HashMap;

use aws_lambda_events::kafka::{KafkaEvent, KafkaRecord};
use base64_simd::STANDARD as BASE64;
use millrace_shared::kafka::{Batch, DeadRecord, Entry, Record, TimestampType};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

/// A string in JSON, each character either as it is or as `\u` escapes.
fn json_string(text: &str, escape: bool) -> String {
    if !escape {
        return serde_json::to_string(text).unwrap();
    }
    let escapes: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    format!("\"{}\"", escapes.concat())
}

fn text_in_json(text: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (text, prop::bool::weighted(0.2)).prop_map(|(text, escape)| json_string(&text, escape))
}

fn base64_in_json() -> impl Strategy<Value = String> {
    let encoded = prop_oneof![
        20 => prop::collection::vec(any::<u8>(), 0..80)
            .prop_map(|bytes| BASE64.encode_to_string(bytes)),
        1 => "[A-Za-z0-9+/=_-]{0,9}",
    ];
    prop_oneof![5 => text_in_json(encoded), 1 => Just("null".to_owned())]
}

fn integer_in_json() -> impl Strategy<Value = String> {
    prop_oneof![
        30 => (0..1_000_000_i64).prop_map(|number| number.to_string()),
        3 => any::<i64>().prop_map(|number| number.to_string()),
        1 => prop::sample::select(&["-1", "2147483648", "1.5", "1e3", "null", "\"7\"", "-0"][..])
            .prop_map(str::to_owned),
    ]
}

/// Never a fraction, on which `KafkaEvent` panics.
fn timestamp_in_json() -> impl Strategy<Value = String> {
    prop_oneof![
        30 => (0..4_000_000_000_000_i64).prop_map(|millis| millis.to_string()),
        3 => (0..4_000_000_000_000_i64).prop_map(|millis| format!("\"{millis}\"")),
        1 => prop::sample::select(&["-1", "0", "null"][..]).prop_map(str::to_owned),
    ]
}

fn headers_in_json() -> impl Strategy<Value = String> {
    let byte = prop_oneof![300 => -128..=127_i16, 1 => -129..=256_i16];
    let value = prop::collection::vec(byte, 0..8).prop_map(|bytes| format!("{bytes:?}"));
    let member =
        (text_in_json(".{0,4}".boxed()), value).prop_map(|(name, value)| format!("{name}:{value}"));
    let object = prop::collection::vec(member, 0..3)
        .prop_map(|members| format!("{{{}}}", members.join(",")));
    prop_oneof![
        30 => prop::collection::vec(object, 0..4)
            .prop_map(|objects| format!("[{}]", objects.join(" , "))),
        1 => Just("null".to_owned()),
    ]
}

/// A record with its members in any order, one missing now and then, and one that nobody knows.
fn record_in_json() -> impl Strategy<Value = String> {
    let topic = prop_oneof![4 => "[a-c]-?[a-c]", 1 => ".{0,6}"];
    let timestamp_type =
        prop::sample::select(&["CREATE_TIME", "LOG_APPEND_TIME", "NO_TIMESTAMP_TYPE", "?"][..]);
    let unknown =
        prop::sample::select(&["null", "{\"a\":[{}]}", "\"\\\"\"", "1e300", "[[],{}]"][..]);
    let members = (
        prop_oneof![9 => text_in_json(topic).boxed(), 1 => Just("null".to_owned()).boxed()],
        integer_in_json(),
        integer_in_json(),
        timestamp_in_json(),
        text_in_json(timestamp_type.prop_map(str::to_owned)),
        base64_in_json(),
        base64_in_json(),
        headers_in_json(),
        unknown,
    );
    let members = members.prop_map(
        |(topic, partition, offset, timestamp, timestamp_type, key, value, headers, unknown)| {
            vec![
                format!("\"topic\":{topic}"),
                format!("\"partition\" : {partition}"),
                format!("\"offset\": {offset}"),
                format!("\n\"timestamp\"\t:{timestamp}"),
                format!("\"timestampType\":{timestamp_type}"),
                format!("\"key\":{key}"),
                format!("\"value\":{value}"),
                format!("\"headers\":{headers}"),
                format!("\"valueSchemaMetadata\":{unknown}"),
            ]
        },
    );
    let missing = prop::option::weighted(0.1, any::<prop::sample::Index>());
    (members.prop_shuffle(), missing).prop_map(|(mut members, missing)| {
        if let Some(missing) = missing {
            members.remove(missing.index(members.len()));
        }
        format!("{{{}}}", members.join(","))
    })
}

fn event_in_json() -> impl Strategy<Value = String> {
    let source =
        prop::sample::select(&["aws:kafka", "SelfManagedKafka", "aws:SelfManagedKafka"][..]);
    let list = prop::collection::vec(record_in_json(), 0..3);
    // `KafkaEvent` keeps one of two equal map keys, so that each is there once.
    let records = prop::collection::hash_map("[a-c]{1,3}-[0-9]|.{0,5}", list, 0..3);
    (source, records, any::<bool>()).prop_map(|(source, records, escape)| {
        let lists: Vec<String> = records
            .iter()
            .map(|(map_key, list)| format!("{}:[{}]", json_string(map_key, escape), list.join(",")))
            .collect();
        format!(
            r#"{{"eventSource":"{source}","records":{{{}}},"bootstrapServers":"a:9092"}}"#,
            lists.join(",")
        )
    })
}

fn base64(text: Option<&String>) -> Result<Option<Vec<u8>>, base64_simd::Error> {
    text.map(|text| BASE64.decode_to_vec(text)).transpose()
}

/// The reason where ours is stricter: `KafkaEvent` takes records without a topic, partitions of 64
/// bits, and any text as key and value.
fn must_be_dead(theirs: &KafkaRecord) -> Option<&'static str> {
    if theirs.topic.is_none() {
        return Some("missing_field");
    }
    if i32::try_from(theirs.partition).is_err() {
        return Some("wrong_field");
    }
    if base64(theirs.key.as_ref()).is_err() || base64(theirs.value.as_ref()).is_err() {
        return Some("wrong_base64");
    }
    None
}

fn assert_same(theirs: &KafkaRecord, ours: &Record<'_>) {
    assert_eq!(theirs.topic.as_deref(), Some(ours.topic()));
    assert_eq!(theirs.partition, i64::from(ours.partition().0));
    assert_eq!(theirs.offset, ours.offset().0);
    assert_eq!(base64(theirs.key.as_ref()).unwrap().as_deref(), ours.key());
    assert_eq!(base64(theirs.value.as_ref()).unwrap().as_deref(), ours.value());
    assert_eq!(ours.is_tombstone(), theirs.value.is_none());

    let milliseconds_low = ours.timestamp().unwrap().0 - theirs.timestamp.timestamp_millis();
    assert!((0..=1).contains(&milliseconds_low), "{milliseconds_low}");
    let timestamp_type = match theirs.timestamp_type.as_deref() {
        Some("CREATE_TIME") => TimestampType::CreateTime,
        Some("LOG_APPEND_TIME") => TimestampType::LogAppendTime,
        _ => TimestampType::NoTimestampType,
    };
    assert_eq!(ours.timestamp_type(), timestamp_type);
    assert_same_headers(&theirs.headers, ours);
}

/// Theirs keeps the last of the equal names in one object and no order among its names.
fn assert_same_headers(theirs: &[HashMap<String, Vec<i8>>], ours: &Record<'_>) {
    let mut their_bytes: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, value) in theirs.iter().flatten() {
        their_bytes.push((name.clone(), value.iter().map(|byte| byte.cast_unsigned()).collect()));
    }
    let our_bytes: Vec<(String, Vec<u8>)> = ours
        .headers()
        .map(|header| header.unwrap())
        .map(|header| (header.name.into_owned(), header.value.unwrap()))
        .collect();
    for header in &their_bytes {
        assert!(our_bytes.contains(header), "{header:?} is not among {our_bytes:?}");
    }
    for (name, _) in &our_bytes {
        assert!(their_bytes.iter().any(|(their_name, _)| their_name == name), "{name:?}");
    }
}

fn assert_dead(expected_code: Option<&str>, dead: &DeadRecord<'_>) {
    assert_eq!(Some(dead.code), expected_code, "{dead:?}");
}

/// Compares the two where `KafkaEvent` accepts the event. Returns whether it does.
fn compare(event: &str) -> bool {
    let batch = Batch::decode(event.as_bytes()).unwrap();
    let Ok(theirs) = serde_json::from_str::<KafkaEvent>(event) else { return false };
    assert_eq!(theirs.event_source.as_deref(), Some(batch.event_source()));
    assert_eq!(theirs.bootstrap_servers.as_deref(), Some(batch.cluster()));

    let mut ours: HashMap<&str, Vec<Entry<'_>>> = HashMap::new();
    let entries: Vec<Entry<'_>> = batch.entries().collect();
    for entry in entries {
        let map_key = match &entry {
            Entry::Record(record) => record.map_key(),
            Entry::Dead(dead) => dead.map_key,
        };
        ours.entry(map_key).or_default().push(entry);
    }
    for (map_key, their_list) in &theirs.records {
        let our_list = ours.remove(map_key.as_str()).unwrap_or_default();
        assert_eq!(our_list.len(), their_list.len(), "{map_key}");
        for (their_record, our_entry) in their_list.iter().zip(our_list) {
            let expected_code = must_be_dead(their_record);
            match our_entry {
                Entry::Record(our_record) => {
                    assert_eq!(expected_code, None);
                    assert_same(their_record, &our_record);
                }
                Entry::Dead(dead) => assert_dead(expected_code, &dead),
            }
        }
    }
    assert!(ours.is_empty(), "records that they do not have: {ours:?}");
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn on_every_event_that_kafka_event_accepts_ours_yields_the_same(event in event_in_json()) {
        compare(&event);
    }
}

/// So that the comparison above is one: about what it would be if nothing were ever accepted.
#[test]
fn kafka_event_accepts_a_good_part_of_what_is_generated() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut accepted = 0;
    for _ in 0..500 {
        let event = event_in_json().new_tree(&mut runner).unwrap().current();
        let has_records = event.contains("\"offset\"");
        accepted += u32::from(compare(&event) && has_records);
    }

    assert!(accepted >= 150, "{accepted} of 500");
}
