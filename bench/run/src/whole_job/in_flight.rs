//! How many writes at a time: what `WRITES_IN_FLIGHT` changes, at endpoints that answer at once or later.

use std::time::Duration;

use serde::Serialize;

use super::site::{Function, Site};
use crate::binaries::Binaries;
use crate::error::BenchError;
use crate::figures::{Figure, Series};

/// The users and sensors of `b_10k`: a hundred requests of 25 states.
const KEYS: u32 = 2_500;
const RECORDS: u64 = 10_000;
const IN_FLIGHT: [u32; 6] = [1, 2, 4, 8, 16, 32];
const LATENCIES: [u64; 3] = [0, 2, 10];
/// Batches of each, after one that does not count.
const BATCHES: usize = 3;

/// One cell of the table.
#[derive(Clone, Debug, Serialize)]
pub struct InFlightRow {
    /// Latency added to every request, in milliseconds.
    pub latency_ms: u64,
    /// How many requests of writes were under way at a time.
    pub writes_in_flight: u32,
    /// What a batch took, in milliseconds: the median.
    pub p50_ms: Figure,
}

/// Measures all numbers at all latencies.
pub async fn writes_in_flight(binaries: &Binaries) -> Result<Vec<InFlightRow>, BenchError> {
    let mut site = Site::start(Function::Analytics, KEYS, binaries).await?;
    site.prime().await?;
    let mut rows = Vec::new();
    for latency_ms in LATENCIES {
        site.world.set_latency(Duration::from_millis(latency_ms))?;
        for writes in IN_FLIGHT {
            site.restart_with(vec![("WRITES_IN_FLIGHT", writes.to_string())]).await?;
            site.batch(RECORDS).await?;
            let mut wall_ms = Series::default();
            for _ in 0..BATCHES {
                wall_ms.push(site.batch(RECORDS).await?.duration.as_secs_f64() * 1e3);
            }
            let p50_ms = Figure::of(wall_ms.median(), "nothing was measured");
            rows.push(InFlightRow { latency_ms, writes_in_flight: writes, p50_ms });
        }
    }
    site.stop().await;
    Ok(rows)
}
