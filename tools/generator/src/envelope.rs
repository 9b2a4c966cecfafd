//! The JSON in which Lambda hands over records of Amazon MSK.

use std::collections::BTreeMap;
use std::io::Write;

use base64_simd::STANDARD;

use crate::record::KafkaRecord;

/// Where an event says it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventSource {
    /// The cluster's ARN.
    pub arn: String,
    /// The cluster's brokers, separated by commas.
    pub bootstrap_servers: String,
}

impl Default for EventSource {
    fn default() -> Self {
        let domain = "millrace.a1b2c3.c2.kafka.us-east-1.amazonaws.com";
        EventSource {
            arn: "arn:aws:kafka:us-east-1:123456789012:cluster/millrace/\
                  6b1f0b9e-3c4d-4f63-9d0a-1f0e5a7c2b11-2"
                .to_owned(),
            bootstrap_servers: format!("b-1.{domain}:9098,b-2.{domain}:9098"),
        }
    }
}

/// The event of these records, from the default source. See [`EventSource::encode`].
pub fn encode_event(records: &[KafkaRecord]) -> Vec<u8> {
    EventSource::default().encode(records)
}

impl EventSource {
    /// The event of these records: a list for each topic and partition under `topic-partition`,
    /// records in the order given, keys and values in base64, header values as signed bytes.
    pub fn encode(&self, records: &[KafkaRecord]) -> Vec<u8> {
        let mut partitions: BTreeMap<(&str, i32), Vec<&KafkaRecord>> = BTreeMap::new();
        for record in records {
            partitions.entry((&record.topic, record.partition)).or_default().push(record);
        }
        let mut json = Vec::with_capacity(records.len() * 640 + 512);
        self.write_start(&mut json);
        for (index, ((topic, partition), records)) in partitions.into_iter().enumerate() {
            if index > 0 {
                json.push(b',');
            }
            write_partition_start(&mut json, topic, partition);
            for (index, record) in records.into_iter().enumerate() {
                if index > 0 {
                    json.push(b',');
                }
                write_record(&mut json, record);
            }
            json.push(b']');
        }
        json.extend_from_slice(b"}}");
        json
    }

    /// The bytes of an event without records.
    pub(crate) fn empty_len(&self) -> usize {
        let mut json = Vec::new();
        self.write_start(&mut json);
        json.len() + b"}}".len()
    }

    fn write_start(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(br#"{"eventSource":"aws:kafka","eventSourceArn":"#);
        write_text(json, &self.arn);
        json.extend_from_slice(br#","bootstrapServers":"#);
        write_text(json, &self.bootstrap_servers);
        json.extend_from_slice(br#","records":{"#);
    }
}

/// The bytes that a partition adds to an event apart from its records, its comma included.
pub(crate) fn partition_len(topic: &str, partition: i32) -> usize {
    let mut json = Vec::new();
    write_partition_start(&mut json, topic, partition);
    json.len() + b"],".len()
}

fn write_partition_start(json: &mut Vec<u8>, topic: &str, partition: i32) {
    write_text(json, &format!("{topic}-{partition}"));
    json.extend_from_slice(b":[");
}

/// Appends one record as Lambda writes it. A key or a value that is absent is left out.
pub(crate) fn write_record(json: &mut Vec<u8>, record: &KafkaRecord) {
    json.extend_from_slice(br#"{"topic":"#);
    write_text(json, &record.topic);
    // Writing to a `Vec` cannot fail, here and below.
    let _ = write!(
        json,
        r#","partition":{},"offset":{},"timestamp":{},"timestampType":"CREATE_TIME""#,
        record.partition, record.offset, record.timestamp
    );
    write_base64(json, "key", record.key.as_deref());
    write_base64(json, "value", record.value.as_deref());
    json.extend_from_slice(br#","headers":["#);
    for (index, (name, value)) in record.headers.iter().enumerate() {
        json.extend_from_slice(if index > 0 { b",{" } else { b"{" });
        write_text(json, name);
        json.extend_from_slice(b":[");
        for (index, byte) in value.iter().enumerate() {
            if index > 0 {
                json.push(b',');
            }
            let _ = write!(json, "{}", byte.cast_signed());
        }
        json.extend_from_slice(b"]}");
    }
    json.extend_from_slice(b"]}");
}

fn write_base64(json: &mut Vec<u8>, name: &str, bytes: Option<&[u8]>) {
    let Some(bytes) = bytes else { return };
    let _ = write!(json, ",\"{name}\":\"");
    STANDARD.encode_append(bytes, json);
    json.push(b'"');
}

fn write_text(json: &mut Vec<u8>, text: &str) {
    let _ = serde_json::to_writer(json, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_spelled_as_lambda_spells_it() {
        let source =
            EventSource { arn: "arn".to_owned(), bootstrap_servers: "b-1:9098".to_owned() };
        let first = KafkaRecord {
            topic: "orders-eu".into(),
            partition: 0,
            offset: 15,
            timestamp: 1_545_084_650_987,
            key: Some(b"k".to_vec()),
            value: Some(b"hello".to_vec()),
            headers: vec![("trace".to_owned(), "0é".into()), ("trace".to_owned(), Vec::new())],
        };
        let tombstone = KafkaRecord {
            offset: 16,
            key: None,
            value: None,
            headers: Vec::new(),
            ..first.clone()
        };
        let other = KafkaRecord { partition: 11, ..tombstone.clone() };
        let expected = concat!(
            r#"{"eventSource":"aws:kafka","eventSourceArn":"arn","bootstrapServers":"b-1:9098","#,
            r#""records":{"orders-eu-0":[{"topic":"orders-eu","partition":0,"offset":15,"#,
            r#""timestamp":1545084650987,"timestampType":"CREATE_TIME","key":"aw==","#,
            r#""value":"aGVsbG8=","headers":[{"trace":[48,-61,-87]},{"trace":[]}]},"#,
            r#"{"topic":"orders-eu","partition":0,"offset":16,"timestamp":1545084650987,"#,
            r#""timestampType":"CREATE_TIME","headers":[]}],"#,
            r#""orders-eu-11":[{"topic":"orders-eu","partition":11,"offset":16,"#,
            r#""timestamp":1545084650987,"timestampType":"CREATE_TIME","headers":[]}]}}"#,
        );
        let encoded = source.encode(&[first, other, tombstone]);
        assert_eq!(String::from_utf8(encoded).unwrap(), expected);
    }

    #[test]
    fn an_event_without_records_has_the_length_that_is_reckoned_with() {
        let source = EventSource::default();
        assert_eq!(source.encode(&[]).len(), source.empty_len());
    }
}
