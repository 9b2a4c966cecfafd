//! Records in the batches in which an event source mapping hands them over.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem;
use std::sync::Arc;

use fastrand::Rng;
use millrace_kafka_event::{EventSource, KafkaRecord, MAX_EVENT_BYTES};

use crate::generator::Generator;
use crate::random::{chance, source};
use crate::tally::Tally;

/// When a batch is full. Whichever limit is reached first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// Records; Lambda allows up to 10,000.
    pub max_records: usize,
    /// Bytes of the encoded event.
    pub max_bytes: usize,
    /// Record time from the first record on, in milliseconds: what the batching window is to a
    /// mapping. It keeps the topics in step, of which one has thirty times the records of another.
    pub window_ms: i64,
}

impl Default for BatchLimits {
    /// 10,000 records, 6 MiB, 5 minutes.
    fn default() -> Self {
        BatchLimits { max_records: 10_000, max_bytes: MAX_EVENT_BYTES, window_ms: 300_000 }
    }
}

/// What one invocation gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its records, in the order of their times.
    pub records: Vec<KafkaRecord>,
    /// Whether the batch before was the same one.
    pub redelivery: bool,
}

impl Batch {
    /// The event, from the default source.
    pub fn encode(&self) -> Vec<u8> {
        EventSource::default().encode(&self.records)
    }
}

/// The rest of a stream in batches, now and then one twice in succession.
pub struct Batches {
    generator: Generator,
    limits: BatchLimits,
    /// All topics share one batch.
    mixed: bool,
    /// What a mixed batch is filed under.
    all_topics: Arc<str>,
    /// By topic.
    filling: BTreeMap<Arc<str>, Filling>,
    ready: VecDeque<Batch>,
    ended: bool,
    redelivery_rate: f64,
    random: Rng,
    redelivered: Redelivered,
}

/// What was handed over a second time.
#[derive(Default)]
struct Redelivered {
    batches: u64,
    records: u64,
}

/// A batch that has room.
struct Filling {
    records: Vec<KafkaRecord>,
    partitions: BTreeSet<(Arc<str>, i32)>,
    bytes: usize,
}

impl Filling {
    fn new() -> Self {
        Filling {
            records: Vec::new(),
            partitions: BTreeSet::new(),
            bytes: EventSource::default().empty_len(),
        }
    }

    /// What a record would add to the event, its comma and a new partition's list included.
    fn bytes_of(&self, record: &KafkaRecord) -> usize {
        let place = (record.topic.clone(), record.partition);
        let list = if self.partitions.contains(&place) {
            0
        } else {
            EventSource::partition_len(&record.topic, record.partition)
        };
        record.encoded_len() + 1 + list
    }

    fn has_room(&self, record: &KafkaRecord, bytes: usize, limits: &BatchLimits) -> bool {
        let Some(first) = self.records.first() else { return true };
        self.records.len() < limits.max_records
            && self.bytes + bytes <= limits.max_bytes
            && record.timestamp - first.timestamp < limits.window_ms
    }

    fn add(&mut self, record: KafkaRecord, bytes: usize) {
        self.bytes += bytes;
        self.partitions.insert((record.topic.clone(), record.partition));
        self.records.push(record);
    }
}

impl Batches {
    pub(crate) fn by_topic(generator: Generator, limits: BatchLimits) -> Self {
        Batches::new(generator, limits, false)
    }

    pub(crate) fn mixed(generator: Generator, limits: BatchLimits) -> Self {
        Batches::new(generator, limits, true)
    }

    fn new(generator: Generator, limits: BatchLimits, mixed: bool) -> Self {
        let settings = generator.settings();
        Batches {
            redelivery_rate: settings.rates.redelivered_batches,
            random: source(settings.seed, "redeliveries", 0),
            redelivered: Redelivered::default(),
            generator,
            limits,
            mixed,
            all_topics: Arc::default(),
            filling: BTreeMap::new(),
            ready: VecDeque::new(),
            ended: false,
        }
    }

    /// What was generated and handed over so far. Once the batches have ended this is all of it.
    pub fn tally(&self) -> Tally {
        Tally {
            redelivered_batches: self.redelivered.batches,
            redelivered_records: self.redelivered.records,
            ..self.generator.tally().clone()
        }
    }

    /// Takes in one more record, which may fill batches; at the stream's end all are full.
    fn advance(&mut self) {
        let Some(record) = self.generator.next() else {
            self.ended = true;
            for (_, filling) in mem::take(&mut self.filling) {
                self.finish(filling);
            }
            return;
        };
        let group = if self.mixed { &self.all_topics } else { &record.topic };
        let filling = self.filling.entry(group.clone()).or_insert_with(Filling::new);
        let bytes = filling.bytes_of(&record);
        if filling.has_room(&record, bytes, &self.limits) {
            filling.add(record, bytes);
            return;
        }
        let full = mem::replace(filling, Filling::new());
        let bytes = filling.bytes_of(&record);
        filling.add(record, bytes);
        self.finish(full);
    }

    fn finish(&mut self, filling: Filling) {
        let batch = Batch { records: filling.records, redelivery: false };
        let again = chance(&mut self.random, self.redelivery_rate);
        if again {
            self.ready.push_back(batch.clone());
        }
        self.ready.push_back(Batch { redelivery: again, ..batch });
    }
}

impl Iterator for Batches {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        while self.ready.is_empty() && !self.ended {
            self.advance();
        }
        let batch = self.ready.pop_front()?;
        if batch.redelivery {
            self.redelivered.batches += 1;
            self.redelivered.records += batch.records.len() as u64;
        }
        Some(batch)
    }
}
