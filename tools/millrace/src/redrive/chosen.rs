//! Which of it is sent.

use millrace_redrive::{Filter, Record};

use super::options::Options;
use super::report::Report;
use super::source::{Entry, Handle};

/// Chooses letters and batches by function, and records by what the options say.
pub(super) struct Chooser<'a> {
    of: Option<&'a str>,
    filter: Filter,
    is_dry_run: bool,
}

/// Records to send, and what they come from.
#[derive(Default)]
pub(super) struct Chosen {
    pub(super) records: Vec<Record>,
    /// The origin of each record.
    pub(super) origins: Vec<usize>,
    pub(super) handles: Vec<Origin>,
}

/// A letter or a batch of which something was chosen.
pub(super) struct Origin {
    pub(super) handle: Handle,
    /// Whether all its records were, so that it may go once they are done.
    pub(super) is_whole: bool,
}

impl<'a> Chooser<'a> {
    pub(super) fn new(options: &'a Options) -> Self {
        Self { of: options.of(), filter: options.filter(), is_dry_run: options.dry_run }
    }

    pub(super) fn choose(&self, wave: Vec<Entry>, report: &mut Report) -> Chosen {
        let mut chosen = Chosen::default();
        for entry in wave {
            report.entries += 1;
            // A bare event says no function.
            if let (Some(of), Some(function)) = (self.of, &entry.function)
                && of != function
            {
                *report.of_others.entry(function.clone()).or_default() += 1;
                continue;
            }
            let all = entry.records.len();
            let taken: Vec<Record> = entry
                .records
                .into_iter()
                .filter(|record| self.filter.takes(record, &entry.reason))
                .collect();
            report.left_by_filter += (all - taken.len()) as u64;
            if self.is_dry_run {
                report.would_send(&taken, &entry.reason);
            }
            if taken.is_empty() && all > 0 {
                continue;
            }
            let is_whole = taken.len() == all;
            chosen.origins.extend(std::iter::repeat_n(chosen.handles.len(), taken.len()));
            chosen.records.extend(taken);
            chosen.handles.push(Origin { handle: entry.handle, is_whole });
        }
        chosen
    }
}
