use std::collections::HashMap;
use std::sync::Arc;

use fastrand::Rng;
use millrace_generator::{KafkaRecord, TimestampType, encode_event, partition_of};

use super::values::{self, Values};
use super::{PARTITIONS, TOPICS};
use crate::checksum::{OFFSET_ORIGIN, TIME_ORIGIN_MS};

/// How often an entity is heard of, in microseconds of event time. The fewer entities there are,
/// the longer the time that a batch spans.
const ENTITY_INTERVAL_US: u64 = 7_500_000;
/// A header of eight bytes on every so many-th record.
const HEADER_EVERY: u64 = 8;
/// The user behind every so many-th user event is the first one, which clicks.
const CLICK_EVERY: u64 = 250;

/// What the batches of a stream look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Records of one batch.
    pub records: u64,
    /// How many users there are.
    pub users: u32,
    /// How many sensors there are.
    pub sensors: u32,
    /// How much each record says.
    pub detail: Detail,
}

/// How much a record says besides what is needed of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Next to nothing.
    Little,
    /// What a web shop sends.
    Some,
    /// Dozens of items or readings.
    Much,
}

/// A stream, batch by batch.
///
/// Users and sensors come evenly and not as in real life, where few do most: so a batch concerns as
/// many entities as it can, and costs what it costs at worst.
pub struct Stream {
    shape: Shape,
    random: Rng,
    /// Records so far.
    number: u64,
    /// The next offset of each topic and partition.
    offsets: HashMap<(usize, i32), u64>,
    topics: [Arc<str>; 3],
}

impl Stream {
    /// A stream of batches of this shape. The same shape gives the same bytes.
    pub fn new(shape: Shape) -> Self {
        Self {
            shape,
            random: Rng::with_seed(10_000),
            number: 0,
            offsets: HashMap::new(),
            topics: TOPICS.map(Arc::from),
        }
    }

    /// The next batch as an event.
    pub fn next_event(&mut self) -> Vec<u8> {
        self.event_of(self.shape.records)
    }

    /// The next so many records as an event, whatever the shape says.
    pub fn event_of(&mut self, records: u64) -> Vec<u8> {
        let records: Vec<KafkaRecord> = (0..records).map(|_| self.record()).collect();
        encode_event(&records)
    }

    fn record(&mut self) -> KafkaRecord {
        let number = self.number;
        self.number += 1;
        let entities = u64::from(self.shape.users) + u64::from(self.shape.sensors);
        let time = TIME_ORIGIN_MS + number * ENTITY_INTERVAL_US / entities.max(1) / 1_000;
        let kind = usize::from(u8::try_from(number % 3).unwrap_or_default());
        let event = number / 3;

        let mut values = Values { random: &mut self.random, time, detail: self.shape.detail };
        let (key, value) = match kind {
            0 if event.is_multiple_of(CLICK_EVERY) => values.user_event(0, "click"),
            0 => {
                let user = values.one_of(self.shape.users);
                values.user_event(user, "page_view")
            }
            1 => {
                let user = values.one_of(self.shape.users);
                values.transaction(user)
            }
            _ => {
                let sensor = values.one_of(self.shape.sensors);
                values.sensor_reading(sensor)
            }
        };
        let partition = partition_of(key.as_bytes(), PARTITIONS);
        let offset = self.offsets.entry((kind, partition)).or_insert(OFFSET_ORIGIN);
        let headers = if number.is_multiple_of(HEADER_EVERY) {
            vec![("trace".to_owned(), Some(values::TRACE.to_vec()))]
        } else {
            Vec::new()
        };
        let record = KafkaRecord {
            topic: self.topics[kind].clone(),
            partition,
            offset: i64::try_from(*offset).unwrap_or(i64::MAX),
            timestamp: i64::try_from(time).unwrap_or(i64::MAX),
            timestamp_type: TimestampType::CreateTime,
            key: Some(key.into_bytes()),
            value: Some(value.into_bytes()),
            headers,
        };
        *offset += 1;
        record
    }
}
