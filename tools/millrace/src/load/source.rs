//! The records: generated, in the partitions that there are.

use millrace_generator::{Generator, KafkaRecord, Partitions, Tally, Topics};
use millrace_kafka::{Cluster, KafkaError};

use super::options::{Key, Start, StreamOptions};

/// Where a stream starts that is to be the same every time.
const USUAL_START_MS: i64 = 1_767_600_000_000;

/// A stream without end.
pub(super) struct Source {
    generator: Generator,
    key: Key,
    partitions: Partitions,
    topics: Topics,
    /// How many records there were, to spread those without a key.
    count: u64,
}

impl Source {
    /// For the topics of a cluster. Kafka's timestamps are those of sending, and every event tells
    /// its own time: so no broker takes a record for older than it keeps them.
    ///
    /// # Errors
    /// When a topic is not there.
    pub(super) fn for_cluster(
        options: &StreamOptions,
        cluster: &Cluster,
    ) -> Result<Self, KafkaError> {
        let topics = options.topics();
        let labels =
            if options.has_labels() { cluster.partitions(&topics.transaction_labels)? } else { 1 };
        let partitions = Partitions {
            user_events: cluster.partitions(&topics.user_events)?,
            transactions: cluster.partitions(&topics.transactions)?,
            sensor_data: cluster.partitions(&topics.sensor_data)?,
            transaction_labels: labels,
        };
        let start_ms = match options.start.unwrap_or(Start::Now) {
            Start::Now => jiff::Timestamp::now().as_millisecond(),
            Start::At(start) => start,
        };
        let mut settings = options.settings(partitions, start_ms);
        settings.always_tells_time = true;
        let generator = Generator::new(settings);
        Ok(Self { generator, key: options.key, partitions, topics, count: 0 })
    }

    /// For event files: records carry the time of their events.
    pub(super) fn for_files(options: &StreamOptions, records: u64) -> Generator {
        let start_ms = match options.start {
            None => USUAL_START_MS,
            Some(Start::Now) => jiff::Timestamp::now().as_millisecond(),
            Some(Start::At(start)) => start,
        };
        let settings = options.settings(Partitions::default(), start_ms);
        Generator::new(millrace_generator::Settings { records, ..settings })
    }

    /// What there was so far.
    pub(super) fn tally(&self) -> &Tally {
        self.generator.tally()
    }

    fn partitions_of(&self, topic: &str) -> u32 {
        let Partitions { user_events, transactions, sensor_data, transaction_labels } =
            self.partitions;
        if topic == &*self.topics.user_events {
            user_events
        } else if topic == &*self.topics.transactions {
            transactions
        } else if topic == &*self.topics.sensor_data {
            sensor_data
        } else {
            transaction_labels
        }
    }
}

impl Iterator for Source {
    type Item = KafkaRecord;

    fn next(&mut self) -> Option<KafkaRecord> {
        let mut record = self.generator.next()?;
        record.timestamp = -1; // when it is sent
        if self.key == Key::None {
            record.key = None;
            let partitions = u64::from(self.partitions_of(&record.topic).max(1));
            record.partition = i32::try_from(self.count % partitions).unwrap_or_default();
        }
        self.count += 1;
        Some(record)
    }
}
