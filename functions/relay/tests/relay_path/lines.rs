//! Lines read back, independently of how they are written.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::event::{Place, Record};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    topic: String,
    partition: i32,
    offset: i64,
    timestamp: Option<i64>,
    timestamp_type: String,
    key: Option<String>,
    key_encoding: Option<String>,
    headers: Option<Vec<Header>>,
    value: Box<RawValue>,
    encoding: Option<String>,
    pub(crate) object: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    name: String,
    value: Option<String>,
    encoding: Option<String>,
}

impl Line {
    pub(crate) fn place(&self) -> Place {
        (self.topic.clone(), self.partition, self.offset)
    }

    /// Asserts that the line holds the whole record, byte for byte.
    pub(crate) fn assert_is(&self, record: &Record) {
        assert_eq!(self.place(), record.place());
        assert_eq!(self.timestamp, (record.timestamp >= 0).then_some(record.timestamp));
        assert_eq!(self.timestamp_type, "CREATE_TIME");
        let key = self.key.as_deref().map(|key| bytes(key, self.key_encoding.as_deref()));
        assert_eq!(key, record.key);
        let headers: Vec<(String, Option<Vec<u8>>)> = self
            .headers
            .iter()
            .flatten()
            .map(|header| {
                let bytes = |text| bytes(text, header.encoding.as_deref());
                (header.name.clone(), header.value.as_deref().map(bytes))
            })
            .collect();
        assert_eq!(headers, record.headers);
        self.assert_value(record);
    }

    fn assert_value(&self, record: &Record) {
        let text = self.value.get();
        match self.encoding.as_deref() {
            None => assert_eq!((text, &record.value), ("null", &None)),
            Some("json") => {
                let value = String::from_utf8(record.value.clone().unwrap()).unwrap();
                // White space around a document is no part of what a reader hands out.
                assert_eq!(text, value.replace(['\r', '\n'], " ").trim());
            }
            Some("base64") => {
                let text: String = serde_json::from_str(text).unwrap();
                assert_eq!(Some(bytes(&text, Some("base64"))), record.value);
            }
            Some(other) => panic!("encoding {other}"),
        }
    }
}

fn bytes(text: &str, encoding: Option<&str>) -> Vec<u8> {
    match encoding {
        None => text.as_bytes().to_vec(),
        Some("base64") => base64_simd::STANDARD.decode_to_vec(text).unwrap(),
        Some(other) => panic!("encoding {other}"),
    }
}

/// Reads lines, each of which must end with a line feed and hold no other.
pub(crate) fn read(data: &[u8]) -> Vec<Line> {
    let text = std::str::from_utf8(data).unwrap();
    let text = text.strip_suffix('\n').expect("lines end with a line feed");
    text.split('\n').map(|line| serde_json::from_str(line).unwrap()).collect()
}
