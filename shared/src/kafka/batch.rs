//! A decoded batch.

use std::borrow::Cow;
use std::fmt;

use super::dead::{DeadReason, DeadRecord};
use super::decode::Decoder;
use super::error::EventError;
use super::position::{Offset, Partition, RecordIndex, TopicIndex};
use super::record::Record;
use super::redrive::Redrive;
use super::timestamp::{Timestamp, TimestampType};

/// One event of a Kafka event source, decoded. It borrows from the body and owns the bytes that
/// were base64.
pub struct Batch<'a> {
    pub(super) event_source: Cow<'a, str>,
    pub(super) cluster: Cow<'a, str>,
    pub(super) redrive: Option<Redrive>,
    pub(super) map_keys: Vec<Cow<'a, str>>,
    pub(super) topics: Vec<Cow<'a, str>>,
    /// Keys and values of all records, one after the other.
    pub(super) arena: Vec<u8>,
    pub(super) slots: Vec<Slot<'a>>,
    pub(super) dead: DeadSlots<'a>,
}

/// What became of one record.
#[derive(Debug, Clone)]
pub enum Entry<'b> {
    /// It was decoded.
    Record(Record<'b>),
    /// It was not, and never will be.
    Dead(DeadRecord<'b>),
}

/// A record as the batch keeps it: everything variable is a number or a slice of something that
/// exists once.
#[derive(Clone, Copy)]
pub(super) struct RecordSlot<'a> {
    pub(super) json: &'a [u8],
    pub(super) headers: &'a [u8],
    pub(super) timestamp: Option<Timestamp>,
    pub(super) offset: Offset,
    pub(super) key: Option<Span>,
    pub(super) value: Option<Span>,
    pub(super) partition: Partition,
    pub(super) topic: TopicIndex,
    pub(super) map_key: MapKeyIndex,
    pub(super) timestamp_type: TimestampType,
}

/// What is known of a record that could not be decoded.
pub(super) struct DeadSlot<'a> {
    pub(super) json: &'a [u8],
    pub(super) headers: &'a [u8],
    pub(super) timestamp: Option<Timestamp>,
    pub(super) offset: Option<Offset>,
    pub(super) key: Option<Span>,
    pub(super) value: Option<Span>,
    pub(super) partition: Option<Partition>,
    pub(super) topic: Option<TopicIndex>,
    pub(super) map_key: MapKeyIndex,
    pub(super) reason: DeadReason,
}

/// Dead records, each in a box: a list that doubles holds what it holds twice meanwhile, and an event of nothing but empty
/// records has a million of them.
pub(super) type DeadSlots<'a> = Vec<Box<DeadSlot<'a>>>;

/// Nothing of it is to be freed, so that the slots of a batch are not looked at again in the end.
#[derive(Clone, Copy)]
pub(super) enum Slot<'a> {
    Record(RecordSlot<'a>),
    /// The place among the dead, which are rare, and larger than a record.
    Dead(usize),
}

/// A stretch of the arena.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// The place of a key of `records` in the batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct MapKeyIndex(pub(super) u32);

impl<'a> Batch<'a> {
    /// Decodes the body of one invocation in a single pass.
    ///
    /// Whatever is wrong with one record makes a dead record of it. Of members that occur twice in
    /// a record the last one counts; unknown members are ignored.
    ///
    /// # Errors
    /// The body is not JSON, or no object with `records`.
    pub fn decode(body: &'a [u8]) -> Result<Self, EventError> {
        Decoder::new(body)?.event()
    }

    /// `aws:kafka`, `SelfManagedKafka`, or whatever the event says; empty if it says nothing.
    pub fn event_source(&self) -> &str {
        &self.event_source
    }

    /// What tells this cluster from others: its ARN, or the bootstrap servers where there is none
    /// (self-managed Kafka). Empty if the event has neither.
    pub fn cluster(&self) -> &str {
        &self.cluster
    }

    /// Whether somebody sends these records again, and what to do with those that may have been
    /// applied before.
    pub fn redrive(&self) -> Option<Redrive> {
        self.redrive
    }

    /// How many records the event holds, dead ones included.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether the event holds no record.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The topics of the batch, each once: what [`TopicIndex`] counts.
    pub fn topics(&self) -> impl ExactSizeIterator<Item = &str> {
        self.topics.iter().map(AsRef::as_ref)
    }

    /// All records, in the order of the event.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        (0..).map(RecordIndex).map_while(|index| self.entry(index))
    }

    /// The record at a place; None past the end.
    pub fn entry(&self, index: RecordIndex) -> Option<Entry<'_>> {
        match self.slots.get(index.as_usize())? {
            Slot::Record(slot) => Some(Entry::Record(Record { batch: self, slot, index })),
            Slot::Dead(place) => Some(Entry::Dead(self.dead_record(&self.dead[*place], index))),
        }
    }

    /// The record at a place; None if it is dead, or past the end.
    pub fn record(&self, index: RecordIndex) -> Option<Record<'_>> {
        match self.slots.get(index.as_usize())? {
            Slot::Record(slot) => Some(Record { batch: self, slot, index }),
            Slot::Dead(_) => None,
        }
    }

    pub(super) fn map_key(&self, index: MapKeyIndex) -> &str {
        &self.map_keys[index.0 as usize]
    }

    pub(super) fn topic(&self, index: TopicIndex) -> &str {
        &self.topics[index.as_usize()]
    }

    pub(super) fn bytes(&self, span: Span) -> &[u8] {
        &self.arena[span.start as usize..span.end as usize]
    }

    fn dead_record(&self, slot: &DeadSlot<'a>, index: RecordIndex) -> DeadRecord<'_> {
        DeadRecord {
            index,
            map_key: self.map_key(slot.map_key),
            topic: slot.topic.map(|topic| self.topic(topic)),
            partition: slot.partition,
            offset: slot.offset,
            timestamp: slot.timestamp,
            key: slot.key.map(|span| self.bytes(span)),
            value: slot.value.map(|span| self.bytes(span)),
            headers_json: slot.headers,
            json: slot.json,
            code: slot.reason.code(),
            detail: slot.reason.to_string().into(),
        }
    }
}

/// The source and the count: the records stay out of logs.
impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("event_source", &self.event_source)
            .field("cluster", &self.cluster)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
