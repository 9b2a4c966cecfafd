//! Whole functions under one Runtime API: what an invocation takes of CPU and time, and a cold start.
//!
//! All decode the batch and run the classic rules. `analytics` itself does more, and is there to show
//! how much that is: it reads and writes the state of every user, sensor and partition, and reports
//! metrics, on endpoints whose own work is not counted as CPU but is waited for.

mod run;
mod variants;

use std::collections::BTreeMap;

use millrace_workloads::payloads::Payload;
use serde::Serialize;

use crate::binaries::Binaries;
use crate::error::BenchError;
use crate::figures::{Figure, Series, float};
use crate::peers::Peers;
use run::{Cold, Ran};
use variants::Variant;

/// One row of the table of invocations.
#[derive(Clone, Debug, Serialize)]
pub struct InvocationRow {
    /// The payload.
    pub payload: String,
    /// The function.
    pub variant: String,
    /// CPU time of one invocation in milliseconds: the median of the rounds' means.
    pub cpu_ms: Figure,
    /// Half of all invocations took at most this long, in milliseconds.
    pub p50_ms: Figure,
    /// 99 % of all took at most this long.
    pub p99_ms: Figure,
    /// One after the other, as many a second.
    pub per_second: Figure,
    /// The most memory that was resident, in MB.
    pub peak_mb: Figure,
    /// How many invocations that is of.
    pub invocations: usize,
    /// Alerts that a round raised, as the functions log them.
    pub alerts: u64,
}

/// One row of the table of cold starts: from the start of the process to its first answer.
#[derive(Clone, Debug, Serialize)]
pub struct ColdRow {
    /// The function.
    pub variant: String,
    /// CPU time in milliseconds.
    pub cpu_ms: Figure,
    /// Time in milliseconds.
    pub wall_ms: Figure,
    /// Memory in MB.
    pub peak_mb: Figure,
}

#[derive(Clone, Debug, Default)]
struct Samples {
    cpu_ms: Series,
    wall_ms: Series,
    per_second: Series,
    peak_mb: Series,
    alerts: u64,
}

#[derive(Clone, Debug, Default)]
struct ColdSamples {
    cpu_ms: Series,
    wall_ms: Series,
    peak_mb: Series,
}

/// The phase.
pub struct Invocations {
    variants: Vec<Variant>,
    batches: BTreeMap<&'static str, Vec<Vec<u8>>>,
    samples: BTreeMap<(usize, usize), Samples>,
    cold: BTreeMap<usize, ColdSamples>,
}

impl Invocations {
    /// Makes the batches.
    pub fn prepare(binaries: &Binaries, peers: &Peers) -> Self {
        let batches = Payload::ALL.map(|payload| {
            let mut stream = payload.stream();
            let batches = (0..batches(payload)).map(|_| stream.next_event()).collect();
            (payload.name(), batches)
        });
        Self {
            variants: variants::all(binaries, peers),
            batches: batches.into(),
            samples: BTreeMap::new(),
            cold: BTreeMap::new(),
        }
    }

    /// One round: each function is started and invoked once, a few times; then, for each payload, started
    /// and invoked with all batches.
    pub async fn round(&mut self) -> Result<(), BenchError> {
        let first = &self.batches[Payload::A100.name()][0];
        for _ in 0..COLD_STARTS {
            for (place, variant) in self.variants.iter().enumerate() {
                if let Some(cold) = run::cold(variant, first).await? {
                    self.cold.entry(place).or_default().add(cold);
                }
            }
        }
        for (number, payload) in Payload::ALL.into_iter().enumerate() {
            for (place, variant) in self.variants.iter().enumerate() {
                let batches = &self.batches[payload.name()];
                if let Some(ran) = run::warm(variant, payload, batches).await? {
                    self.samples.entry((number, place)).or_default().add(&ran);
                }
            }
        }
        self.compare()
    }

    /// All who ran have to have raised as many alerts.
    fn compare(&self) -> Result<(), BenchError> {
        for ((payload, place), samples) in &self.samples {
            let first = self.samples.iter().find(|((other, _), _)| other == payload);
            let expected = first.map_or(0, |(_, samples)| samples.alerts);
            if samples.alerts != expected {
                return Err(BenchError::Differs {
                    variant: self.variants[*place].title.to_owned(),
                    payload: Payload::ALL[*payload].name().to_owned(),
                    found: format!("{} alerts", samples.alerts),
                    expected: format!("{expected} alerts"),
                });
            }
        }
        Ok(())
    }

    /// The table of invocations.
    pub fn rows(&self) -> Vec<InvocationRow> {
        let mut rows = Vec::new();
        for (number, payload) in Payload::ALL.into_iter().enumerate() {
            for (place, variant) in self.variants.iter().enumerate() {
                let samples = self.samples.get(&(number, place)).cloned().unwrap_or_default();
                let figure = |number| Figure::of(number, variant.missing().unwrap_or(NOT_TOLD));
                rows.push(InvocationRow {
                    payload: payload.name().to_owned(),
                    variant: variant.title.to_owned(),
                    cpu_ms: figure(samples.cpu_ms.median()),
                    p50_ms: figure(samples.wall_ms.median()),
                    p99_ms: figure(samples.wall_ms.percentile(99.0)),
                    per_second: figure(samples.per_second.median()),
                    peak_mb: figure(samples.peak_mb.median()),
                    invocations: samples.wall_ms.len(),
                    alerts: samples.alerts,
                });
            }
        }
        rows
    }

    /// The table of cold starts.
    pub fn cold_rows(&self) -> Vec<ColdRow> {
        let row = |(place, variant): (usize, &Variant)| {
            let samples = self.cold.get(&place).cloned().unwrap_or_default();
            let figure = |number| Figure::of(number, variant.missing().unwrap_or(NOT_TOLD));
            ColdRow {
                variant: variant.title.to_owned(),
                cpu_ms: figure(samples.cpu_ms.median()),
                wall_ms: figure(samples.wall_ms.median()),
                peak_mb: figure(samples.peak_mb.median()),
            }
        };
        self.variants.iter().enumerate().map(row).collect()
    }
}

const NOT_TOLD: &str = "this operating system does not tell";

/// How often a function is started in one round: milliseconds each, of which one says little.
const COLD_STARTS: usize = 9;

/// How many batches a function gets in one round.
const fn batches(payload: Payload) -> usize {
    match payload {
        Payload::A100 => 250,
        Payload::B10k | Payload::C1k => 12,
    }
}

impl Samples {
    fn add(&mut self, ran: &Ran) {
        self.cpu_ms.extend(ran.cpu_ms);
        self.wall_ms.extend(ran.walls.iter().map(|wall| wall.as_secs_f64() * 1e3));
        let total: f64 = ran.walls.iter().map(std::time::Duration::as_secs_f64).sum();
        self.per_second.push(float(ran.walls.len() as u64) / total);
        self.peak_mb.extend(ran.peak_bytes.map(|bytes| float(bytes) / 1e6));
        self.alerts = ran.alerts;
    }
}

impl ColdSamples {
    fn add(&mut self, cold: Cold) {
        self.cpu_ms.extend(cold.cpu.map(|cpu| cpu.as_secs_f64() * 1e3));
        self.wall_ms.push(cold.wall.as_secs_f64() * 1e3);
        self.peak_mb.extend(cold.peak_bytes.map(|bytes| float(bytes) / 1e6));
    }
}
