use std::collections::BTreeMap;
use std::sync::Arc;

use millrace_generator::{Generator, KafkaRecord, Rates, Settings, Topics};

/// How long after a payment its label comes: soon, so that a small run has some, too.
const LABEL_DELAY_MS: i64 = 120_000;

/// One producer in so many does not key: its records go to the partitions in turn, so that one user
/// or sensor is written from several at a time.
const KEYED_TO_UNKEYED: u64 = 8;

/// The generator's stream, more of it odd than usual.
pub(crate) struct Stream {
    generator: Generator,
    partitions: BTreeMap<Arc<str>, u32>,
    turn: i32,
}

impl Stream {
    pub(crate) fn new(seed: u64, records: u64) -> Self {
        let settings = settings(seed, records);
        let (topics, counts) = (&settings.topics, settings.partitions);
        let partitions = [
            (&topics.user_events, counts.user_events),
            (&topics.transactions, counts.transactions),
            (&topics.sensor_data, counts.sensor_data),
            (&topics.transaction_labels, counts.transaction_labels),
        ];
        let partitions =
            partitions.into_iter().map(|(topic, count)| (Arc::clone(topic), count)).collect();
        Self { generator: Generator::new(settings), partitions, turn: 0 }
    }

    /// How many partitions each topic has.
    pub(crate) fn partitions(&self) -> impl Iterator<Item = (&Arc<str>, u32)> {
        self.partitions.iter().map(|(topic, count)| (topic, *count))
    }
}

impl Iterator for Stream {
    type Item = KafkaRecord;

    /// The next record; its offset is still to be given.
    fn next(&mut self) -> Option<KafkaRecord> {
        let mut record = self.generator.next()?;
        let key = record.key.as_deref().unwrap_or_default();
        if sum(key).is_multiple_of(KEYED_TO_UNKEYED) {
            let partitions = self.partitions.get(&record.topic).copied().unwrap_or(1);
            self.turn = self.turn.wrapping_add(1) & i32::MAX;
            record.partition = self.turn % i32::try_from(partitions).unwrap_or(1).max(1);
        }
        Some(record)
    }
}

/// What `analytics` has to be told of the topics: `TOPIC_KINDS`.
pub fn topic_kinds() -> String {
    let Topics { user_events, transactions, sensor_data, transaction_labels } = Topics::default();
    format!(
        "{user_events}=user_event,{transactions}=transaction,{sensor_data}=sensor_reading,\
         {transaction_labels}=transaction_label"
    )
}

/// More that is odd than usual, and much fraud, so that labels teach enough to raise alerts.
pub(super) fn settings(seed: u64, records: u64) -> Settings {
    let rates = Rates {
        poison: 0.002,
        tombstones: 0.002,
        late: 0.01,
        fraud: 0.05,
        labels: 0.9,
        ..Rates::default()
    };
    Settings { seed, records, rates, label_delay_ms: LABEL_DELAY_MS, ..Settings::default() }
}

/// FNV-1a, which is good enough to choose by.
fn sum(bytes: &[u8]) -> u64 {
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use super::*;

    #[test]
    fn most_keys_stay_in_one_partition_and_some_go_through_all() {
        let mut partitions: HashMap<(Arc<str>, Vec<u8>), BTreeSet<i32>> = HashMap::new();
        for record in Stream::new(1, 20_000) {
            let place = (record.topic, record.key.unwrap_or_default());
            partitions.entry(place).or_default().insert(record.partition);
        }
        let spread = partitions.values().filter(|partitions| partitions.len() > 1).count();
        let share = partitions.len() / spread.max(1);
        assert!((4..20).contains(&share), "{spread} of {}", partitions.len());
        let of_sensors = |place: &(Arc<str>, Vec<u8>)| place.0.as_ref() == "sensor-data";
        let sensors = partitions.iter().filter(|(place, _)| of_sensors(place));
        assert!(sensors.map(|(_, partitions)| partitions.len()).any(|count| count == 4));
    }
}
