//! A topic in memory, for tests and for trying functions without Kafka.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use millrace_kafka_event::KafkaRecord;
use tokio::sync::Notify;

use crate::source::{PartitionOffset, Polled, Source};

/// How many records one poll hands over.
const POLLED_RECORDS: usize = 500;

/// A topic in memory with the offsets that one consumer group committed. Clones are the same topic.
#[derive(Clone, Debug)]
pub struct MemoryLog {
    topic: Arc<str>,
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
}

#[derive(Debug)]
struct State {
    partitions: Vec<Vec<KafkaRecord>>,
    committed: Vec<i64>,
    /// Rebalances that a consumer has yet to be told.
    rebalances: VecDeque<Rebalance>,
}

#[derive(Debug)]
enum Rebalance {
    Revoke(Vec<i32>),
    Lose(Vec<i32>),
    Assign(Vec<i32>),
}

impl MemoryLog {
    /// An empty topic with so many partitions.
    pub fn new(topic: impl Into<Arc<str>>, partitions: usize) -> Self {
        let state = State {
            partitions: vec![Vec::new(); partitions],
            committed: vec![0; partitions],
            rebalances: VecDeque::new(),
        };
        MemoryLog {
            topic: topic.into(),
            state: Arc::new(Mutex::new(state)),
            changed: Arc::new(Notify::new()),
        }
    }

    /// Appends a record with the timestamp 0; its offset. A partition that there is not is ignored.
    pub fn append(&self, partition: i32, key: Option<&[u8]>, value: Option<&[u8]>) -> i64 {
        let place = KafkaRecord::at(self.topic.clone(), partition, 0);
        let (key, value) = (key.map(<[u8]>::to_vec), value.map(<[u8]>::to_vec));
        self.push(KafkaRecord { key, value, ..place })
    }

    /// Appends a record at the end of its partition, whatever its topic and its offset say; its
    /// offset.
    pub fn push(&self, record: KafkaRecord) -> i64 {
        let offset = {
            let mut state = self.lock();
            let Some(records) = state.records_mut(record.partition) else { return -1 };
            let offset = records.last().map_or(0, |last| last.offset + 1);
            records.push(KafkaRecord { topic: self.topic.clone(), offset, ..record });
            offset
        };
        self.changed.notify_waiters();
        offset
    }

    /// A topic with the same records, of which nothing is committed.
    #[must_use]
    pub fn rewound(&self) -> Self {
        let partitions = self.records();
        let other = MemoryLog::new(self.topic.clone(), partitions.len());
        other.lock().partitions = partitions;
        other
    }

    /// The committed offset of each partition.
    pub fn committed(&self) -> Vec<i64> {
        self.lock().committed.clone()
    }

    /// The offset of each partition's next record.
    pub fn ends(&self) -> Vec<i64> {
        let state = self.lock();
        let end = |records: &Vec<KafkaRecord>| records.last().map_or(0, |last| last.offset + 1);
        state.partitions.iter().map(end).collect()
    }

    /// Every record, by partition.
    pub fn records(&self) -> Vec<Vec<KafkaRecord>> {
        self.lock().partitions.clone()
    }

    /// The group wants partitions back from the consumer, in an orderly way.
    pub fn revoke(&self, partitions: &[i32]) {
        self.rebalance(Rebalance::Revoke(partitions.to_vec()));
    }

    /// The consumer has lost partitions: its session timed out, say.
    pub fn lose(&self, partitions: &[i32]) {
        self.rebalance(Rebalance::Lose(partitions.to_vec()));
    }

    /// The consumer gets partitions, from their committed offsets on. After [`MemoryLog::lose`] that
    /// is how records come a second time.
    pub fn assign(&self, partitions: &[i32]) {
        self.rebalance(Rebalance::Assign(partitions.to_vec()));
    }

    /// A consumer that gets all partitions, from their committed offsets on.
    pub fn consumer(&self) -> MemoryConsumer {
        let partitions = self.lock().partitions.len();
        let all: Vec<i32> =
            (0..partitions).filter_map(|number| i32::try_from(number).ok()).collect();
        self.consumer_of(&all)
    }

    /// A consumer that gets these partitions, from their committed offsets on.
    pub fn consumer_of(&self, partitions: &[i32]) -> MemoryConsumer {
        let count = self.lock().partitions.len();
        MemoryConsumer {
            log: self.clone(),
            reading: vec![Reading::default(); count],
            first: Some(Rebalance::Assign(partitions.to_vec())),
            next: 0,
        }
    }

    fn rebalance(&self, rebalance: Rebalance) {
        self.lock().rebalances.push_back(rebalance);
        self.changed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn records_mut(&mut self, partition: i32) -> Option<&mut Vec<KafkaRecord>> {
        self.partitions.get_mut(usize::try_from(partition).ok()?)
    }
}

/// Reads a [`MemoryLog`]. Rebalances that the log is told about happen to it.
#[derive(Debug)]
pub struct MemoryConsumer {
    log: MemoryLog,
    reading: Vec<Reading>,
    first: Option<Rebalance>,
    /// The partition to look at first, so that none starves.
    next: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Reading {
    is_assigned: bool,
    is_paused: bool,
    offset: i64,
}

impl MemoryConsumer {
    fn poll_now(&mut self) -> Option<Polled> {
        let log = self.log.clone();
        let mut state = log.lock();
        let rebalance = self.first.take().or_else(|| state.rebalances.pop_front());
        if let Some(rebalance) = rebalance {
            return Some(self.rebalanced(rebalance, &state));
        }
        let count = self.reading.len();
        for step in 0..count {
            let number = (self.next + step) % count;
            let reading = &mut self.reading[number];
            if !reading.is_assigned || reading.is_paused {
                continue;
            }
            let records = &state.partitions[number];
            let start = records.partition_point(|record| record.offset < reading.offset);
            let records: Vec<KafkaRecord> =
                records[start..].iter().take(POLLED_RECORDS).cloned().collect();
            if let Some(last) = records.last() {
                reading.offset = last.offset + 1;
                self.next = number + 1;
                return Some(Polled::Records(records));
            }
        }
        None
    }

    fn rebalanced(&mut self, rebalance: Rebalance, state: &State) -> Polled {
        match rebalance {
            Rebalance::Revoke(partitions) => {
                self.each(&partitions, |_, reading| reading.is_paused = true);
                Polled::Revoking(partitions)
            }
            Rebalance::Lose(partitions) => {
                self.each(&partitions, |_, reading| *reading = Reading::default());
                Polled::Lost(partitions)
            }
            Rebalance::Assign(partitions) => {
                let mut offsets = Vec::new();
                self.each(&partitions, |number, reading| {
                    let offset = state.committed[number];
                    *reading = Reading { is_assigned: true, is_paused: false, offset };
                    offsets.extend(
                        i32::try_from(number)
                            .map(|partition| PartitionOffset { partition, offset }),
                    );
                });
                Polled::Assigned(offsets)
            }
        }
    }

    fn each(&mut self, partitions: &[i32], mut change: impl FnMut(usize, &mut Reading)) {
        for partition in partitions {
            let Ok(number) = usize::try_from(*partition) else { continue };
            if let Some(reading) = self.reading.get_mut(number) {
                change(number, reading);
            }
        }
    }
}

impl Source for MemoryConsumer {
    type Error = Infallible;

    async fn poll(&mut self) -> Result<Polled, Infallible> {
        loop {
            let log = self.log.clone();
            // Registered before looking, so that a record appended in between is not missed.
            let changed = log.changed.notified();
            if let Some(polled) = self.poll_now() {
                return Ok(polled);
            }
            changed.await;
        }
    }

    async fn commit(&mut self, offsets: &[PartitionOffset]) -> Result<(), Infallible> {
        let mut state = self.log.lock();
        for PartitionOffset { partition, offset } in offsets {
            let committed =
                usize::try_from(*partition).ok().and_then(|number| state.committed.get_mut(number));
            if let Some(committed) = committed {
                *committed = *offset;
            }
        }
        Ok(())
    }

    fn pause(&mut self, partition: i32) -> Result<(), Infallible> {
        self.each(&[partition], |_, reading| reading.is_paused = true);
        Ok(())
    }

    fn resume(&mut self, partition: i32) -> Result<(), Infallible> {
        self.each(&[partition], |_, reading| reading.is_paused = false);
        Ok(())
    }

    async fn end_offsets(
        &mut self,
        partitions: &[i32],
    ) -> Result<Vec<PartitionOffset>, Infallible> {
        let ends = self.log.ends();
        let end = |partition: &i32| {
            let offset = *ends.get(usize::try_from(*partition).ok()?)?;
            Some(PartitionOffset { partition: *partition, offset })
        };
        Ok(partitions.iter().filter_map(end).collect())
    }

    async fn release(&mut self, partitions: &[i32]) -> Result<(), Infallible> {
        self.each(partitions, |_, reading| *reading = Reading::default());
        Ok(())
    }
}
