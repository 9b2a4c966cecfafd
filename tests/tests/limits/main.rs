//! The real binary at its limits: as much as Lambda can hand over, sinks that are slow or down, time
//! that runs out. Each test says what the function's process took:
//!
//! ```console
//! $ cargo test -p millrace-tests --test limits -- --nocapture --test-threads 1 | grep -o 'limits |.*'
//! ```

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

#[path = "../binary/function.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod function;
#[path = "../support/mod.rs"]
mod support;

mod keys;
mod largest_state;
mod one_record;
mod run;
mod sinks_down;
mod slow_sinks;
mod time_runs_out;
