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

/// The three topics together, or the labels.
struct Stream {
    batches: Batches,
    records_per_second: f64,
    record_bytes: f64,
    line_bytes: f64,
    /// Of each record: read units and write units of reading and writing its states by itself.
    naive_units: [f64; 2],
    alert_share: f64,
    row_share: f64,
}

impl Usage {
    /// Of a load, ours or the naive way.
    pub fn of(load: &Load, way: Way) -> Self {
        let merchants = if load.has_labels() { 1.0 / Load::TOPICS } else { 0.0 };
        let events = Stream {
            batches: Batches::of(load),
            records_per_second: load.records_per_second,
            record_bytes: load.record_bytes,
            line_bytes: load.line_bytes(),
            naive_units: [1.0 + merchants, 1.0],
            alert_share: load.alert_share,
            row_share: load.row_share,
        };
        let labels = Stream {
            batches: Batches::of_labels(load),
            records_per_second: load.labels_per_second(),
            record_bytes: Load::LABEL_BYTES,
            line_bytes: Load::LABEL_LINE_BYTES,
            // The user, the merchant and a calibrator.
            naive_units: [3.0, 3.0],
            alert_share: 0.0,
            row_share: 0.0,
        };
        let (events, labels) = (events.usage(way), labels.usage(way));
        Self {
            records: events.records,
            invocations: events.invocations + labels.invocations,
            gb_seconds: events.gb_seconds + labels.gb_seconds,
            read_units: events.read_units + labels.read_units,
            write_units: events.write_units + labels.write_units,
            sns_requests: events.sns_requests + labels.sns_requests,
            metric_requests: events.metric_requests + labels.metric_requests,
            log_gb: events.log_gb + labels.log_gb,
            firehose_gb: events.firehose_gb + labels.firehose_gb,
            kafka_gb: events.kafka_gb + labels.kafka_gb,
            archive_gb: events.archive_gb + labels.archive_gb,
        }
    }
}

impl Stream {
    fn usage(&self, way: Way) -> Usage {
        let batches = &self.batches;
        let records = self.records_per_second * MONTH_SECONDS;
        let count = batches.per_second * MONTH_SECONDS;
        let (alerts, rows) = (records * self.alert_share, records * self.row_share);
        let [naive_reads, naive_writes] = self.naive_units;
        let (read_units, state_units) = match way {
            // A write for each entity of a batch, and one more to clear what was delivered.
            Way::Ours => (
                count * (batches.entities() + batches.only_read),
                count * batches.entities() + alerts + rows,
            ),
            Way::Naive => (records * naive_reads, records * naive_writes),
        };
        let alert_requests = match way {
            Way::Ours => (alerts / ALERTS_A_REQUEST).max(alerts.min(count)),
            Way::Naive => alerts,
        };
        Usage {
            records,
            invocations: 2.0 * count,
            gb_seconds: count * seconds_a_batch(batches, way),
            read_units,
            write_units: state_units + alerts * ALERT_UNITS + rows,
            sns_requests: alert_requests,
            metric_requests: 2.0 * count,
            log_gb: 2.0 * count * LOG_BYTES / GB,
            firehose_gb: records * billed_line(self.line_bytes, batches, way) / GB,
            kafka_gb: records * self.record_bytes / GB,
            archive_gb: records * self.line_bytes / GB * COMPRESSED,
        }
    }
}

/// GB-seconds of both functions for one batch.
fn seconds_a_batch(batches: &Batches, way: Way) -> f64 {
    let [batch, record, entity] = ANALYTICS_CPU;
    let (cpu, waits) = match way {
        // Reads of a hundred, eight at a time; writes of 25, 16 at a time; delivery and clearing.
        Way::Ours => (
            batch + record * batches.records + entity * batches.entities(),
            ((batches.entities() + batches.only_read) / 800.0).ceil()
                + (batches.entities() / 400.0).ceil()
                + 2.0,
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
fn billed_line(line_bytes: f64, batches: &Batches, way: Way) -> f64 {
    let step = |bytes: f64| (bytes / FIREHOSE_STEP).ceil() * FIREHOSE_STEP;
    match way {
        Way::Naive => step(line_bytes),
        Way::Ours => {
            let all = batches.records * line_bytes;
            let whole = (all / FIREHOSE_RECORD).floor();
            let packed = whole * FIREHOSE_RECORD + step(all - whole * FIREHOSE_RECORD);
            // A mean batch has a fraction of a line, and a packed line is never billed as more.
            (packed / batches.records).min(step(line_bytes))
        }
    }
}
