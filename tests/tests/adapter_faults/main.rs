//! The function's adapters when requests fail, whole or in part: what is sent again, what is given
//! up, and that no request passes a limit.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "../support/mod.rs"]
mod support;

mod alert_topic;
mod dead_letters;
mod metrics;
mod rows;
mod state_reads;
mod state_writes;

use millrace_endpoints::{Entries, EntryError, FaultKind, RequestCount};

/// Entries of a batch, counted from 0, are refused with this code.
fn refused_entries(indices: &[usize], code: &str, is_sender_fault: bool) -> FaultKind {
    let message = "secret of user#42".to_owned();
    let error = EntryError { code: code.to_owned(), message, is_sender_fault };
    FaultKind::Partial { entries: Entries::At(indices.to_vec()), error: Some(error) }
}

/// How many requests there were and how many entries they held in all.
fn requests_and_entries(count: RequestCount) -> (u64, u64) {
    (count.requests, count.entries)
}
