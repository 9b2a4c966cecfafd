//! What came out: one JSON file, and one set of tables for people.

mod cost;
mod document;
mod held;
mod number;
mod text;

use std::path::Path;

use serde::Serialize;

pub use cost::cost;
pub use document::replace;
pub use text::markdown;

use crate::client::ClientRow;
use crate::decode::DecodeRow;
use crate::error::BenchError;
use crate::invocation::{ColdRow, InvocationRow};
use crate::machine::Machine;
use crate::whole_job::{CountRow, InFlightRow, JobRow};

/// Everything that was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Results {
    /// Where and with what.
    pub machine: Machine,
    /// How many rounds there were.
    pub rounds: usize,
    /// Sizes of the deployed binaries, in bytes.
    pub binary_bytes: Vec<(String, u64)>,
    /// Decoding alone.
    pub decode: Vec<DecodeRow>,
    /// Invocations without sinks.
    pub invocation: Vec<InvocationRow>,
    /// Cold starts.
    pub cold_start: Vec<ColdRow>,
    /// With all sinks.
    pub whole_job: Vec<JobRow>,
    /// What a batch asks of AWS.
    pub counts: Vec<CountRow>,
    /// DynamoDB's client alone.
    pub client: Vec<ClientRow>,
    /// How many requests at a time.
    pub in_flight: Vec<InFlightRow>,
}

impl Results {
    /// Writes them as JSON.
    pub fn write(&self, path: &Path) -> Result<(), BenchError> {
        // Numbers and text only, so it cannot fail.
        let json = serde_json::to_string_pretty(self).unwrap_or_default();
        std::fs::write(path, json + "\n").map_err(BenchError::file(path))
    }
}
