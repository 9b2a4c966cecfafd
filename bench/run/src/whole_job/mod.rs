//! `analytics` and `relay` with all their sinks, on endpoints that answer at once or a little later.
//!
//! How the figures grow is the point: with the records of a batch, and with the distinct keys among
//! which they fall. Every entity is heard of every 7.5 s of event time on average, so a batch of few
//! keys spans hours, closes windows, and writes them.
//!
//! The endpoints run on the same cores as the functions, and DynamoDB's engine among them takes most
//! of the time: the rate is theirs. The CPU time is the function's alone.

mod counts;
mod in_flight;
mod site;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

pub use counts::{CountRow, Requests, count, count_batches};
pub use in_flight::{InFlightRow, in_flight};
pub use site::{Function, Site};

use crate::binaries::Binaries;
use crate::error::BenchError;
use crate::figures::{Figure, Series, float};

/// Records of a batch.
pub const BATCHES: [u64; 3] = [100, 1_000, 10_000];
/// Distinct users and sensors, one sensor to four users.
pub const KEYS: [u32; 3] = [10, 1_000, 10_000];
/// Added to every request, in milliseconds.
const LATENCIES: [u64; 3] = [0, 2, 10];
/// Batches of a process that come first and do not count.
const WARM_UP: usize = 2;

/// One cell of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    function: Function,
    keys: u32,
    records: u64,
    latency_ms: u64,
}

#[derive(Clone, Debug, Default)]
struct Samples {
    cpu_us_per_record: Series,
    wall_ms: Series,
    peak_mb: Series,
}

/// One row of the table.
#[derive(Clone, Debug, Serialize)]
pub struct JobRow {
    /// The function.
    pub function: String,
    /// Distinct users and sensors.
    pub keys: u32,
    /// Records of a batch.
    pub records: u64,
    /// Latency added to every request, in milliseconds.
    pub latency_ms: u64,
    /// Records a second, one batch after the other: of the median batch.
    pub records_per_second: Figure,
    /// The function's CPU time a record, in microseconds.
    pub cpu_us_per_record: Figure,
    /// Half of all batches took at most this long, in milliseconds.
    pub p50_ms: Figure,
    /// 99 % of all took at most this long.
    pub p99_ms: Figure,
    /// The most memory that was resident, in MB.
    pub peak_mb: Figure,
    /// How many batches that is of.
    pub batches: usize,
}

/// The phase.
pub struct WholeJob {
    binaries: Binaries,
    samples: BTreeMap<Cell, Samples>,
}

impl WholeJob {
    /// Nothing measured yet.
    pub fn new(binaries: &Binaries) -> Self {
        Self { binaries: binaries.clone(), samples: BTreeMap::new() }
    }

    /// One round: all cells. Those of one number of keys share endpoints, which know all keys before
    /// anything counts; each has a process of its own.
    pub async fn round(&mut self) -> Result<(), BenchError> {
        for keys in KEYS {
            self.sites(Function::Analytics, keys).await?;
        }
        // It looks at no key.
        self.sites(Function::Relay, 1_000).await
    }

    async fn sites(&mut self, function: Function, keys: u32) -> Result<(), BenchError> {
        let mut site = Site::start(function, keys, &self.binaries).await?;
        site.prime().await?;
        for records in BATCHES {
            for latency_ms in LATENCIES {
                site.world.set_latency(Duration::from_millis(latency_ms))?;
                let cell = Cell { function, keys, records, latency_ms };
                let samples = self.samples.entry(cell).or_default();
                measure(&mut site, records, samples).await?;
            }
        }
        site.stop().await;
        Ok(())
    }

    /// The table.
    pub fn rows(&self) -> Vec<JobRow> {
        let row = |(cell, samples): (&Cell, &Samples)| {
            let figure = |number| Figure::of(number, "this operating system does not tell");
            let p50_ms = samples.wall_ms.median();
            JobRow {
                function: cell.function.name().to_owned(),
                keys: cell.keys,
                records: cell.records,
                latency_ms: cell.latency_ms,
                records_per_second: figure(p50_ms.map(|wall| float(cell.records) / wall * 1e3)),
                cpu_us_per_record: figure(samples.cpu_us_per_record.median()),
                p50_ms: figure(p50_ms),
                p99_ms: figure(samples.wall_ms.percentile(99.0)),
                peak_mb: figure(samples.peak_mb.median()),
                batches: samples.wall_ms.len(),
            }
        };
        self.samples.iter().map(row).collect()
    }
}

/// Batches of one size through a fresh process.
async fn measure(site: &mut Site, records: u64, samples: &mut Samples) -> Result<(), BenchError> {
    let counted = match records {
        0..=100 => 20,
        101..=1_000 => 8,
        _ => 3,
    };
    site.restart().await?;
    let mut cpu_before = None;
    let mut cpu_after = None;
    for number in 0..WARM_UP + counted {
        let outcome = site.batch(records).await?;
        if number < WARM_UP {
            cpu_before = outcome.process_cpu_time;
            continue;
        }
        cpu_after = outcome.process_cpu_time;
        samples.wall_ms.push(outcome.duration.as_secs_f64() * 1e3);
        if number + 1 == WARM_UP + counted {
            samples.peak_mb.extend(outcome.peak_rss_bytes.map(|bytes| float(bytes) / 1e6));
        }
    }
    let cpu = cpu_after.zip(cpu_before).map(|(after, before)| after.saturating_sub(before));
    let all = float(counted as u64) * float(records);
    samples.cpu_us_per_record.extend(cpu.map(|cpu| cpu.as_secs_f64() * 1e6 / all));
    Ok(())
}
