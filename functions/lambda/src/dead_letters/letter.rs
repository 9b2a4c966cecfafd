use std::borrow::Cow;

use millrace_shared::kafka::DeadRecord;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::messages::{deliverable, hexadecimal};

/// Where a dead record was met: what every letter says besides the record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances<'a> {
    pub(super) cluster: &'a str,
    pub(super) function: &'a str,
    /// Now, in RFC 3339.
    pub(super) time: &'a str,
}

/// A dead record with everything known of it, as one JSON object.
#[derive(Serialize)]
struct Letter<'a> {
    id: &'a str,
    reason: &'a str,
    detail: &'a str,
    time: &'a str,
    function: &'a str,
    cluster: &'a str,
    map_key: &'a str,
    topic: Option<&'a str>,
    partition: Option<i32>,
    offset: Option<i64>,
    timestamp: Option<i64>,
    key: Option<Cow<'a, str>>,
    key_encoding: Option<&'static str>,
    value: Option<Cow<'a, str>>,
    value_encoding: Option<&'static str>,
    headers: Option<Json<'a>>,
    /// The record as Lambda sent it, where key or value could not be decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Json<'a>>,
}

/// JSON as it came; in base64 where it is none.
#[derive(Serialize)]
#[serde(untagged)]
enum Json<'a> {
    AsItCame(&'a RawValue),
    Base64 { base64: String },
}

/// The identifier of a record's letter, the same whenever the record is met: 32 hexadecimal digits
/// of a SHA-256 over cluster, topic, partition and offset, or over the record itself where one of
/// these could not be read.
pub(super) fn id(record: &DeadRecord<'_>, cluster: &str) -> String {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(cluster.as_bytes());
    if let (Some(topic), Some(partition), Some(offset)) =
        (record.topic, record.partition, record.offset)
    {
        part(topic.as_bytes());
        part(&partition.0.to_be_bytes());
        part(&offset.0.to_be_bytes());
    } else {
        part(record.map_key.as_bytes());
        part(record.json);
    }
    hexadecimal(&hash.finalize()[..16])
}

/// The text of the letter.
pub(super) fn text(id: &str, record: &DeadRecord<'_>, circumstances: Circumstances<'_>) -> String {
    let (key, key_encoding) = encoded(record.key).unzip();
    let (value, value_encoding) = encoded(record.value).unzip();
    let letter = Letter {
        id,
        reason: record.code,
        detail: &record.detail,
        time: circumstances.time,
        function: circumstances.function,
        cluster: circumstances.cluster,
        map_key: record.map_key,
        topic: record.topic,
        partition: record.partition.map(|partition| partition.0),
        offset: record.offset.map(|offset| offset.0),
        timestamp: record.timestamp.map(|timestamp| timestamp.0),
        key,
        key_encoding,
        value,
        value_encoding,
        headers: (!record.headers_json.is_empty()).then(|| Json::new(record.headers_json)),
        record: (!is_all_there(record)).then(|| Json::new(record.json)),
    };
    let Ok(json) = serde_json::to_string(&letter) else {
        unreachable!("a letter holds texts, numbers and JSON only")
    };
    deliverable(json)
}

impl<'a> Json<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        match serde_json::from_slice(bytes) {
            Ok(json) => Self::AsItCame(json),
            Err(_) => Self::Base64 { base64: base64_simd::STANDARD.encode_to_string(bytes) },
        }
    }
}

/// Bytes as a text that gives them back: themselves where they are UTF-8 without control characters
/// (but for tabs and line ends), else base64.
fn encoded(bytes: Option<&[u8]>) -> Option<(Cow<'_, str>, &'static str)> {
    let bytes = bytes?;
    let is_control = |byte: &u8| *byte < b' ' && !b"\t\n\r".contains(byte);
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.iter().any(is_control) => Some((Cow::Borrowed(text), "utf8")),
        _ => Some((Cow::Owned(base64_simd::STANDARD.encode_to_string(bytes)), "base64")),
    }
}

/// Whether key and value are all that the record holds of them.
fn is_all_there(record: &DeadRecord<'_>) -> bool {
    #[derive(Deserialize)]
    struct Key {
        #[serde(default)]
        key: Option<IgnoredAny>,
    }
    let has_no_key =
        || serde_json::from_slice(record.json).is_ok_and(|json: Key| json.key.is_none());
    record.value.is_some() && (record.key.is_some() || has_no_key())
}

#[cfg(test)]
mod tests {
    use millrace_shared::kafka::{Batch, Entry};
    use serde_json::Value;

    use super::*;

    const HERE: Circumstances<'static> =
        Circumstances { cluster: "main", function: "analytics", time: "2026-01-05T08:00:00.000Z" };

    /// The letter of the only record of an event, given up where it could be decoded.
    fn letter(record: &str) -> Value {
        let event = format!(r#"{{"eventSource":"aws:kafka","records":{{"t-0":[{record}]}}}}"#);
        let batch = Batch::decode(event.as_bytes()).unwrap();
        let dead = match batch.entries().next().unwrap() {
            Entry::Dead(dead) => dead,
            Entry::Record(record) => DeadRecord::new(&record, "not_json", "no JSON"),
        };
        serde_json::from_str(&text(&id(&dead, "main"), &dead, HERE)).unwrap()
    }

    #[test]
    fn a_record_that_could_be_decoded_is_told_whole() {
        // "k" and "{}", with a header of bytes -61, -85.
        let letter = letter(
            r#"{"topic":"t","partition":0,"offset":7,"timestamp":1767600000000,"key":"aw==",
                "value":"e30=","headers":[{"h":[-61,-85]}]}"#,
        );
        let expected = serde_json::json!({
            "id": letter["id"], "reason": "not_json", "detail": "no JSON",
            "time": "2026-01-05T08:00:00.000Z", "function": "analytics", "cluster": "main",
            "map_key": "t-0", "topic": "t", "partition": 0, "offset": 7,
            "timestamp": 1_767_600_000_000_i64, "key": "k", "key_encoding": "utf8", "value": "{}",
            "value_encoding": "utf8", "headers": [{"h": [-61, -85]}],
        });
        assert_eq!(letter, expected);
        assert_eq!(letter["id"].as_str().unwrap().len(), 32);
    }

    #[test]
    fn bytes_that_are_no_plain_text_are_base64() {
        // The bytes 0xFF 0x00 and 0x00.
        let letter =
            letter(r#"{"topic":"t","partition":0,"offset":7,"key":"/wA=","value":"AA=="}"#);
        assert_eq!((&letter["key"], &letter["key_encoding"]), (&"/wA=".into(), &"base64".into()));
        assert_eq!(
            (&letter["value"], &letter["value_encoding"]),
            (&"AA==".into(), &"base64".into())
        );
        assert_eq!(letter["headers"], Value::Null);
    }

    #[test]
    fn what_could_not_be_decoded_is_there_as_it_came() {
        let record = r#"{"topic":"t","partition":0,"offset":7,"key":"aw==","value":"no base64"}"#;
        let letter = letter(record);
        assert_eq!(letter["reason"], "wrong_base64");
        assert_eq!(letter["record"], serde_json::from_str::<Value>(record).unwrap());
        assert_eq!((&letter["key"], &letter["value"]), (&"k".into(), &Value::Null));
    }

    #[test]
    fn the_record_is_repeated_only_where_it_says_more() {
        let with = |key: &str| {
            letter(&format!(r#"{{"topic":"t","partition":0,"offset":7,{key}"value":"e30="}}"#))
        };
        assert_eq!(with("").get("record"), None);
        assert_eq!(with(r#""key":null,"#).get("record"), None);
        assert!(with(r#""key":"?","#).get("record").is_some());
    }

    #[test]
    fn a_record_without_an_offset_has_an_identifier_of_its_own() {
        let ids = [
            r#"{"topic":"t","partition":0,"value":"e30="}"#,
            r#"{"topic":"t","partition":0,"value":"e31="}"#,
            r#"{"topic":"t","partition":0,"offset":7,"value":"?"}"#,
            r#"{"topic":"t","partition":1,"offset":7,"value":"?"}"#,
        ]
        .map(|record| letter(record)["id"].to_string());
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), 4, "{ids:?}");
    }
}
