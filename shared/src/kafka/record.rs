//! One record of a batch.

use std::fmt;

use super::batch::{Batch, RecordSlot};
use super::headers::Headers;
use super::position::{Offset, Partition, RecordIndex, TopicIndex};
use super::schema::SchemaMetadata;
use super::timestamp::{Timestamp, TimestampType};

/// A record that was decoded. It borrows everything from its [`Batch`] and is three words large.
#[derive(Clone, Copy)]
pub struct Record<'b> {
    pub(super) batch: &'b Batch<'b>,
    pub(super) slot: &'b RecordSlot<'b>,
    pub(super) index: RecordIndex,
}

impl<'b> Record<'b> {
    /// Its place in the batch.
    pub fn index(&self) -> RecordIndex {
        self.index
    }

    /// The key of `records` that it stood under: usually `topic-partition`, and what a failure
    /// report says.
    pub fn map_key(&self) -> &'b str {
        self.batch.map_key(self.slot.map_key)
    }

    /// Its topic.
    pub fn topic(&self) -> &'b str {
        self.batch.topic(self.slot.topic)
    }

    /// The place of its topic in [`Batch::topics`].
    pub fn topic_index(&self) -> TopicIndex {
        self.slot.topic
    }

    /// Its partition.
    pub fn partition(&self) -> Partition {
        self.slot.partition
    }

    /// Its offset.
    pub fn offset(&self) -> Offset {
        self.slot.offset
    }

    /// Its timestamp; None for `-1` (`NO_TIMESTAMP_TYPE`), null, absent and what is no time.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.slot.timestamp
    }

    /// Who set its timestamp.
    pub fn timestamp_type(&self) -> TimestampType {
        self.slot.timestamp_type
    }

    /// The decoded key; None for null and absent.
    pub fn key(&self) -> Option<&'b [u8]> {
        self.slot.key.map(|span| self.batch.bytes(span))
    }

    /// The decoded value; None for null and absent: a tombstone.
    pub fn value(&self) -> Option<&'b [u8]> {
        self.slot.value.map(|span| self.batch.bytes(span))
    }

    /// Whether it says that its key was deleted. An empty value does not say so.
    pub fn is_tombstone(&self) -> bool {
        self.slot.value.is_none()
    }

    /// The headers, read on demand. A malformed one is an error item and no reason to give up the
    /// record.
    pub fn headers(&self) -> Headers<'b> {
        Headers::read(self.slot.headers)
    }

    /// `headers` as they were written; empty if there are none.
    pub fn headers_json(&self) -> &'b [u8] {
        self.slot.headers
    }

    /// The schema of the key, if the event source decoded it with a registry. Read on demand.
    pub fn key_schema_metadata(&self) -> Option<SchemaMetadata<'b>> {
        SchemaMetadata::of_record(self.slot.json, "keySchemaMetadata")
    }

    /// The schema of the value, if the event source decoded it with a registry. Read on demand.
    pub fn value_schema_metadata(&self) -> Option<SchemaMetadata<'b>> {
        SchemaMetadata::of_record(self.slot.json, "valueSchemaMetadata")
    }

    /// The whole record as it was written.
    pub fn json(&self) -> &'b [u8] {
        self.slot.json
    }
}

/// Where it stands: key, value and headers stay out of logs.
impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("index", &self.index)
            .field("topic", &self.topic())
            .field("partition", &self.partition())
            .field("offset", &self.offset())
            .finish_non_exhaustive()
    }
}
