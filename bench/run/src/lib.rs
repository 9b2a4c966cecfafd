//! Measures Millrace, and what people would use instead, on the same payloads.
//!
//! ```text
//!              ┌ decode      a process each: CPU time, instructions, allocations, memory
//!  rounds, ────┼ invocation  functions under one Runtime API: CPU, latency, memory, cold start
//!  interleaved └ whole_job   analytics and relay on endpoints: rate, requests, capacity, latency
//!               client      DynamoDB's client alone
//!                                   │
//!                     report ◀──────┘ one table, one JSON file
//! ```
//!
//! Everything is compared within one run, round by round, so that what the machine does meanwhile
//! falls on all alike. CPU time is what the operating system counts for a process; wall time is only
//! worth reading from a machine at rest, and the report says how busy it was.

pub mod binaries;
pub mod client;
pub mod decode;
pub mod error;
pub mod figures;
pub mod invocation;
pub mod machine;
pub mod peers;
pub mod report;
pub mod titles;
pub mod whole_job;
pub mod world;

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Where payloads and results are put.
pub fn place() -> PathBuf {
    root().join("target").join("bench")
}
