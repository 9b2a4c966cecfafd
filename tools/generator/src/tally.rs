//! What was put in.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::sensor::Failure;

/// What a stream held so far, for comparing it with what came out.
///
/// Records are counted once, however often their batch is handed over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// All records: events, tombstones and poison.
    pub records: u64,
    /// Sound user events.
    pub user_events: u64,
    /// Sound transactions.
    pub transactions: u64,
    /// Sound sensor events; one can hold several readings.
    pub sensor_events: u64,
    /// Sound labels of transactions.
    pub labels: u64,
    /// Those of them that say fraud.
    pub fraud_labels: u64,
    /// Records without a value.
    pub tombstones: u64,
    /// Records that can only become dead records, by what is wrong with them.
    pub poison: BTreeMap<&'static str, u64>,
    /// Sound events told 5 to 40 minutes after they happened.
    pub late: u64,
    /// Users with a sound event or transaction.
    pub users: u64,
    /// Sensors with a sound event.
    pub sensors: u64,
    /// Users with ten clicks within seven seconds: `rapid_activity` and `rapid_clicks` fire for each.
    pub bots: BTreeSet<String>,
    /// Users with a payment above 10,000, the seventh or later and more than 4.5 times the mean of
    /// those before: `high_value` and `unusual_amount` fire for each.
    pub fraud: BTreeSet<String>,
    /// Sensors with a reading that shows a failure: the rule for it fires for each.
    pub failing_sensors: BTreeMap<String, Failure>,
    /// The record times of the first and of the last record, in epoch milliseconds.
    pub first_ms: i64,
    /// See `first_ms`.
    pub last_ms: i64,
    /// Batches that were handed over again.
    pub redelivered_batches: u64,
    /// The records in them.
    pub redelivered_records: u64,
}

impl Tally {
    /// All records that can only become dead records.
    pub fn dead_records(&self) -> u64 {
        self.poison.values().sum()
    }
}
