//! A record as Kafka holds it.

use std::sync::Arc;

/// One record of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaRecord {
    /// Its topic.
    pub topic: Arc<str>,
    /// Its partition.
    pub partition: i32,
    /// Its place in the partition; contiguous from 0 in what [`crate::Generator`] makes.
    pub offset: i64,
    /// When the producer sent it, in epoch milliseconds (`CREATE_TIME`).
    pub timestamp: i64,
    /// What chose its partition.
    pub key: Option<Vec<u8>>,
    /// What it says; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    /// Names and values, in order; a name may come twice.
    pub headers: Vec<(String, Vec<u8>)>,
}
