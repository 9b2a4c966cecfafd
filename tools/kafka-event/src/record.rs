//! A record as Kafka holds it.

use std::sync::Arc;

/// One record of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaRecord {
    /// Its topic.
    pub topic: Arc<str>,
    /// Its partition.
    pub partition: i32,
    /// Its place in the partition.
    pub offset: i64,
    /// Epoch milliseconds, of what the type says; -1 if there is none.
    pub timestamp: i64,
    /// Who set the timestamp.
    pub timestamp_type: TimestampType,
    /// What chose its partition.
    pub key: Option<Vec<u8>>,
    /// What it says; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    /// In order; a name may come twice.
    pub headers: Vec<Header>,
}

/// A header's name and its value, which can be null.
pub type Header = (String, Option<Vec<u8>>);

impl KafkaRecord {
    /// A record of the epoch's start without key, value and headers.
    pub fn at(topic: impl Into<Arc<str>>, partition: i32, offset: i64) -> Self {
        KafkaRecord {
            topic: topic.into(),
            partition,
            offset,
            timestamp: 0,
            timestamp_type: TimestampType::CreateTime,
            key: None,
            value: None,
            headers: Vec::new(),
        }
    }
}

/// Who set a record's timestamp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimestampType {
    /// Its producer.
    #[default]
    CreateTime,
    /// The broker that appended it.
    LogAppendTime,
    /// Nobody: records of Kafka before 0.10 have none.
    NoTimestamp,
}

impl TimestampType {
    /// Kafka's name for it, which is Lambda's, too.
    pub const fn name(self) -> &'static str {
        match self {
            TimestampType::CreateTime => "CREATE_TIME",
            TimestampType::LogAppendTime => "LOG_APPEND_TIME",
            TimestampType::NoTimestamp => "NO_TIMESTAMP_TYPE",
        }
    }
}
