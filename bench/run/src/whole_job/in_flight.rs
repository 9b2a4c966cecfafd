//! How many requests at a time: what the functions' `…_IN_FLIGHT` change, at endpoints that answer at once
//! or later.

use std::time::Duration;

use serde::Serialize;

use super::site::{Function, Site};
use crate::binaries::Binaries;
use crate::error::BenchError;
use crate::figures::{Figure, Series, float};

/// The users and sensors of `b_10k`: 25 requests that read states, and 100 that write them.
const KEYS: u32 = 2_500;
const RECORDS: u64 = 10_000;
const LATENCIES: [u64; 3] = [0, 2, 10];
/// Batches of each, after one that does not count.
const BATCHES: usize = 3;

/// A variable, and the numbers that are tried, while all others stay as they are by default.
struct Choice {
    function: Function,
    variable: &'static str,
    numbers: &'static [u32],
}

const CHOICES: [Choice; 4] = [
    Choice {
        function: Function::Analytics,
        variable: "READS_IN_FLIGHT",
        numbers: &[1, 2, 4, 8, 16],
    },
    Choice {
        function: Function::Analytics,
        variable: "WRITES_IN_FLIGHT",
        numbers: &[1, 4, 8, 16, 32],
    },
    Choice {
        function: Function::Analytics,
        variable: "MESSAGES_IN_FLIGHT",
        numbers: &[1, 2, 4, 8, 16],
    },
    Choice {
        function: Function::Relay, //
        variable: "REQUESTS_IN_FLIGHT",
        numbers: &[1, 2, 4, 8],
    },
];

/// One cell of the table.
#[derive(Clone, Debug, Serialize)]
pub struct InFlightRow {
    /// The variable of the function's environment.
    pub variable: String,
    /// Latency added to every request, in milliseconds.
    pub latency_ms: u64,
    /// How many such requests were under way at a time.
    pub in_flight: u32,
    /// What a batch took, in milliseconds: the median.
    pub p50_ms: Figure,
    /// The most memory that was resident, in MB.
    pub peak_mb: Figure,
}

/// Measures all numbers at all latencies.
pub async fn in_flight(binaries: &Binaries) -> Result<Vec<InFlightRow>, BenchError> {
    let mut rows = Vec::new();
    for function in Function::ALL {
        let mut site = Site::start(function, KEYS, binaries).await?;
        site.prime().await?;
        for choice in CHOICES.iter().filter(|choice| choice.function == function) {
            for latency_ms in LATENCIES {
                site.world.set_latency(Duration::from_millis(latency_ms))?;
                for &number in choice.numbers {
                    rows.push(measure(&mut site, choice.variable, latency_ms, number).await?);
                }
            }
        }
        site.stop().await;
    }
    Ok(rows)
}

async fn measure(
    site: &mut Site,
    variable: &'static str,
    latency_ms: u64,
    in_flight: u32,
) -> Result<InFlightRow, BenchError> {
    site.restart_with(vec![(variable, in_flight.to_string())]).await?;
    site.batch(RECORDS).await?;
    let mut wall_ms = Series::default();
    let mut peak_mb = None;
    for _ in 0..BATCHES {
        let outcome = site.batch(RECORDS).await?;
        wall_ms.push(outcome.duration.as_secs_f64() * 1e3);
        peak_mb = outcome.peak_rss_bytes.map(|bytes| float(bytes) / 1e6);
    }
    Ok(InFlightRow {
        variable: variable.to_owned(),
        latency_ms,
        in_flight,
        p50_ms: Figure::of(wall_ms.median(), "nothing was measured"),
        peak_mb: Figure::of(peak_mb, "this operating system does not tell"),
    })
}
