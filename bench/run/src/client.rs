//! What reading and conditionally writing states costs the client of DynamoDB, against endpoints that answer without
//! doing anything, and what having several requests under way saves: `analytics`' example `state_requests`.

use std::process::{Command, Stdio};

use millrace_lambda::GLIBC_TUNABLES;
use serde::Serialize;

use crate::binaries::Binaries;
use crate::error::BenchError;
use crate::figures::Figure;

/// The example.
pub const EXAMPLE: &str = "state_requests";
/// How many reads and writes are in flight by default.
pub const BY_DEFAULT: (u32, u32) = (8, 16);

const LATENCIES: [u64; 3] = [0, 2, 10];
const IN_FLIGHT: [(u32, u32); 7] = [(1, 1), (2, 2), (4, 4), (8, 8), BY_DEFAULT, (16, 16), (32, 32)];

/// One line: 2,000 states read and written.
#[derive(Clone, Debug, Serialize)]
pub struct ClientRow {
    /// How long the endpoints took to answer, in milliseconds.
    pub latency_ms: u64,
    /// How many reads of 100 states were under way at a time.
    pub reads: u32,
    /// How many writes of 25 states were under way at a time.
    pub writes: u32,
    /// The client's CPU time for reading a state, in microseconds.
    pub read_us: Figure,
    /// The same for writing it.
    pub write_us: Figure,
    /// The same for both.
    pub both_us: Figure,
    /// What reading all took, in milliseconds.
    pub all_read_ms: Figure,
    /// What writing all took.
    pub all_written_ms: Figure,
}

/// Runs the example for all latencies and numbers.
pub fn measure(binaries: &Binaries) -> Result<Vec<ClientRow>, BenchError> {
    let mut command = Command::new(binaries.example(EXAMPLE));
    // As the function is deployed.
    command.env(GLIBC_TUNABLES.0, GLIBC_TUNABLES.1);
    for latency in LATENCIES {
        for (reads, writes) in IN_FLIGHT {
            let numbers = [latency, reads.into(), writes.into()];
            command.args(numbers.map(|number| number.to_string()));
        }
    }
    let failed = |reason: String| BenchError::Command { command: EXAMPLE.to_owned(), reason };
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let rows: Vec<ClientRow> =
        String::from_utf8_lossy(&output.stdout).lines().filter_map(row).collect();
    if rows.len() == LATENCIES.len() * IN_FLIGHT.len() {
        Ok(rows)
    } else {
        Err(failed(format!("it printed {} lines of numbers", rows.len())))
    }
}

/// The numbers of a line; none if it is one of the headings.
fn row(line: &str) -> Option<ClientRow> {
    let cells: Vec<&str> = line.split_whitespace().collect();
    let [latency, reads, writes, measured @ ..] = &cells[..] else { return None };
    let measured: Vec<f64> = measured.iter().map_while(|cell| cell.parse().ok()).collect();
    let [read_us, write_us, both_us, all_read_ms, all_written_ms] = measured[..] else {
        return None;
    };
    Some(ClientRow {
        latency_ms: latency.parse().ok()?,
        reads: reads.parse().ok()?,
        writes: writes.parse().ok()?,
        read_us: Figure::Number(read_us),
        write_us: Figure::Number(write_us),
        both_us: Figure::Number(both_us),
        all_read_ms: Figure::Number(all_read_ms),
        all_written_ms: Figure::Number(all_written_ms),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_numbers_are_rows() {
        let read = row("      2      8     16     7.00  11.25  18.25     14.0   42.5").unwrap();
        assert_eq!((read.latency_ms, read.reads, read.writes), (2, 8, 16));
        assert_eq!(read.both_us, Figure::Number(18.25));
        assert_eq!(read.all_written_ms, Figure::Number(42.5));
        assert!(row("2000 users, medians of 5 rounds").is_none());
        assert!(row("     ms  reads writes     read  write   both     read  write").is_none());
    }
}
