//! The one pass over a body.

use std::borrow::Cow;

use base64_simd::STANDARD as BASE64;

use super::batch::{Batch, DeadSlot, DeadSlots, MapKeyIndex, RecordSlot, Slot, Span};
use super::dead::{DeadReason, Field};
use super::error::EventError;
use super::position::{Offset, Partition, TopicIndex};
use super::redrive::Redrive;
use super::timestamp::{Timestamp, TimestampType};
use super::topics::Topics;
use crate::json::{Cursor, Kind, SyntaxError, Value, lossy};

/// What a record of small values takes in an event, so that the list of records is reserved about
/// right.
const TYPICAL_RECORD_BYTES: usize = 512;

/// Reads the body and fills the batch.
pub(super) struct Decoder<'a> {
    cursor: Cursor<'a>,
    map_keys: Vec<Cow<'a, str>>,
    topics: Topics<'a>,
    beginning: Option<Beginning<'a>>,
    arena: Vec<u8>,
    slots: Vec<Slot<'a>>,
    dead: DeadSlots<'a>,
}

/// How the record before began, `{"topic":"payments","partition":0,` say, and what that means.
///
/// The records of a list are of one partition, and Lambda writes their members in one order. So nearly all of them begin
/// with the same bytes, which is found out faster than they are read.
#[derive(Clone, Copy)]
struct Beginning<'a> {
    text: &'a [u8],
    topic: TopicIndex,
    partition: Partition,
}

/// The members of a record as far as they have been read. Each one that is needed says by itself
/// what is wrong with it, so that the others of a dead record are still there for its dead letter.
struct Members<'a> {
    topic: Result<TopicIndex, DeadReason>,
    partition: Result<Partition, DeadReason>,
    offset: Result<Offset, DeadReason>,
    timestamp: Option<Timestamp>,
    timestamp_type: TimestampType,
    key: Result<Option<Span>, DeadReason>,
    value: Result<Option<Span>, DeadReason>,
    headers: &'a [u8],
}

impl<'a> Decoder<'a> {
    pub(super) fn new(body: &'a [u8]) -> Result<Self, EventError> {
        if u32::try_from(body.len()).is_err() {
            return Err(EventError::TooLong { length: body.len() });
        }
        Ok(Self {
            cursor: Cursor::new(body),
            map_keys: Vec::new(),
            topics: Topics::default(),
            beginning: None,
            // All the base64 in the body decodes to three quarters of it at most: the arena never
            // grows.
            arena: Vec::with_capacity(body.len() / 4 * 3 + 3),
            slots: Vec::with_capacity(body.len() / TYPICAL_RECORD_BYTES),
            dead: DeadSlots::new(),
        })
    }

    pub(super) fn event(mut self) -> Result<Batch<'a>, EventError> {
        if self.cursor.peek("an object")? != b'{' {
            let value = self.cursor.value()?;
            self.cursor.finish()?;
            return Err(EventError::NotAnObject { found: value.kind().name() });
        }
        let mut event_source = None;
        let mut event_source_arn = None;
        let mut bootstrap_servers = None;
        let mut redrive = None;
        let mut has_records = false;
        let mut has_capital_records = false;
        let mut more = self.cursor.enter_object()?;
        while more {
            let name = self.cursor.member_name()?;
            match &*name {
                b"eventSource" => event_source = self.cursor.value()?.string(),
                b"eventSourceArn" => event_source_arn = self.cursor.value()?.string(),
                b"bootstrapServers" => bootstrap_servers = self.cursor.value()?.string(),
                b"redrive" => redrive = Redrive::from_value(self.cursor.value()?),
                b"records" => has_records |= self.records()?,
                other => {
                    has_capital_records |= other == b"Records";
                    self.cursor.value()?;
                }
            }
            more = self.cursor.more_members()?;
        }
        self.cursor.finish()?;
        if !has_records && has_capital_records {
            return Err(EventError::OtherEventSource);
        }
        if !has_records {
            return Err(EventError::RecordsMissing);
        }
        let arn = event_source_arn.filter(|arn| !arn.is_empty());
        Ok(Batch {
            event_source: event_source.unwrap_or_default(),
            cluster: arn.or(bootstrap_servers).unwrap_or_default(),
            redrive,
            map_keys: self.map_keys,
            topics: self.topics.into_names(),
            arena: self.arena,
            slots: self.slots,
            dead: self.dead,
        })
    }

    /// The value of `records`. Returns whether it is there, which null is not.
    fn records(&mut self) -> Result<bool, EventError> {
        if self.cursor.peek("an object")? != b'{' {
            let value = self.cursor.value()?;
            if value.is_null() {
                return Ok(false);
            }
            return Err(EventError::RecordsNotAnObject { found: value.kind().name() });
        }
        let mut more = self.cursor.enter_object()?;
        while more {
            let map_key = lossy(self.cursor.member_name()?);
            self.record_list(map_key)?;
            more = self.cursor.more_members()?;
        }
        Ok(true)
    }

    /// The list of records under one map key.
    fn record_list(&mut self, map_key: Cow<'a, str>) -> Result<(), SyntaxError> {
        let index = MapKeyIndex(to_u32(self.map_keys.len()));
        self.map_keys.push(map_key);
        if self.cursor.peek("a list of records")? != b'[' {
            let value = self.cursor.value()?;
            let reason = DeadReason::NotAList { found: value.kind().name() };
            self.bury(Members::default().dead(value.text(), index, reason));
            return Ok(());
        }
        let mut more = self.cursor.enter_array()?;
        while more {
            self.record(index)?;
            more = self.cursor.more_items()?;
        }
        Ok(())
    }

    fn record(&mut self, map_key: MapKeyIndex) -> Result<(), SyntaxError> {
        let mut members = Members::default();
        if self.cursor.peek("a record")? != b'{' {
            let value = self.cursor.value()?;
            let reason = DeadReason::NotAnObject { found: value.kind().name() };
            self.bury(members.dead(value.text(), map_key, reason));
            return Ok(());
        }
        let start = self.cursor.position();
        let begins_alike = self.take_beginning(&mut members);
        let mut more = begins_alike || self.cursor.enter_object()?;
        let mut count = 0;
        while more {
            let name = self.cursor.member_name()?;
            let value = self.cursor.value()?;
            match &*name {
                b"topic" => members.topic = self.topic(value),
                b"partition" => members.partition = partition(value),
                b"offset" => members.offset = offset(value),
                b"timestamp" => members.timestamp = Timestamp::from_value(value),
                b"timestampType" => members.timestamp_type = TimestampType::from_value(value),
                b"key" => members.key = self.base64(value, Field::Key),
                b"value" => members.value = self.base64(value, Field::Value),
                b"headers" => members.headers = value.text(),
                _ => {}
            }
            more = self.cursor.more_members()?;
            count += 1;
            if count == 2 && more && !begins_alike {
                self.note_beginning(start, &members);
            }
        }
        let json = self.cursor.since(start);
        match members.complete(json, map_key) {
            Ok(record) => self.slots.push(Slot::Record(record)),
            Err(reason) => self.bury(members.dead(json, map_key, reason)),
        }
        Ok(())
    }

    fn bury(&mut self, dead: DeadSlot<'a>) {
        self.slots.push(Slot::Dead(self.dead.len()));
        self.dead.push(Box::new(dead));
    }

    /// Steps over the first members of a record that begins like the one before.
    fn take_beginning(&mut self, members: &mut Members<'a>) -> bool {
        let Some(Beginning { text, topic, partition }) = self.beginning else { return false };
        let begins_alike = self.cursor.step_over(text);
        if begins_alike {
            (members.topic, members.partition) = (Ok(topic), Ok(partition));
        }
        begins_alike
    }

    /// Remembers what stands before the third member, if that is a topic and a partition.
    fn note_beginning(&mut self, start: usize, members: &Members<'a>) {
        if let (Ok(topic), Ok(partition)) = (members.topic, members.partition) {
            self.beginning = Some(Beginning { text: self.cursor.since(start), topic, partition });
        }
    }

    fn topic(&mut self, value: Value<'a>) -> Result<TopicIndex, DeadReason> {
        let field = Field::Topic;
        if value.is_null() {
            return Err(DeadReason::MissingField { field });
        }
        self.topics.intern(value).ok_or(DeadReason::WrongField { field })
    }

    /// Decodes a key or a value to the end of the arena.
    fn base64(&mut self, value: Value<'a>, field: Field) -> Result<Option<Span>, DeadReason> {
        match value.kind() {
            Kind::Null => return Ok(None),
            Kind::String { .. } => {}
            _ => return Err(DeadReason::WrongField { field }),
        }
        let wrong_base64 = DeadReason::WrongBase64 { field };
        let encoded = value.string_bytes().ok_or(wrong_base64)?;
        let start = to_u32(self.arena.len());
        BASE64.decode_append(&encoded, &mut self.arena).map_err(|_| wrong_base64)?;
        Ok(Some(Span { start, end: to_u32(self.arena.len()) }))
    }
}

impl Default for Members<'_> {
    fn default() -> Self {
        Self {
            topic: Err(DeadReason::MissingField { field: Field::Topic }),
            partition: Err(DeadReason::MissingField { field: Field::Partition }),
            offset: Err(DeadReason::MissingField { field: Field::Offset }),
            timestamp: None,
            timestamp_type: TimestampType::NoTimestampType,
            key: Ok(None),
            value: Ok(None),
            headers: &[],
        }
    }
}

impl<'a> Members<'a> {
    /// The record, or the first thing that is wrong with it.
    fn complete(&self, json: &'a [u8], map_key: MapKeyIndex) -> Result<RecordSlot<'a>, DeadReason> {
        Ok(RecordSlot {
            topic: self.topic?,
            partition: self.partition?,
            offset: self.offset?,
            key: self.key?,
            value: self.value?,
            timestamp: self.timestamp,
            timestamp_type: self.timestamp_type,
            headers: self.headers,
            json,
            map_key,
        })
    }

    #[cold]
    fn dead(self, json: &'a [u8], map_key: MapKeyIndex, reason: DeadReason) -> DeadSlot<'a> {
        DeadSlot {
            topic: self.topic.ok(),
            partition: self.partition.ok(),
            offset: self.offset.ok(),
            key: self.key.ok().flatten(),
            value: self.value.ok().flatten(),
            timestamp: self.timestamp,
            headers: self.headers,
            json,
            map_key,
            reason,
        }
    }
}

fn partition(value: Value<'_>) -> Result<Partition, DeadReason> {
    let field = Field::Partition;
    if value.is_null() {
        return Err(DeadReason::MissingField { field });
    }
    let number = value.integer().and_then(|number| i32::try_from(number).ok());
    number.map(Partition).ok_or(DeadReason::WrongField { field })
}

fn offset(value: Value<'_>) -> Result<Offset, DeadReason> {
    let field = Field::Offset;
    if value.is_null() {
        return Err(DeadReason::MissingField { field });
    }
    value.integer().map(Offset).ok_or(DeadReason::WrongField { field })
}

/// Counts and positions within a body, whose length was checked to fit.
#[expect(clippy::cast_possible_truncation, reason = "bounded by the body's length, which fits")]
fn to_u32(count: usize) -> u32 {
    count as u32
}
