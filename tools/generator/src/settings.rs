//! What to generate.

use std::sync::Arc;

/// All that a stream depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// The first moment, in epoch milliseconds.
    pub start_ms: i64,
    /// How many records there are before the stream ends, poison and tombstones included.
    pub records: u64,
    /// How many users there are. How often they come falls off as in Zipf's law, flattened at the
    /// top, because between two sessions anyone is gone for half an hour.
    pub users: u32,
    /// How many sensors there are.
    pub sensors: u32,
    /// How many merchants there are.
    pub merchants: u32,
    /// Sessions of all users together in an hour of event time.
    pub sessions_per_hour: f64,
    /// How unevenly they are spread: the exponent of Zipf's law. At 0 all users come equally often,
    /// at 1 the busiest come about as often as a person can. Above 1 these hardly rest any more, and
    /// a few keys have most of the records.
    pub skew: f64,
    /// From one reading of a sensor to its next, in milliseconds.
    pub reading_interval_ms: i64,
    /// How long after a payment it is known whether it was fraud, in milliseconds; see
    /// [`Rates::labels`].
    pub label_delay_ms: i64,
    /// Whether every event tells its own time. Else that of some is the record's time, which a
    /// producer that stamps its records anew would change.
    pub always_tells_time: bool,
    /// The names of the topics.
    pub topics: Topics,
    /// The partitions of each topic.
    pub partitions: Partitions,
    /// How much of what is odd.
    pub rates: Rates,
}

impl Default for Settings {
    /// 100,000 records, which take about seven hours of event time from 2026-01-05T08:00:00Z on.
    fn default() -> Self {
        Settings {
            seed: 1,
            start_ms: 1_767_600_000_000,
            records: 100_000,
            users: 2_000,
            sensors: 200,
            merchants: 120,
            sessions_per_hour: 1_200.0,
            skew: 1.0,
            reading_interval_ms: 180_000,
            label_delay_ms: 1_800_000,
            always_tells_time: false,
            topics: Topics::default(),
            partitions: Partitions::default(),
            rates: Rates::default(),
        }
    }
}

/// The names of the topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topics {
    /// Where user events go.
    pub user_events: Arc<str>,
    /// Where transactions go.
    pub transactions: Arc<str>,
    /// Where sensor readings go.
    pub sensor_data: Arc<str>,
    /// Where goes what is known of payments later.
    pub transaction_labels: Arc<str>,
}

impl Default for Topics {
    fn default() -> Self {
        Topics {
            user_events: "user-events".into(),
            transactions: "transactions".into(),
            sensor_data: "sensor-data".into(),
            transaction_labels: "transaction-labels".into(),
        }
    }
}

/// How many partitions each topic has; 0 counts as 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partitions {
    /// Of the user events' topic.
    pub user_events: u32,
    /// Of the transactions' topic.
    pub transactions: u32,
    /// Of the sensor readings' topic.
    pub sensor_data: u32,
    /// Of the labels' topic.
    pub transaction_labels: u32,
}

impl Default for Partitions {
    fn default() -> Self {
        Partitions { user_events: 6, transactions: 3, sensor_data: 4, transaction_labels: 3 }
    }
}

/// How often something odd happens; every one is a share between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Of the users: bots, which click several times a second.
    pub bots: f64,
    /// Of the users: those whose card is abused once they have paid six times.
    pub fraud: f64,
    /// Of the sensors: those that fail after a while.
    pub failing_sensors: f64,
    /// Of the records: followed by one of the same key whose value no parser can accept.
    pub poison: f64,
    /// Of the records: followed by a tombstone of the same key.
    pub tombstones: f64,
    /// Of the events: told 5 to 40 minutes after they happened. Those of bots, of fraud and of
    /// failing sensors are in time, so that what is tallied of them can be relied on.
    pub late: f64,
    /// Of the batches: handed over twice, as after a timeout of the function.
    pub redelivered_batches: f64,
    /// Of the records: with a `traceparent` header.
    pub trace_headers: f64,
    /// Of the transactions that have an identifier: labelled later, as fraud or as none.
    pub labels: f64,
}

impl Default for Rates {
    fn default() -> Self {
        Rates {
            bots: 0.004,
            fraud: 0.006,
            failing_sensors: 0.04,
            poison: 0.000_5,
            tombstones: 0.001,
            late: 0.005,
            redelivered_batches: 0.02,
            trace_headers: 0.2,
            labels: 0.0,
        }
    }
}

impl Rates {
    /// Nothing odd, and no headers.
    pub const NONE: Rates = Rates {
        bots: 0.0,
        fraud: 0.0,
        failing_sensors: 0.0,
        poison: 0.0,
        tombstones: 0.0,
        late: 0.0,
        redelivered_batches: 0.0,
        trace_headers: 0.0,
        labels: 0.0,
    };
}
