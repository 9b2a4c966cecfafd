use std::collections::BTreeMap;

use crate::alerts::Severity;
use crate::detectors::Note;
use crate::kafka::Partition;
use crate::time::EventTime;

/// What happened in one invocation, in numbers.
///
/// Every record counts in exactly one of `applied`, `duplicates`, `tombstones`, `dead` and `failed`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records in the event.
    pub records: u64,
    /// Records that were applied and are durably done.
    pub applied: u64,
    /// Records that had been applied before.
    pub duplicates: u64,
    /// Records without a value, which are counted and skipped.
    pub tombstones: u64,
    /// Records in the dead-letter queue, by the reason's code.
    pub dead: BTreeMap<&'static str, u64>,
    /// Records that are not durably done and are reported.
    pub failed: u64,
    /// Records that looked applied but were newer than anything applied (see [`crate::state::Verdict`]).
    pub suspicious: u64,
    /// Conditional writes that somebody else's write came before.
    pub conflicts: u64,
    /// Alerts committed, by detector and severity.
    pub alerts: BTreeMap<(String, Severity), u64>,
    /// Those of detectors that are only being watched.
    pub shadow: BTreeMap<(String, Severity), u64>,
    /// What detectors noted besides, of what was committed.
    pub notes: BTreeMap<Note, u64>,
    /// Sessions and windows committed as closed.
    pub closed: u64,
    /// Transactions applied, by the minute of their event time.
    pub transactions: BTreeMap<EventTime, u64>,
    /// Distinct users lately active, by topic and partition, of the partitions in this event.
    pub active_users: BTreeMap<(String, Partition), u64>,
}

impl Tally {
    /// Records in the dead-letter queue, whatever the reason.
    pub fn dead_records(&self) -> u64 {
        self.dead.values().sum()
    }

    /// Alerts of at least this severity.
    pub fn alerts_from(&self, severity: Severity) -> u64 {
        let counts = self.alerts.iter().filter(|((_, one), _)| *one >= severity);
        counts.map(|(_, count)| count).sum()
    }
}
