//! What a month of a load asks of AWS.

use crate::bill::Way;
use crate::{Batches, Load};

/// Seconds of a month of 730 hours.
const MONTH_SECONDS: f64 = 730.0 * 3_600.0;
const GB: f64 = 1e9;
/// What Firehose rounds each record up to.
const FIREHOSE_STEP: f64 = 5.0 * 1_024.0;
/// The largest record that `relay` packs.
const FIREHOSE_RECORD: f64 = 1_024_000.0;
/// Write units of an alert: its row, and two indexes.
const ALERT_UNITS: f64 = 3.0;
/// Alerts of one request to SNS.
const ALERTS_A_REQUEST: f64 = 10.0;
/// What gzip makes of an archived line.
const COMPRESSED: f64 = 1.0 / 6.0;
/// Bytes of a function's log an invocation, Lambda's own lines included.
const LOG_BYTES: f64 = 800.0;
/// A function has a whole core from this many MB on, and less in proportion.
const CORE_MB: f64 = 1_769.0;
/// Memory of the functions, as the template has it.
const ANALYTICS_MB: f64 = 512.0;
const RELAY_MB: f64 = 256.0;
/// What a request to AWS takes.
const REQUEST_SECONDS: f64 = 0.005;
/// CPU time in seconds: of a batch, a record, an entity of a batch. Assumed, and generous: a release
/// build on endpoints has yet to be measured for it.
const ANALYTICS_CPU: [f64; 3] = [0.002, 1.5e-6, 9e-6];
const RELAY_CPU: [f64; 2] = [0.001, 1.5e-6];
/// CPU time of reading and writing a state in two requests of its own.
const NAIVE_ENTITY_CPU: f64 = 76e-6;

/// What is counted and billed, a month.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Records.
    pub records: f64,
    /// Invocations of both functions.
    pub invocations: f64,
    /// GB-seconds of both.
    pub gb_seconds: f64,
    /// Read units.
    pub read_units: f64,
    /// Write units.
    pub write_units: f64,
    /// Requests to SNS.
    pub sns_requests: f64,
    /// Requests to CloudWatch.
    pub metric_requests: f64,
    /// GB of logs.
    pub log_gb: f64,
    /// GB that Firehose bills.
    pub firehose_gb: f64,
    /// GB that producers write, and consumers read.
    pub kafka_gb: f64,
    /// GB of archive that a month adds.
    pub archive_gb: f64,
}

impl Usage {
    /// Of a load, ours or the naive way.
    pub fn of(load: &Load, way: Way) -> Self {
        let batches = Batches::of(load);
        let records = load.records_per_second * MONTH_SECONDS;
        let count = batches.per_second * MONTH_SECONDS;
        let (alerts, rows) = (records * load.alert_share, records * load.row_share);
        let (read_units, state_units) = match way {
            // A write for each entity of a batch, and one more to clear what was delivered.
            Way::Ours => (count * batches.entities, count * batches.entities + alerts + rows),
            Way::Naive => (records, records),
        };
        let alert_requests = match way {
            Way::Ours => (alerts / ALERTS_A_REQUEST).max(alerts.min(count)),
            Way::Naive => alerts,
        };
        let line_gb = records * load.line_bytes() / GB;
        Self {
            records,
            invocations: 2.0 * count,
            gb_seconds: count * seconds_a_batch(&batches, way),
            read_units,
            write_units: state_units + alerts * ALERT_UNITS + rows,
            sns_requests: alert_requests,
            metric_requests: 2.0 * count,
            log_gb: 2.0 * count * LOG_BYTES / GB,
            firehose_gb: records * billed_line(load, &batches, way) / GB,
            kafka_gb: records * load.record_bytes / GB,
            archive_gb: line_gb * COMPRESSED,
        }
    }
}

/// GB-seconds of both functions for one batch.
fn seconds_a_batch(batches: &Batches, way: Way) -> f64 {
    let [batch, record, entity] = ANALYTICS_CPU;
    let (cpu, waits) = match way {
        // Reads of a hundred, eight at a time; writes of 25, 16 at a time; delivery and clearing.
        Way::Ours => (
            batch + record * batches.records + entity * batches.entities,
            (batches.entities / 800.0).ceil() + (batches.entities / 400.0).ceil() + 2.0,
        ),
        // 64 at a time, reads and then writes.
        Way::Naive => (
            batch + (record + NAIVE_ENTITY_CPU) * batches.records,
            2.0 * (batches.records / 64.0).ceil() + 2.0,
        ),
    };
    let analytics = cpu * CORE_MB / ANALYTICS_MB + waits * REQUEST_SECONDS;
    let [batch, record] = RELAY_CPU;
    let relay = (batch + record * batches.records) * CORE_MB / RELAY_MB + 2.0 * REQUEST_SECONDS;
    analytics * ANALYTICS_MB / 1_024.0 + relay * RELAY_MB / 1_024.0
}

/// What Firehose bills for a line.
fn billed_line(load: &Load, batches: &Batches, way: Way) -> f64 {
    let step = |bytes: f64| (bytes / FIREHOSE_STEP).ceil() * FIREHOSE_STEP;
    match way {
        Way::Naive => step(load.line_bytes()),
        Way::Ours => {
            let all = batches.records * load.line_bytes();
            let whole = (all / FIREHOSE_RECORD).floor();
            let packed = whole * FIREHOSE_RECORD + step(all - whole * FIREHOSE_RECORD);
            // A mean batch has a fraction of a line, and a packed line is never billed as more.
            (packed / batches.records).min(step(load.line_bytes()))
        }
    }
}
