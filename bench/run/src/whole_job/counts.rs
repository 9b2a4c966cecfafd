//! What a batch asks of AWS: counted, and so the same on every machine.

use std::collections::BTreeMap;

use millrace_endpoints::CapacityUnits;
use serde::Serialize;

use super::site::{Function, Site};
use super::{BATCHES, KEYS};
use crate::binaries::Binaries;
use crate::error::BenchError;
use crate::figures::float;
use crate::world::Archived;

/// Requests of one operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Requests {
    /// How many.
    pub requests: f64,
    /// What was in them: keys, statements, items, messages, records, metrics.
    pub entries: f64,
}

/// What one batch asks for, on average.
#[derive(Clone, Debug, Serialize)]
pub struct CountRow {
    /// The function.
    pub function: String,
    /// Distinct users and sensors of the stream.
    pub keys: u32,
    /// Records of a batch.
    pub records: u64,
    /// Requests by service and operation.
    pub requests: BTreeMap<String, Requests>,
    /// Read units of DynamoDB.
    pub read_units: f64,
    /// Write units of DynamoDB, those of indexes included.
    pub write_units: f64,
    /// Write units by table.
    pub write_units_by_table: BTreeMap<String, f64>,
    /// Bytes that Firehose took.
    pub firehose_bytes: f64,
    /// Bytes that Firehose bills.
    pub firehose_billed_bytes: f64,
    /// Alerts published.
    pub alerts: f64,
    /// How many batches that is the mean of.
    pub batches: u64,
}

/// What has been counted up to some moment.
struct Snapshot {
    requests: BTreeMap<String, Requests>,
    capacity: BTreeMap<String, CapacityUnits>,
    archived: Archived,
    alerts: usize,
}

/// Counts all sizes of batches among all numbers of keys.
pub async fn count(binaries: &Binaries) -> Result<Vec<CountRow>, BenchError> {
    let mut rows = Vec::new();
    for (function, keys) in
        KEYS.map(|keys| (Function::Analytics, keys)).into_iter().chain([(Function::Relay, 1_000)])
    {
        let mut site = Site::start(function, keys, binaries).await?;
        site.prime().await?;
        site.world.endpoints.measure_capacity();
        for records in BATCHES {
            let batches = if records > 1_000 { 4 } else { 20 };
            rows.push(count_batches(&mut site, records, batches).await?);
        }
        site.stop().await;
    }
    Ok(rows)
}

/// Counts so many batches of one size; capacity only if it is being measured.
pub async fn count_batches(
    site: &mut Site,
    records: u64,
    batches: u64,
) -> Result<CountRow, BenchError> {
    let before = Snapshot::of(site);
    for _ in 0..batches {
        site.batch(records).await?;
    }
    let after = Snapshot::of(site);
    Ok(CountRow::between(&before, &after, site, records, batches))
}

impl Snapshot {
    fn of(site: &Site) -> Self {
        let endpoints = &site.world.endpoints;
        let requests = endpoints.requests().into_iter().map(|((service, operation), count)| {
            let requests =
                Requests { requests: float(count.requests), entries: float(count.entries) };
            (format!("{service} {operation}"), requests)
        });
        Self {
            requests: requests.collect(),
            capacity: endpoints.capacity(),
            archived: site.world.archived(),
            alerts: endpoints.published().len(),
        }
    }
}

impl CountRow {
    fn between(
        before: &Snapshot,
        after: &Snapshot,
        site: &Site,
        records: u64,
        batches: u64,
    ) -> Self {
        let mean = |after: f64, before: f64| (after - before) / float(batches);
        let mut requests = BTreeMap::new();
        for (name, count) in &after.requests {
            let was = before.requests.get(name).copied().unwrap_or_default();
            if count.requests > was.requests {
                let count = Requests {
                    requests: mean(count.requests, was.requests),
                    entries: mean(count.entries, was.entries),
                };
                requests.insert(name.clone(), count);
            }
        }
        let mut write_units_by_table = BTreeMap::new();
        let mut read_units = 0.0;
        for (table, units) in &after.capacity {
            let was = before.capacity.get(table).copied().unwrap_or_default();
            read_units += mean(units.reads, was.reads);
            write_units_by_table.insert(table.clone(), mean(units.writes, was.writes));
        }
        let bytes = |of: fn(&Archived) -> u64| {
            mean(float(of(&after.archived)), float(of(&before.archived)))
        };
        Self {
            function: site.function.name().to_owned(),
            keys: site.keys,
            records,
            requests,
            read_units,
            write_units: write_units_by_table.values().sum(),
            write_units_by_table,
            firehose_bytes: bytes(|archived| archived.bytes),
            firehose_billed_bytes: bytes(|archived| archived.billed_bytes),
            alerts: mean(float(after.alerts as u64), float(before.alerts as u64)),
            batches,
        }
    }
}
