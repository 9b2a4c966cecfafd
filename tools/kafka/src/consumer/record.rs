//! A message of librdkafka as a record.

use std::sync::Arc;

use millrace_kafka_event::{KafkaRecord, TimestampType};
use rdkafka::message::{BorrowedMessage, Headers, Message, Timestamp};

/// Everything that Kafka holds of it. The topic is shared by all records of a consumer.
pub(super) fn record(message: &BorrowedMessage<'_>, topic: &Arc<str>) -> KafkaRecord {
    let (timestamp_type, timestamp) = match message.timestamp() {
        Timestamp::NotAvailable => (TimestampType::NoTimestamp, -1),
        Timestamp::CreateTime(millis) => (TimestampType::CreateTime, millis),
        Timestamp::LogAppendTime(millis) => (TimestampType::LogAppendTime, millis),
    };
    let mut headers = Vec::new();
    if let Some(given) = message.headers() {
        headers.reserve(given.count());
        for header in given.iter() {
            headers.push((header.key.to_owned(), header.value.map(<[u8]>::to_vec)));
        }
    }
    KafkaRecord {
        topic: Arc::clone(topic),
        partition: message.partition(),
        offset: message.offset(),
        timestamp,
        timestamp_type,
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers,
    }
}
