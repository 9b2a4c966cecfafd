//! What a destination is told about a batch, in Lambda's words.

use std::collections::BTreeMap;

use base64_simd::STANDARD;
use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use millrace_kafka_event::{EventSource, EventWriter, map_key};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::{Condition, FailedBatch, FailedRecord};

/// RFC 3339 with milliseconds.
const MILLISECONDS: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

/// A message for a Kafka topic: one record that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureMessage {
    /// The record's own key, which chooses the partition as it did before.
    pub key: Option<Vec<u8>>,
    /// A JSON document with the record in it.
    pub value: Vec<u8>,
}

impl FailedBatch {
    /// For SQS and SNS: what happened to which records, without them.
    pub fn metadata(&self) -> Vec<u8> {
        bytes(&self.document())
    }

    /// For S3: the same, and the event as a text in `payload`.
    pub fn metadata_and_event(&self) -> Vec<u8> {
        let mut document = self.document();
        document["payload"] = json!(String::from_utf8_lossy(&self.event));
        bytes(&document)
    }

    /// For a Kafka topic: a message for each record, with an event of that record alone as an object
    /// in `payload`.
    pub fn messages(&self) -> impl Iterator<Item = FailureMessage> + '_ {
        self.records.iter().map(|record| {
            let event = self.event_of(record);
            let mut document = self.envelope();
            document["KafkaBatchInfo"] = self.batch_info(1, event.len());
            document["KafkaBatchInfo"]["recordInfo"] = json!({
                "offset": record.offset.to_string(),
                "timestamp": timestamp(record.timestamp),
            });
            document["payload"] = serde_json::from_slice(&event).unwrap_or_default();
            FailureMessage { key: key(record), value: bytes(&document) }
        })
    }

    /// All but what depends on how many records are told about.
    fn envelope(&self) -> Value {
        let response = match self.condition {
            _ if self.invocations == 0 => Value::Null,
            Condition::MaximumPayloadSizeExceeded => Value::Null,
            _ => {
                let mut response =
                    Map::from_iter([("statusCode".to_owned(), json!(200)), executed_version()]);
                if self.has_function_error {
                    response.insert("functionError".to_owned(), json!("Unhandled"));
                }
                Value::Object(response)
            }
        };
        json!({
            "requestContext": {
                "requestId": self.request_id,
                "functionArn": self.function_arn,
                "condition": self.condition.name(),
                "approximateInvokeCount": self.invocations,
            },
            "responseContext": response,
            "version": "1.0",
            "timestamp": timestamp(self.time),
        })
    }

    fn document(&self) -> Value {
        let mut by_partition: BTreeMap<i32, (&FailedRecord, &FailedRecord)> = BTreeMap::new();
        for record in &self.records {
            let range = by_partition.entry(record.partition).or_insert((record, record));
            range.1 = record;
        }
        let info = |(partition, (first, last)): (i32, (&FailedRecord, &FailedRecord))| {
            let info = json!({
                "firstRecordOffset": first.offset.to_string(),
                "lastRecordOffset": last.offset.to_string(),
                "firstRecordTimestamp": timestamp(first.timestamp),
                "lastRecordTimestamp": timestamp(last.timestamp),
            });
            (map_key(&self.topic, partition), info)
        };
        let infos: Map<String, Value> = by_partition.into_iter().map(info).collect();
        let mut document = self.envelope();
        document["KafkaBatchInfo"] = self.batch_info(self.records.len(), self.event.len());
        document["KafkaBatchInfo"]["recordsInfo"] = Value::Object(infos);
        document
    }

    fn batch_info(&self, records: usize, bytes: usize) -> Value {
        let mut info = json!({
            "batchSize": records,
            "bootstrapServers": self.event_source.bootstrap_servers(),
            "payloadSize": bytes,
        });
        if let EventSource::Msk { arn, .. } = &self.event_source {
            info["eventSourceArn"] = json!(arn);
        }
        info
    }

    fn event_of(&self, record: &FailedRecord) -> Vec<u8> {
        let mut writer = EventWriter::new(&self.event_source, record.json.len() + 512);
        writer.start_partition(&self.topic, record.partition);
        writer.write_encoded(&record.json);
        writer.finish()
    }
}

fn executed_version() -> (String, Value) {
    ("executedVersion".to_owned(), json!("$LATEST"))
}

/// `null` where there is no time to tell.
fn timestamp(millis: i64) -> Value {
    match Timestamp::from_millisecond(millis) {
        Ok(time) if millis >= 0 => json!(MILLISECONDS.timestamp_to_string(&time)),
        _ => Value::Null,
    }
}

/// The record's key, read back from its JSON.
fn key(record: &FailedRecord) -> Option<Vec<u8>> {
    #[derive(Deserialize)]
    struct Record<'a> {
        #[serde(borrow)]
        key: Option<&'a RawValue>,
    }
    let record: Record<'_> = serde_json::from_slice(&record.json).ok()?;
    let key: String = serde_json::from_str(record.key?.get()).ok()?;
    STANDARD.decode_to_vec(key).ok()
}

fn bytes(document: &Value) -> Vec<u8> {
    document.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use millrace_kafka_event::KafkaRecord;

    use super::*;

    fn records() -> Vec<KafkaRecord> {
        let place = |partition, offset, timestamp| KafkaRecord {
            timestamp,
            value: Some(b"hello".to_vec()),
            ..KafkaRecord::at("orders-eu", partition, offset)
        };
        vec![
            KafkaRecord { key: Some(b"k\xff".to_vec()), ..place(0, 15, 1_573_690_684_835) },
            place(0, 18, 1_573_690_685_580),
            KafkaRecord { timestamp: -1, ..place(3, 7, 0) },
        ]
    }

    fn batch() -> FailedBatch {
        let event_source = EventSource::Msk {
            arn: "arn:aws:kafka:us-east-1:123456789012:cluster/c/1".to_owned(),
            bootstrap_servers: "b-1:9098".to_owned(),
        };
        let records = records();
        let failed = |record: &KafkaRecord| FailedRecord {
            partition: record.partition,
            offset: record.offset,
            timestamp: record.timestamp,
            json: Bytes::from(record.encode()),
        };
        FailedBatch {
            condition: Condition::RetryAttemptsExhausted,
            request_id: "316aa6d0".to_owned(),
            invocations: 4,
            has_function_error: true,
            time: 1_573_690_686_021,
            function_arn: "arn:aws:lambda:us-east-1:123456789012:function:f".to_owned(),
            topic: "orders-eu".to_owned(),
            event: Bytes::from(event_source.encode(&records)),
            records: records.iter().map(failed).collect(),
            event_source,
        }
    }

    fn json_of(document: &[u8]) -> Value {
        serde_json::from_slice(document).unwrap()
    }

    /// "`KafkaBatchInfo{batchSize, eventSourceArn, bootstrapServers, payloadSize,
    /// recordsInfo:{"topic-0":{firstRecordOffset, lastRecordOffset, firstRecordTimestamp,
    /// lastRecordTimestamp}}}`, offsets as strings."
    #[test]
    fn queues_and_topics_of_sns_get_metadata_alone() {
        let batch = batch();
        let expected = json!({
            "requestContext": {
                "requestId": "316aa6d0",
                "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:f",
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": 4,
            },
            "responseContext": {
                "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled",
            },
            "version": "1.0",
            "timestamp": "2019-11-14T00:18:06.021Z",
            "KafkaBatchInfo": {
                "batchSize": 3,
                "eventSourceArn": "arn:aws:kafka:us-east-1:123456789012:cluster/c/1",
                "bootstrapServers": "b-1:9098",
                "payloadSize": batch.event.len(),
                "recordsInfo": {
                    "orders-eu-0": {
                        "firstRecordOffset": "15", "lastRecordOffset": "18",
                        "firstRecordTimestamp": "2019-11-14T00:18:04.835Z",
                        "lastRecordTimestamp": "2019-11-14T00:18:05.580Z",
                    },
                    "orders-eu-3": {
                        "firstRecordOffset": "7", "lastRecordOffset": "7",
                        "firstRecordTimestamp": null, "lastRecordTimestamp": null,
                    },
                },
            },
        });
        assert_eq!(json_of(&batch.metadata()), expected);
    }

    /// "S3 gets the same with `payload`, the whole event as an escaped JSON string"
    #[test]
    fn a_bucket_gets_the_event_as_a_text_too() {
        let batch = batch();
        let mut document = json_of(&batch.metadata_and_event());
        let payload = document.as_object_mut().unwrap().remove("payload").unwrap();
        assert_eq!(payload.as_str().unwrap().as_bytes(), batch.event);
        assert_eq!(document, json_of(&batch.metadata()));
    }

    /// "`kafka://topic` […] gets `payload` as an object and a singular `recordInfo`."
    #[test]
    fn a_kafka_topic_gets_a_message_for_each_record() {
        let batch = batch();
        let messages: Vec<FailureMessage> = batch.messages().collect();
        assert_eq!(messages.len(), 3);
        assert_eq!(messages[0].key.as_deref(), Some(&b"k\xff"[..]));
        assert_eq!(messages[1].key, None);
        let document = json_of(&messages[0].value);
        assert_eq!(document["requestContext"]["condition"], "RetryAttemptsExhausted");
        let event = batch.event_source.encode(&records()[..1]);
        assert_eq!(document["payload"], json_of(&event));
        assert_eq!(
            document["KafkaBatchInfo"],
            json!({
                "batchSize": 1,
                "eventSourceArn": "arn:aws:kafka:us-east-1:123456789012:cluster/c/1",
                "bootstrapServers": "b-1:9098",
                "payloadSize": event.len(),
                "recordInfo": { "offset": "15", "timestamp": "2019-11-14T00:18:04.835Z" },
            })
        );
    }

    /// `responseContext`: "null if record is `MaximumPayloadSizeExceeded`"; and there is no
    /// `functionError` where the function listed the records.
    #[test]
    fn the_response_is_told_if_there_was_one() {
        let never = FailedBatch {
            condition: Condition::MaximumPayloadSizeExceeded,
            invocations: 0,
            ..batch()
        };
        assert_eq!(json_of(&never.metadata())["responseContext"], Value::Null);
        let listed = FailedBatch { has_function_error: false, ..batch() };
        assert_eq!(
            json_of(&listed.metadata())["responseContext"],
            json!({"statusCode": 200, "executedVersion": "$LATEST"})
        );
    }

    #[test]
    fn a_cluster_of_ones_own_has_no_arn() {
        let event_source = EventSource::SelfManaged { bootstrap_servers: "k:9092".to_owned() };
        let document = json_of(&FailedBatch { event_source, ..batch() }.metadata());
        assert_eq!(document["KafkaBatchInfo"].get("eventSourceArn"), None);
    }
}
