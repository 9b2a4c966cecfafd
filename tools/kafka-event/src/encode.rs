//! The JSON in which Lambda hands records over.

use std::collections::BTreeMap;
use std::io::Write;

use base64_simd::STANDARD;

use crate::record::KafkaRecord;
use crate::writer::EventWriter;

/// The largest event Lambda hands over, base64 included.
pub const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;

/// Where an event says it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventSource {
    /// A cluster of Amazon MSK.
    Msk {
        /// The cluster's ARN.
        arn: String,
        /// The cluster's brokers, separated by commas.
        bootstrap_servers: String,
    },
    /// Any other cluster, which has no ARN.
    SelfManaged {
        /// The cluster's brokers, separated by commas.
        bootstrap_servers: String,
    },
}

impl Default for EventSource {
    fn default() -> Self {
        let domain = "millrace.a1b2c3.c2.kafka.us-east-1.amazonaws.com";
        EventSource::Msk {
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
    pub fn encode<'a>(&self, records: impl IntoIterator<Item = &'a KafkaRecord>) -> Vec<u8> {
        let mut partitions: BTreeMap<(&str, i32), Vec<&KafkaRecord>> = BTreeMap::new();
        let mut length = self.empty_len();
        for record in records {
            length += record.encoded_len() + 1;
            partitions.entry((&record.topic, record.partition)).or_default().push(record);
        }
        for (topic, partition) in partitions.keys() {
            length += EventSource::partition_len(topic, *partition);
        }
        let mut writer = EventWriter::new(self, length);
        for ((topic, partition), records) in partitions {
            writer.start_partition(topic, partition);
            for record in records {
                writer.write(record);
            }
        }
        writer.finish()
    }

    /// The cluster's ARN, where it has one.
    pub fn arn(&self) -> Option<&str> {
        match self {
            EventSource::Msk { arn, .. } => Some(arn),
            EventSource::SelfManaged { .. } => None,
        }
    }

    /// The cluster's brokers, separated by commas.
    pub fn bootstrap_servers(&self) -> &str {
        match self {
            EventSource::Msk { bootstrap_servers, .. }
            | EventSource::SelfManaged { bootstrap_servers } => bootstrap_servers,
        }
    }

    pub(crate) fn write_start(&self, json: &mut Vec<u8>) {
        match self {
            EventSource::Msk { arn, .. } => {
                json.extend_from_slice(br#"{"eventSource":"aws:kafka","eventSourceArn":"#);
                write_text(json, arn);
            }
            EventSource::SelfManaged { .. } => {
                json.extend_from_slice(br#"{"eventSource":"SelfManagedKafka""#);
            }
        }
        json.extend_from_slice(br#","bootstrapServers":"#);
        write_text(json, self.bootstrap_servers());
        json.extend_from_slice(br#","records":{"#);
    }
}

impl KafkaRecord {
    /// The record alone as it stands in an event.
    pub fn encode(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(self.encoded_len());
        write_record(&mut json, self);
        json
    }
}

/// Appends one record as Lambda writes it. A key or a value that is null is left out.
pub(crate) fn write_record(json: &mut Vec<u8>, record: &KafkaRecord) {
    json.extend_from_slice(br#"{"topic":"#);
    write_text(json, &record.topic);
    // Writing to a `Vec` cannot fail, here and below.
    let _ = write!(
        json,
        r#","partition":{},"offset":{},"timestamp":{},"timestampType":"{}""#,
        record.partition,
        record.offset,
        record.timestamp,
        record.timestamp_type.name()
    );
    write_base64(json, "key", record.key.as_deref());
    write_base64(json, "value", record.value.as_deref());
    json.extend_from_slice(br#","headers":["#);
    for (index, (name, value)) in record.headers.iter().enumerate() {
        json.extend_from_slice(if index > 0 { b",{" } else { b"{" });
        write_text(json, name);
        json.push(b':');
        match value {
            Some(value) => write_signed_bytes(json, value),
            None => json.extend_from_slice(b"null"),
        }
        json.push(b'}');
    }
    json.extend_from_slice(b"]}");
}

fn write_signed_bytes(json: &mut Vec<u8>, bytes: &[u8]) {
    json.push(b'[');
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        let _ = write!(json, "{}", byte.cast_signed());
    }
    json.push(b']');
}

fn write_base64(json: &mut Vec<u8>, name: &str, bytes: Option<&[u8]>) {
    let Some(bytes) = bytes else { return };
    let _ = write!(json, ",\"{name}\":\"");
    STANDARD.encode_append(bytes, json);
    json.push(b'"');
}

pub(crate) fn write_text(json: &mut Vec<u8>, text: &str) {
    let _ = serde_json::to_writer(json, text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TimestampType;

    fn source() -> EventSource {
        EventSource::Msk { arn: "arn".to_owned(), bootstrap_servers: "b-1:9098".to_owned() }
    }

    fn text(source: &EventSource, records: &[KafkaRecord]) -> String {
        String::from_utf8(source.encode(records)).unwrap()
    }

    #[test]
    fn an_event_is_spelled_as_lambda_spells_it() {
        let first = KafkaRecord {
            timestamp: 1_545_084_650_987,
            key: Some(b"k".to_vec()),
            value: Some(b"hello".to_vec()),
            headers: vec![
                ("trace".to_owned(), Some("0é".into())),
                ("trace".to_owned(), Some(Vec::new())),
                ("none".to_owned(), None),
            ],
            ..KafkaRecord::at("orders-eu", 0, 15)
        };
        let tombstone = KafkaRecord {
            offset: 16,
            timestamp_type: TimestampType::LogAppendTime,
            key: None,
            value: None,
            headers: Vec::new(),
            ..first.clone()
        };
        let other = KafkaRecord {
            partition: 11,
            timestamp: -1,
            timestamp_type: TimestampType::NoTimestamp,
            value: Some(Vec::new()),
            ..tombstone.clone()
        };
        let expected = concat!(
            r#"{"eventSource":"aws:kafka","eventSourceArn":"arn","bootstrapServers":"b-1:9098","#,
            r#""records":{"orders-eu-0":[{"topic":"orders-eu","partition":0,"offset":15,"#,
            r#""timestamp":1545084650987,"timestampType":"CREATE_TIME","key":"aw==","#,
            r#""value":"aGVsbG8=","headers":[{"trace":[48,-61,-87]},{"trace":[]},{"none":null}]},"#,
            r#"{"topic":"orders-eu","partition":0,"offset":16,"timestamp":1545084650987,"#,
            r#""timestampType":"LOG_APPEND_TIME","headers":[]}],"#,
            r#""orders-eu-11":[{"topic":"orders-eu","partition":11,"offset":16,"#,
            r#""timestamp":-1,"timestampType":"NO_TIMESTAMP_TYPE","value":"","headers":[]}]}}"#,
        );
        assert_eq!(text(&source(), &[first, other, tombstone]), expected);
    }

    /// "Self-managed Kafka: `eventSource` is `SelfManagedKafka` […], with no ARN."
    #[test]
    fn a_cluster_of_ones_own_has_no_arn() {
        let source = EventSource::SelfManaged { bootstrap_servers: "kafka:9092".to_owned() };
        assert_eq!(
            text(&source, &[]),
            r#"{"eventSource":"SelfManagedKafka","bootstrapServers":"kafka:9092","records":{}}"#
        );
    }
}
