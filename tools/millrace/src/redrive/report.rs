//! What came of it, for a person.

use std::collections::BTreeMap;
use std::fmt::Write;

use millrace_redrive::Record;
use millrace_shared::kafka::Redriven;

use crate::text::{counted, grouped};

/// How many of what cannot be read are named one by one.
const NAMED: usize = 5;

/// Counts of one run.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Letters or batches that could be read.
    pub(super) entries: u64,
    /// Those of another function, by its name.
    pub(super) of_others: BTreeMap<String, u64>,
    /// Records that the filter left.
    pub(super) left_by_filter: u64,
    /// Events sent.
    pub(super) events: u64,
    /// Letters or batches deleted.
    pub(super) deleted: u64,
    unreadable: Vec<(String, String)>,
    redriven: Redriven,
    not_done: BTreeMap<String, u64>,
    would_send: BTreeMap<(String, String), u64>,
}

impl Report {
    /// What cannot be read, and stays where it is.
    pub(super) fn unreadable(&mut self, name: &str, reason: &str) {
        self.unreadable.push((name.to_owned(), reason.to_owned()));
    }

    pub(super) fn not_done(&mut self, reason: &str, records: usize) {
        if records > 0 {
            *self.not_done.entry(reason.to_owned()).or_default() += records as u64;
        }
    }

    pub(super) fn redriven(&mut self, redriven: &Redriven) {
        self.redriven.applied += redriven.applied;
        self.redriven.duplicates += redriven.duplicates;
        self.redriven.tombstones += redriven.tombstones;
        for (reason, count) in &redriven.dead {
            *self.redriven.dead.entry(reason.clone()).or_default() += count;
        }
    }

    pub(super) fn would_send(&mut self, records: &[Record], reason: &str) {
        for record in records {
            let topic = record.topic.as_deref().unwrap_or("unknown topic");
            let partition = record.partition.map_or("?".to_owned(), |number| number.to_string());
            let place = format!("{topic}, partition {partition}");
            *self.would_send.entry((reason.to_owned(), place)).or_default() += 1;
        }
    }

    /// Whether everything that was to be sent is done, and nothing was dead again.
    pub(super) fn is_all_done(&self) -> bool {
        self.not_done.is_empty() && self.redriven.dead.is_empty() && self.unreadable.is_empty()
    }

    pub(super) fn text(&self, source: &str, is_dry_run: bool) -> String {
        let mut text = String::new();
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{source}: {} read", grouped(self.entries));
        let mut line = |words: String| {
            let _ = writeln!(text, "  {words}");
        };
        for (function, count) in &self.of_others {
            line(format!("{} of {function}, left", grouped(*count)));
        }
        if self.left_by_filter > 0 {
            line(format!("{} left by the filter", counted(self.left_by_filter, "record")));
        }
        for (name, reason) in self.unreadable.iter().take(NAMED) {
            line(format!("{name} left: {reason}"));
        }
        if self.unreadable.len() > NAMED {
            line(format!("and {} more that cannot be read", self.unreadable.len() - NAMED));
        }
        if is_dry_run {
            for ((reason, place), count) in &self.would_send {
                line(format!("would send {} of {place} ({reason})", counted(*count, "record")));
            }
            return text;
        }
        let Redriven { applied, duplicates, tombstones, dead } = &self.redriven;
        line(format!("{} sent", counted(self.events, "event")));
        line(format!("{} applied", grouped(*applied)));
        line(format!("{} had been applied before", grouped(*duplicates)));
        if *tombstones > 0 {
            line(format!("{} without a value", grouped(*tombstones)));
        }
        for (reason, count) in dead {
            line(format!("{} dead again ({reason}), with a new letter", grouped(*count)));
        }
        for (reason, count) in &self.not_done {
            line(format!("{} not done: {reason}", grouped(*count)));
        }
        line(format!("{} deleted", grouped(self.deleted)));
        text
    }
}
