//! Single records: what makes one dead, and what does not.

use super::super::*;

/// Decodes an event with this one text in the list of `a-0`, followed by a good record.
fn with_entry(record_json: &str, check: impl FnOnce(Entry<'_>)) {
    let good = r#"{"topic":"a","partition":0,"offset":2}"#;
    let body = format!(r#"{{"records":{{"a-0":[{record_json},{good}]}}}}"#);
    let batch = Batch::decode(body.as_bytes()).unwrap();
    assert_eq!(batch.len(), 2);
    assert_eq!(
        batch.record(RecordIndex(1)).unwrap().offset(),
        Offset(2),
        "the next one is not affected"
    );
    check(batch.entry(RecordIndex(0)).unwrap());
}

fn record(record_json: &str, check: impl FnOnce(Record<'_>)) {
    with_entry(record_json, |entry| match entry {
        Entry::Record(record) => check(record),
        Entry::Dead(dead) => panic!("{dead:?}"),
    });
}

/// The code and the detail of a dead record.
fn reason(record_json: &str) -> (&'static str, String) {
    let mut reason = ("", String::new());
    with_entry(record_json, |entry| match entry {
        Entry::Record(record) => panic!("{record:?} is not dead"),
        Entry::Dead(dead) => {
            assert_eq!(dead.json, record_json.as_bytes());
            assert_eq!(dead.map_key, "a-0");
            reason = (dead.code, dead.detail.into_owned());
        }
    });
    reason
}

#[test]
fn topic_partition_and_offset_are_needed() {
    let missing = |field: &str| ("missing_field", format!("`{field}` is missing"));
    assert_eq!(reason(r#"{"partition":0,"offset":1}"#), missing("topic"));
    assert_eq!(reason(r#"{"topic":null,"partition":0,"offset":1}"#), missing("topic"));
    assert_eq!(reason(r#"{"topic":"a","offset":1}"#), missing("partition"));
    assert_eq!(reason(r#"{"topic":"a","partition":null,"offset":1}"#), missing("partition"));
    assert_eq!(reason(r#"{"topic":"a","partition":0}"#), missing("offset"));
    assert_eq!(reason(r#"{"topic":"a","partition":0,"offset":null}"#), missing("offset"));
    assert_eq!(reason("{}"), missing("topic"));
}

#[test]
fn topics_are_text() {
    for topic in ["7", "[]", "{\"a\":1}", "true", r#""\ud800""#, r#""\x""#] {
        let json = format!(r#"{{"topic":{topic},"partition":0,"offset":1}}"#);
        assert_eq!(reason(&json), ("wrong_field", "`topic` is not a string".to_owned()), "{topic}");
    }
}

#[test]
fn partitions_and_offsets_are_whole_numbers() {
    for number in ["1e400", "1.0", "1e3", "\"1\"", "[1]", "{}", "true", "-", "99999999999999999999"]
    {
        let offset = format!(r#"{{"topic":"a","partition":0,"offset":{number}}}"#);
        let not_64_bits = "`offset` is not a whole number of 64 bits".to_owned();
        assert_eq!(reason(&offset), ("wrong_field", not_64_bits), "{number}");
        let partition = format!(r#"{{"topic":"a","partition":{number},"offset":1}}"#);
        let not_32_bits = "`partition` is not a whole number of 32 bits".to_owned();
        assert_eq!(reason(&partition), ("wrong_field", not_32_bits), "{number}");
    }
    assert_eq!(reason(r#"{"topic":"a","partition":2147483648,"offset":1}"#).0, "wrong_field");
    record(r#"{"topic":"a","partition":2147483647,"offset":9223372036854775807}"#, |record| {
        assert_eq!((record.partition(), record.offset()), (Partition(i32::MAX), Offset(i64::MAX)));
    });
}

#[test]
fn items_that_are_no_objects_are_dead() {
    for (json, found) in [
        ("null", "null"),
        ("7", "a number"),
        ("true", "a boolean"),
        ("\"x\"", "a string"),
        ("[{}]", "an array"),
    ] {
        assert_eq!(
            reason(json),
            ("not_an_object", format!("the record is {found}; expected an object"))
        );
    }
}

#[test]
fn keys_and_values_are_standard_base64_with_padding() {
    // In turn: no padding, too much padding, the URL-safe alphabet, a line break, white space,
    // left-over bits, no base64.
    for text in [
        "YQ",
        "YQ===",
        "-_-_",
        "YWFh\\nYWFh",
        "YW Fh",
        "YR==",
        "not base64!",
        "=",
        "é",
        "\\ud800",
        "\\x",
    ] {
        for field in ["key", "value"] {
            let json = format!(r#"{{"topic":"a","partition":0,"offset":1,"{field}":"{text}"}}"#);
            let expected = ("wrong_base64", format!("wrong base64 in `{field}`"));
            assert_eq!(reason(&json), expected, "{text}");
        }
    }
    // 0xfb 0xff 0xfe is "+//+", with every way to write the escapes.
    for text in ["+//+", r"+\/\/+", r"\u002b//\u002B", r"\u002b\u002f\u002f\u002b"] {
        let json = format!(r#"{{"topic":"a","partition":0,"offset":1,"value":"{text}"}}"#);
        record(&json, |record| assert_eq!(record.value(), Some(&b"\xfb\xff\xfe"[..]), "{text}"));
    }
    record(r#"{"topic":"a","partition":0,"offset":1,"key":"YQ\u003d\u003d"}"#, |record| {
        assert_eq!(record.key(), Some(&b"a"[..]));
    });
}

#[test]
fn keys_and_values_of_another_kind_are_dead() {
    for (field, json) in [("key", "7"), ("value", "{\"a\":1}"), ("value", "[]"), ("key", "true")] {
        let expected = ("wrong_field", format!("`{field}` is not a base64 string or null"));
        let json = format!(r#"{{"topic":"a","partition":0,"offset":1,"{field}":{json}}}"#);
        assert_eq!(reason(&json), expected);
    }
}

#[test]
fn invalid_utf8_costs_its_field() {
    let decode = |field: &str| {
        let mut body = br#"{"records":{"a-0":[{"topic":"a","partition":0,"offset":1,""#.to_vec();
        body.extend_from_slice(field.as_bytes());
        body.extend_from_slice(b"\":\"\xff\xfe\"}]}}");
        let batch = Batch::decode(&body).unwrap();
        match batch.entry(RecordIndex(0)).unwrap() {
            Entry::Record(_) => "good",
            Entry::Dead(dead) => dead.code,
        }
    };
    assert_eq!(decode("topic"), "wrong_field");
    assert_eq!(decode("value"), "wrong_base64");
    assert_eq!(decode("timestampType"), "good");
    assert_eq!(decode("headers"), "good");
    assert_eq!(decode("anything"), "good");
}

#[test]
fn what_is_not_needed_may_be_anything() {
    for value in
        ["1e400", "null", "{\"a\":[1e400,\"\\ud800\"]}", "[]", "\"\\ud800\"", "false", "-1", "01"]
    {
        for field in [
            "timestamp",
            "timestampType",
            "headers",
            "valueSchemaMetadata",
            "keySchemaMetadata",
            "other",
        ] {
            let json = format!(
                r#"{{"topic":"a","partition":0,"offset":1,"value":"YQ==","{field}":{value}}}"#
            );
            record(&json, |record| {
                assert_eq!(record.value(), Some(&b"a"[..]), "{json}");
                record.headers().for_each(drop);
                assert_eq!(record.value_schema_metadata(), None);
                assert_eq!(record.json(), json.as_bytes());
            });
        }
    }
}

#[test]
fn of_members_that_occur_twice_the_last_one_counts() {
    let json = r#"{"offset":"x","topic":"b","value":"!","key":"YQ==","partition":9,
                   "topic":"a","partition":0,"offset":1,"value":"Yg==","key":null,
                   "headers":[{"h":[1]}],"headers":[]}"#;
    record(json, |record| {
        assert_eq!(record.topic(), "a");
        assert_eq!(record.partition(), Partition(0));
        assert_eq!(record.offset(), Offset(1));
        assert_eq!(record.value(), Some(&b"b"[..]));
        assert_eq!(record.key(), None);
        assert_eq!(record.headers().len(), 0);
    });
    let json = r#"{"topic":"a","partition":0,"offset":1,"value":"Yg==","value":7}"#;
    assert_eq!(reason(json).0, "wrong_field");
}

#[test]
fn a_dead_record_keeps_what_could_be_read() {
    let json = r#"{"topic":"a-b","partition":3,"offset":8,"timestamp":5,"key":"a2V5","value":"?",
                   "headers":[{"h":[1]}]}"#;
    with_entry(json, |entry| {
        let Entry::Dead(dead) = entry else { panic!("not dead") };
        assert_eq!(dead.index, RecordIndex(0));
        assert_eq!(dead.topic, Some("a-b"));
        assert_eq!(dead.partition, Some(Partition(3)));
        assert_eq!(dead.offset, Some(Offset(8)));
        assert_eq!(dead.timestamp, Some(Timestamp(5)));
        assert_eq!(dead.key, Some(&b"key"[..]));
        assert_eq!(dead.value, None);
        assert_eq!(dead.headers_json, br#"[{"h":[1]}]"#);
        assert_eq!(dead.headers().next().unwrap().unwrap().name, "h");
    });
}

#[test]
fn a_good_record_can_be_given_up_later() {
    let json =
        r#"{"topic":"a","partition":3,"offset":8,"timestamp":5,"key":"a2V5","value":"dmFsdWU="}"#;
    record(json, |record| {
        let dead =
            DeadRecord::new(&record, "unknown_topic", "no kind of event is configured for `a`");
        assert_eq!(
            (dead.code, dead.detail.as_ref()),
            ("unknown_topic", "no kind of event is configured for `a`")
        );
        assert_eq!((dead.topic, dead.partition), (Some("a"), Some(Partition(3))));
        assert_eq!((dead.offset, dead.timestamp), (Some(Offset(8)), Some(Timestamp(5))));
        assert_eq!((dead.key, dead.value), (Some(&b"key"[..]), Some(&b"value"[..])));
        assert_eq!((dead.map_key, dead.json), ("a-0", json.as_bytes()));
    });
}

#[test]
fn a_map_key_that_holds_no_list_is_one_dead_record() {
    for (value, found) in [("null", "null"), ("{\"offset\":1}", "an object"), ("\"x\"", "a string")]
    {
        let body = format!(
            r#"{{"records":{{"odd":{value},"empty":[],
                 "a-0":[{{"topic":"a","partition":0,"offset":2}}]}}}}"#
        );
        let batch = Batch::decode(body.as_bytes()).unwrap();
        let entries: Vec<Entry<'_>> = batch.entries().collect();
        let [Entry::Dead(dead), Entry::Record(record)] = &entries[..] else {
            panic!("{entries:?}")
        };
        assert_eq!((dead.map_key, dead.code, dead.offset), ("odd", "not_a_list", None));
        assert!(dead.detail.contains(found), "{}", dead.detail);
        assert_eq!(dead.json, value.as_bytes());
        assert_eq!((record.map_key(), record.index()), ("a-0", RecordIndex(1)));
    }
}

#[test]
fn schema_metadata_is_read_on_demand() {
    let json = r#"{"topic":"a","partition":0,"offset":1,"value":"YQ==",
        "keySchemaMetadata":{"dataFormat":"JSON","schemaId":"7"},
        "valueSchemaMetadata":{"dataFormat":"AVRO","schemaId":"1234"}}"#;
    record(json, |record| {
        let value_schema = record.value_schema_metadata().unwrap();
        assert_eq!((&*value_schema.data_format, &*value_schema.schema_id), ("AVRO", "1234"));
        assert_eq!(record.key_schema_metadata().unwrap().data_format, "JSON");
    });
}
