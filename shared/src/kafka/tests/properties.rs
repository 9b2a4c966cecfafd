//! Whatever the bytes are: no panic.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::super::*;
use crate::json::Cursor;

/// Decodes and reads everything that can be read.
fn read_everything(body: &[u8]) {
    let Ok(batch) = Batch::decode(body) else { return };
    let entries: Vec<Entry<'_>> = batch.entries().collect();
    assert_eq!(entries.len(), batch.len());
    for entry in &entries {
        match entry {
            Entry::Record(record) => {
                assert!(record.topic_index().as_usize() < batch.topics().len());
                assert_eq!(record.is_tombstone(), record.value().is_none());
                record.headers().for_each(drop);
                let _ = (record.map_key(), record.topic(), record.key());
                let _ = (record.key_schema_metadata(), record.value_schema_metadata());
                assert!(Cursor::new(record.json()).value().is_ok());
            }
            Entry::Dead(dead) => {
                dead.headers().for_each(drop);
                assert!(Cursor::new(dead.json).value().is_ok());
            }
        }
    }
    let everything = (0..).map(RecordIndex).take(batch.len());
    let reportable = entries.iter().all(|entry| match entry {
        Entry::Record(_) => true,
        Entry::Dead(dead) => dead.offset.is_some(),
    });
    assert_eq!(BatchResponse::from_failed(&batch, everything).is_ok(), reportable);
}

/// The member names that the decoder looks for.
const NAMES: [&str; 15] = [
    "records",
    "topic",
    "partition",
    "offset",
    "timestamp",
    "timestampType",
    "key",
    "value",
    "headers",
    "eventSource",
    "eventSourceArn",
    "bootstrapServers",
    "valueSchemaMetadata",
    "dataFormat",
    "schemaId",
];

/// Any JSON with these names in it.
fn json() -> impl Strategy<Value = Json> {
    let name = prop_oneof![
        3 => prop::sample::select(&NAMES[..]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        "[A-Za-z0-9+/]{0,12}={0,2}".prop_map(Json::from),
    ];
    scalar.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// An event of records that are any objects.
fn event() -> impl Strategy<Value = Json> {
    let list =
        prop_oneof![4 => prop::collection::vec(json(), 0..5).prop_map(Json::from), 1 => json()];
    prop::collection::vec((any::<String>(), list), 0..4).prop_map(|records| {
        let records: serde_json::Map<String, Json> = records.into_iter().collect();
        serde_json::json!({ "eventSource": "aws:kafka", "records": records })
    })
}

/// Records of a few topics and partitions, whose members come in Lambda's order or another, twice or not at all.
fn record() -> impl Strategy<Value = String> {
    let beginning = prop_oneof![
        4 => Just(r#"{"topic":"a","partition":0"#),
        1 => Just(r#"{"topic":"a","partition":1"#),
        1 => Just(r#"{"topic":"b","partition":0"#),
        1 => Just(r#"{"partition":0,"topic":"a""#),
        1 => Just(r#"{"topic":null,"partition":0"#),
        1 => Just(r#"{"topic":"a","partition":"0""#),
        1 => Just(r#"{"topic" : "a", "partition" : 0"#),
        1 => Just(r#"{"offset":1"#),
    ];
    let member = prop::sample::select(
        &[
            r#""offset":7"#,
            r#""offset":-"#,
            r#""topic":"b""#,
            r#""topic":7"#,
            r#""partition":2"#,
            r#""partition":null"#,
            r#""value":"YQ==""#,
            r#""value":"Y""#,
            r#""key":"Yg==""#,
            r#""timestamp":1767600000000"#,
        ][..],
    );
    (beginning, prop::collection::vec(member, 0..4)).prop_map(|(beginning, members)| {
        let members = [vec![beginning], members].concat();
        format!("{}}}", members.join(","))
    })
}

/// All that there is to know of each record of a list.
fn read(records: &[String]) -> Vec<String> {
    let body = format!(r#"{{"records":{{"a-0":[{}]}}}}"#, records.join(","));
    let batch = Batch::decode(body.as_bytes()).unwrap();
    let all = batch.entries().map(|entry| match entry {
        Entry::Record(one) => format!(
            "{} {:?} {:?} {:?} {:?} {:?}",
            one.topic(),
            (one.partition(), one.offset(), one.timestamp()),
            one.key(),
            one.value(),
            one.headers().count(),
            str::from_utf8(one.json()),
        ),
        Entry::Dead(one) => format!(
            "{} {} {:?} {:?} {:?}",
            one.code,
            one.detail,
            (one.topic, one.partition, one.offset, one.timestamp),
            (one.key, one.value),
            str::from_utf8(one.json),
        ),
    });
    all.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_record_is_read_as_it_would_be_by_itself(records in prop::collection::vec(record(), 1..8)) {
        let alone = records.iter().flat_map(|record| read(std::slice::from_ref(record)));
        prop_assert_eq!(read(&records), alone.collect::<Vec<_>>());
    }
}

proptest! {
    #[test]
    fn bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        read_everything(&body);
    }

    #[test]
    fn documents_never_panic(document in json()) {
        read_everything(document.to_string().as_bytes());
    }

    #[test]
    fn events_decode_whatever_their_records_are(event in event()) {
        let body = event.to_string();
        prop_assert!(Batch::decode(body.as_bytes()).is_ok());
        read_everything(body.as_bytes());
    }

    #[test]
    fn damaged_events_never_panic(
        event in event(),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![any::<u8>(), prop::sample::select(&b"\"\\{}[],:0-"[..])],
    ) {
        let mut body = event.to_string().into_bytes();
        let at = at.index(body.len());
        body[at] = byte;
        read_everything(&body);
        body.truncate(at);
        prop_assert!(Batch::decode(&body).is_err());
    }
}
