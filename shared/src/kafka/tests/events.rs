//! Whole events: what is one, and what its envelope says.

use super::super::*;

fn error(body: &str) -> String {
    Batch::decode(body.as_bytes()).unwrap_err().to_string()
}

#[test]
fn an_msk_event_with_two_partitions() {
    // "a2V5" is "key", "dmFsdWU=" is "value".
    let body = r#"{
        "eventSource": "aws:kafka",
        "eventSourceArn": "arn:aws:kafka:eu-central-1:123456789012:cluster/demo/1",
        "bootstrapServers": "b-1:9098,b-2:9098",
        "records": {
            "orders-eu-0": [
                {"topic":"orders-eu","partition":0,"offset":15,"timestamp":1545084650987,
                 "timestampType":"CREATE_TIME","key":"a2V5","value":"dmFsdWU=",
                 "headers":[{"traceparent":[48,48,-61,-85]}]},
                {"topic":"orders-eu","partition":0,"offset":16,"timestamp":1545084650988,
                 "timestampType":"LOG_APPEND_TIME","value":""}
            ],
            "orders-eu-1": [
                {"topic":"orders-eu","partition":1,"offset":7,"timestamp":-1,
                 "timestampType":"NO_TIMESTAMP_TYPE","key":null,"value":null,"headers":null}
            ]
        }
    }"#;
    let batch = Batch::decode(body.as_bytes()).unwrap();
    assert_eq!(batch.event_source(), "aws:kafka");
    assert_eq!(batch.cluster(), "arn:aws:kafka:eu-central-1:123456789012:cluster/demo/1");
    assert_eq!(batch.topics().collect::<Vec<_>>(), ["orders-eu"]);
    assert_eq!(batch.len(), 3);

    let first = batch.record(RecordIndex(0)).unwrap();
    assert_eq!(first.map_key(), "orders-eu-0");
    assert_eq!(first.topic(), "orders-eu");
    assert_eq!(first.topic_index(), TopicIndex(0));
    assert_eq!(first.partition(), Partition(0));
    assert_eq!(first.offset(), Offset(15));
    assert_eq!(first.timestamp(), Some(Timestamp(1_545_084_650_987)));
    assert_eq!(first.timestamp_type(), TimestampType::CreateTime);
    assert_eq!(first.key(), Some(&b"key"[..]));
    assert_eq!(first.value(), Some(&b"value"[..]));
    assert!(!first.is_tombstone());
    let header = first.headers().next().unwrap().unwrap();
    assert_eq!(header.name, "traceparent");
    assert_eq!(header.value.as_deref(), Some(&b"00\xc3\xab"[..]));

    let second = batch.record(RecordIndex(1)).unwrap();
    assert_eq!(second.offset(), Offset(16));
    assert_eq!(second.key(), None);
    assert_eq!(second.value(), Some(&b""[..]));
    assert!(!second.is_tombstone(), "an empty value is a value");
    assert_eq!(second.timestamp_type(), TimestampType::LogAppendTime);
    assert_eq!(second.headers().len(), 0);

    let third = batch.record(RecordIndex(2)).unwrap();
    assert_eq!(third.map_key(), "orders-eu-1");
    assert_eq!(third.index(), RecordIndex(2));
    assert_eq!(third.timestamp(), None);
    assert_eq!(third.timestamp_type(), TimestampType::NoTimestampType);
    assert!(third.is_tombstone());
    assert_eq!(third.headers().len(), 0);
    assert!(batch.record(RecordIndex(3)).is_none());
    assert!(batch.entry(RecordIndex(3)).is_none());
}

#[test]
fn self_managed_kafka_is_known_by_its_bootstrap_servers() {
    for (source, arn) in [("SelfManagedKafka", "null"), ("aws:SelfManagedKafka", "\"\"")] {
        let body = format!(
            r#"{{"eventSource":"{source}","eventSourceArn":{arn},
                 "bootstrapServers":"a:9092","records":{{}}}}"#
        );
        let batch = Batch::decode(body.as_bytes()).unwrap();
        assert_eq!(batch.event_source(), source);
        assert_eq!(batch.cluster(), "a:9092");
        assert!(batch.is_empty());
    }
}

#[test]
fn an_envelope_of_other_shapes_reads_as_absent() {
    let body = br#"{"eventSource":7,"eventSourceArn":{"a":[1e400]},
        "bootstrapServers":["\ud800"],"records":{},"x":null}"#;
    let batch = Batch::decode(body).unwrap();
    assert_eq!(batch.event_source(), "");
    assert_eq!(batch.cluster(), "");
}

#[test]
fn names_may_be_written_with_escapes() {
    let body = br#"{"\u0065ventSource":"aws\u003akafka",
        "r\u0065cords":{"a\u002d0":[{"t\u006fpic":"\u0061","partition":0,"offset":1}]}}"#;
    let batch = Batch::decode(body).unwrap();
    assert_eq!(batch.event_source(), "aws:kafka");
    let record = batch.record(RecordIndex(0)).unwrap();
    assert_eq!((record.map_key(), record.topic()), ("a-0", "a"));
}

#[test]
fn records_that_are_named_twice_are_all_there() {
    let body = br#"{
        "records":{"a-0":[{"topic":"a","partition":0,"offset":1}],
                   "a-0":[{"topic":"a","partition":0,"offset":2}]},
        "records":{"a-0":[{"topic":"a","partition":0,"offset":3}]}}"#;
    let batch = Batch::decode(body).unwrap();
    let offsets: Vec<i64> = batch
        .entries()
        .filter_map(|entry| match entry {
            Entry::Record(record) => Some(record.offset().0),
            Entry::Dead(_) => None,
        })
        .collect();
    assert_eq!(offsets, [1, 2, 3]);
}

#[test]
fn what_is_no_msk_event_says_what_it_is_not() {
    assert_eq!(
        error(""),
        "not an MSK event: not JSON: the text ends at byte 0, where an object was expected"
    );
    assert_eq!(error("hello"), "not an MSK event: not JSON: expected a value at byte 0");
    assert!(error("[1,2]").starts_with("not an MSK event: it is an array; expected an object"));
    assert!(error("null").starts_with("not an MSK event: it is null;"));
    assert_eq!(
        error("{}"),
        "not an MSK event: `records` is missing; \
         expected an object of topic-partition to a list of records"
    );
    assert_eq!(error(r#"{"records":null}"#), error("{}"));
    assert!(
        error(r#"{"records":[]}"#).starts_with("not an MSK event: `records` is an array; expected")
    );
    let other = error(r#"{"Records":[{"eventSource":"aws:sqs","body":"x"}]}"#);
    assert!(other.contains("`Records`, as events of S3, SQS"), "{other}");
    assert!(other.contains("subscribed to another event source?"), "{other}");
}

#[test]
fn broken_structure_is_an_error_with_its_place() {
    for (body, expected) in [
        (r#"{"records":{}} x"#, "expected the end at byte 15"),
        (r#"{"records":{}}}"#, "expected the end at byte 14"),
        (r#"{"records":{},}"#, "expected a member name at byte 14"),
        (r#"{"records":{"a":[,]}}"#, "expected a value at byte 17"),
        (r#"{"records":{"a":[1 2]}}"#, "expected `,` or `]` at byte 19"),
        (r#"{"records" {}}"#, "expected `:` at byte 11"),
        (r#"{"x":{"a":[1}},"records":{}}"#, "expected `,` or `]` at byte 12"),
        (r#"{"x":nul,"records":{}}"#, "expected `null` at byte 8"),
        (r#"{"x":NaN,"records":{}}"#, "expected a value at byte 5"),
        (r"{'records':{}}", "expected a member name at byte 1"),
    ] {
        let error = error(body);
        assert_eq!(error, format!("not an MSK event: not JSON: {expected}"), "{body}");
    }
}

#[test]
fn no_prefix_of_an_event_is_one() {
    let body = br#"{"eventSource":"aws:kafka","x":[[{"a":"\"b\\"}],true,false,null,-1.5e3],
        "records":{"a-0":[{"topic":"a","partition":0,"offset":1,"value":"\u0065A=="}]}}"#;
    assert!(Batch::decode(body).is_ok());
    for end in 0..body.len() {
        let error = Batch::decode(&body[..end]).unwrap_err();
        let EventError::Syntax(SyntaxError::Truncated { position, .. }) = error else {
            panic!("{end} bytes: {error}");
        };
        assert_eq!(position, end);
    }
}

#[test]
fn nesting_bombs_neither_recurse_nor_grow() {
    let levels = 1_000_000;
    let bomb =
        |open: &str, close: &str| format!("{}0{}", open.repeat(levels), close.repeat(levels));
    for value in [bomb("[", "]"), bomb(r#"{"a":"#, "}"), bomb(r#"[{"a":"#, "}]")] {
        let body = format!(
            r#"{{"x":{value},
                 "records":{{"a-0":[{{"topic":"a","partition":0,"offset":{value}}}]}}}}"#
        );
        let batch = Batch::decode(body.as_bytes()).unwrap();
        assert!(matches!(batch.entry(RecordIndex(0)), Some(Entry::Dead(_))));
    }
    let only_opened = format!(r#"{{"x":{}"#, "[".repeat(levels));
    assert!(Batch::decode(only_opened.as_bytes()).is_err());
}

#[test]
fn debug_forms_hold_no_payload() {
    // "c2VjcmV0" is "secret".
    let body = br#"{"records":{"a-0":[
        {"topic":"a","partition":0,"offset":1,"key":"c2VjcmV0","value":"c2VjcmV0",
         "headers":[{"h":[115]}]},
        {"topic":"a","partition":0,"offset":"c2VjcmV0","key":"c2VjcmV0","value":"secret!"}]}}"#;
    let batch = Batch::decode(body).unwrap();
    let entries: Vec<Entry<'_>> = batch.entries().collect();
    let shown = format!("{batch:?} {entries:?}");
    assert!(shown.contains("Partition(0)"), "{shown}");
    for payload in ["secret", "c2Vj", "115, 101"] {
        assert!(!shown.contains(payload), "{shown}");
    }
}
