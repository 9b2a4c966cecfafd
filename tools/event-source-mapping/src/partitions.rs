//! Records that wait for their turn, by partition, and the batches that are cut from them.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use millrace_kafka_event::{EventSource, EventWriter, KafkaRecord, MAX_EVENT_BYTES};
use tokio::time::Instant;

use crate::failure::Condition;
use crate::observe::BatchRecord;
use crate::piece::Piece;
use crate::settings::Settings;

/// What may wait in all partitions together, in bytes of the encoded records. A partition that has
/// more than its share of it is paused.
const WAITING_BYTES: usize = 3 * MAX_EVENT_BYTES;
/// However small the batches are, so many records of a partition may wait.
const WAITING_RECORDS: usize = 1_000;

/// One partition that is read here.
#[derive(Debug)]
pub(crate) struct Partition {
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    /// Everything below was handed over by the source.
    pub(crate) read_to: i64,
    /// Everything below was committed.
    pub(crate) committed: i64,
    /// Where to stop.
    pub(crate) end: Option<i64>,
    /// Whether its source was told to pause.
    pub(crate) is_paused: bool,
    /// The group wants it back.
    pub(crate) is_leaving: bool,
    /// The lowest offset that was handed over and is not done.
    pub(crate) in_flight: Option<i64>,
    /// The delivery in which it was.
    pub(crate) delivery: Option<u64>,
}

/// A record that waits, encoded.
#[derive(Debug)]
struct Waiting {
    offset: i64,
    timestamp: i64,
    json: Box<[u8]>,
    since: Instant,
}

impl Partition {
    pub(crate) fn starting_at(offset: i64) -> Self {
        Partition {
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            read_to: offset,
            committed: offset,
            end: None,
            is_paused: false,
            is_leaving: false,
            in_flight: None,
            delivery: None,
        }
    }

    /// Takes a record in.
    pub(crate) fn push(&mut self, record: &KafkaRecord, now: Instant) {
        let json = record.encode().into_boxed_slice();
        self.waiting_bytes += json.len();
        let (offset, timestamp) = (record.offset, record.timestamp);
        self.waiting.push_back(Waiting { offset, timestamp, json, since: now });
    }

    /// Everything below this offset is done.
    pub(crate) fn position(&self) -> i64 {
        let waiting = self.waiting.front().map(|record| record.offset);
        self.in_flight.or(waiting).unwrap_or(self.read_to)
    }

    /// Whether nothing more will come that is to be handed over.
    pub(crate) fn is_read_to_its_end(&self) -> bool {
        self.end.is_some_and(|end| self.read_to >= end)
    }

    /// Drops what waits, as if it had never come; says how many records that are.
    pub(crate) fn clear(&mut self) -> usize {
        if let Some(first) = self.waiting.front() {
            self.read_to = first.offset;
        }
        self.waiting_bytes = 0;
        std::mem::take(&mut self.waiting).len()
    }

    fn pop(&mut self) -> Option<Waiting> {
        let record = self.waiting.pop_front()?;
        self.waiting_bytes -= record.json.len();
        Some(record)
    }
}

/// All partitions that are read here.
#[derive(Debug, Default)]
pub(crate) struct Partitions {
    pub(crate) by_number: BTreeMap<i32, Partition>,
    /// Those of which a batch is in flight, and its number. One that was lost and came back can have
    /// one from before.
    pub(crate) busy: BTreeMap<i32, u64>,
}

/// Whether a batch can be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readiness {
    /// Yes.
    Now,
    /// At this moment, unless more records come before.
    At(Instant),
    /// There is nothing to cut one from.
    Empty,
}

impl Partitions {
    /// Whether a batch can be cut from what waits in partitions that have none in flight.
    pub(crate) fn readiness(&self, settings: &Settings, now: Instant) -> Readiness {
        let (mut records, mut bytes, mut oldest) = (0, 0, None);
        for (_, partition) in self.ready() {
            // One that is full cannot grow, so there is nothing to wait for.
            if partition.is_paused && !partition.is_read_to_its_end() {
                return Readiness::Now;
            }
            records += partition.waiting.len();
            bytes += partition.waiting_bytes;
            let since = partition.waiting.front().map(|record| record.since);
            oldest = oldest.into_iter().chain(since).min();
        }
        let Some(oldest) = oldest else { return Readiness::Empty };
        let is_over = self.by_number.values().all(Partition::is_read_to_its_end);
        let due = oldest + settings.window;
        if records >= settings.batch_size || bytes >= MAX_EVENT_BYTES || due <= now || is_over {
            return Readiness::Now;
        }
        Readiness::At(due)
    }

    /// Cuts a batch: from the partition whose records wait longest, then the next.
    pub(crate) fn cut(&mut self, settings: &Settings, delivery: u64) -> Option<Piece> {
        let mut ready: Vec<(Instant, i32)> = Vec::new();
        for (number, partition) in self.ready() {
            ready.extend(partition.waiting.front().map(|first| (first.since, number)));
        }
        ready.sort_unstable();
        let mut batch = Cut::new(settings);
        for (_, number) in ready {
            let Some(partition) = self.by_number.get_mut(&number) else { continue };
            if batch.take_from(number, partition) {
                partition.delivery = Some(delivery);
                self.busy.insert(number, delivery);
            }
            if batch.is_full {
                break;
            }
        }
        batch.finish()
    }

    /// Those that a batch can be cut from.
    fn ready(&self) -> impl Iterator<Item = (i32, &Partition)> {
        let is_ready = |(number, partition): &(&i32, &Partition)| {
            !self.busy.contains_key(number)
                && !partition.is_leaving
                && !partition.waiting.is_empty()
        };
        self.by_number.iter().filter(is_ready).map(|(number, partition)| (*number, partition))
    }

    /// Which partitions have to be paused or resumed, and which of the two.
    pub(crate) fn to_steer(&self, settings: &Settings) -> Vec<(i32, bool)> {
        let total: usize = self.by_number.values().map(|partition| partition.waiting_bytes).sum();
        let share = WAITING_BYTES / self.by_number.len().max(1);
        let most_records = WAITING_RECORDS.max(2 * settings.batch_size);
        let mut changes = Vec::new();
        for (number, partition) in &self.by_number {
            let (records, bytes) = (partition.waiting.len(), partition.waiting_bytes);
            let is_over = partition.is_read_to_its_end();
            let is_full = records >= most_records
                || bytes >= MAX_EVENT_BYTES
                || (total >= WAITING_BYTES && bytes >= share);
            let has_room = records < most_records / 2
                && bytes < MAX_EVENT_BYTES / 2
                && (total < WAITING_BYTES || bytes < share / 2);
            if !partition.is_paused && (is_full || is_over) {
                changes.push((*number, true));
            } else if partition.is_paused && has_room && !is_over && !partition.is_leaving {
                changes.push((*number, false));
            }
        }
        changes
    }
}

/// A batch that is being cut.
struct Cut<'a> {
    settings: &'a Settings,
    taken: BTreeMap<i32, Vec<Waiting>>,
    records: usize,
    bytes: usize,
    is_full: bool,
    is_oversized: bool,
}

impl<'a> Cut<'a> {
    fn new(settings: &'a Settings) -> Self {
        Cut {
            settings,
            taken: BTreeMap::new(),
            records: 0,
            bytes: settings.event_source.empty_len(),
            is_full: false,
            is_oversized: false,
        }
    }

    /// Takes what fits; says whether that is anything.
    fn take_from(&mut self, number: i32, partition: &mut Partition) -> bool {
        let mut list = EventSource::partition_len(&self.settings.topic, number);
        let mut taken = Vec::new();
        while let Some(next) = partition.waiting.front() {
            let bytes = self.bytes + list + next.json.len() + 1;
            let fits = self.records < self.settings.batch_size && bytes <= MAX_EVENT_BYTES;
            // A record that alone makes too large an event is a batch of its own.
            let is_alone = self.records == 0;
            if !fits && !is_alone {
                self.is_full = true;
                break;
            }
            self.is_oversized = !fits;
            self.is_full = !fits || self.records + 1 == self.settings.batch_size;
            self.bytes = bytes;
            self.records += 1;
            list = 0;
            taken.extend(partition.pop());
            if self.is_full {
                break;
            }
        }
        let Some(first) = taken.first() else { return false };
        partition.in_flight = Some(first.offset);
        self.taken.insert(number, taken);
        true
    }

    fn finish(self) -> Option<Piece> {
        if self.taken.is_empty() {
            return None;
        }
        let mut records = Vec::with_capacity(self.records);
        let mut writer = EventWriter::new(&self.settings.event_source, self.bytes);
        for (partition, waiting) in self.taken {
            writer.start_partition(&self.settings.topic, partition);
            for Waiting { offset, timestamp, json, .. } in waiting {
                let range = writer.write_encoded(&json);
                records.push(BatchRecord { partition, offset, timestamp, range });
            }
        }
        let mut piece = Piece::new(Bytes::from(writer.finish()), records);
        piece.condition = self.is_oversized.then_some(Condition::MaximumPayloadSizeExceeded);
        Some(piece)
    }
}
