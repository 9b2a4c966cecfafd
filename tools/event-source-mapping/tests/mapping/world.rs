//! A topic, a function and a destination, and a mapping between them.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use millrace_event_source_mapping::{
    Clock, Destination, EventSourceMapping, KafkaRecord, MappingError, MemoryLog, Settings, Tally,
    Until,
};

use crate::scripted::{Call, Reply, Scripted};
use crate::stored::Stored;

/// 2026-01-05T08:00:00Z.
pub(crate) const START_MS: i64 = 1_767_600_000_000;

pub(crate) struct World {
    pub(crate) log: MemoryLog,
    pub(crate) settings: Settings,
    pub(crate) function: Arc<Scripted>,
    pub(crate) stored: Arc<Stored>,
    clock: Clock,
}

impl World {
    /// A topic `orders` and a function that does what the script says, at once.
    pub(crate) fn new(
        partitions: usize,
        script: impl Fn(usize, &Call) -> Reply + Send + Sync + 'static,
    ) -> Self {
        World::taking(Duration::ZERO, partitions, script)
    }

    /// The function takes its time.
    pub(crate) fn taking(
        takes: Duration,
        partitions: usize,
        script: impl Fn(usize, &Call) -> Reply + Send + Sync + 'static,
    ) -> Self {
        World {
            log: MemoryLog::new("orders", partitions),
            settings: Settings::new("orders", "group"),
            function: Arc::new(Scripted::new(takes, script)),
            stored: Arc::default(),
            clock: Clock::starting_at(START_MS),
        }
    }

    /// Sends what fails for good to memory.
    pub(crate) fn with_destination(mut self) -> Self {
        self.settings.on_failure = Some(Destination::S3 { bucket: "failed".to_owned() });
        self
    }

    /// Appends so many records to a partition, of the time at which the test starts.
    pub(crate) fn append(&self, partition: i32, count: usize) {
        for _ in 0..count {
            self.append_at(partition, START_MS);
        }
    }

    /// Appends a record of this time.
    pub(crate) fn append_at(&self, partition: i32, timestamp: i64) {
        let value = Some(b"{}".to_vec());
        self.log.push(KafkaRecord { timestamp, value, ..KafkaRecord::at("orders", partition, 0) });
    }

    /// Appends a record with a value of so many bytes.
    pub(crate) fn append_sized(&self, partition: i32, bytes: usize) {
        let value = Some(vec![b'x'; bytes]);
        self.log.push(KafkaRecord { value, ..KafkaRecord::at("orders", partition, 0) });
    }

    pub(crate) fn mapping(&self) -> EventSourceMapping {
        let mapping = EventSourceMapping::new(self.settings.clone(), self.function.clone());
        let mapping = mapping.unwrap().with_clock(self.clock);
        if self.settings.on_failure.is_some() {
            return mapping.on_failure(self.stored.clone());
        }
        mapping
    }

    /// Runs until all that is in the topic is done.
    pub(crate) async fn run(&self) -> Tally {
        self.try_run().await.unwrap()
    }

    pub(crate) async fn try_run(&self) -> Result<Tally, MappingError> {
        self.mapping().run(&mut self.log.consumer(), Until::EndOffsets, pending()).await
    }

    /// Runs for so long, then stops it.
    pub(crate) async fn run_for(&self, time: Duration) -> Tally {
        let stop = tokio::time::sleep(time);
        self.mapping().run(&mut self.log.consumer(), Until::Stopped, stop).await.unwrap()
    }

    /// The offsets of each call, of a test with one partition.
    pub(crate) fn offsets(&self) -> Vec<Vec<i64>> {
        self.function.calls().iter().map(Call::offsets).collect()
    }

    /// When each call was, in milliseconds.
    pub(crate) fn times(&self) -> Vec<u128> {
        self.function.calls().iter().map(|call| call.at.as_millis()).collect()
    }
}

/// A range as a list.
pub(crate) fn offsets(range: std::ops::Range<i64>) -> Vec<i64> {
    range.collect()
}
