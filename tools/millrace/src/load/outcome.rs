//! How it went, for a person and for machines.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use millrace_generator::{Failure, Tally};
use millrace_kafka::Deliveries;
use serde::Serialize;

use super::acceptance::{self, Demand};
use super::standing::Behind;
use crate::text::Align::{Left, Right};
use crate::text::{Columns, counted, grouped, seconds};

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// How it went.
pub(super) struct Outcome {
    /// What was generated.
    pub(super) tally: Tally,
    pub(super) deliveries: Deliveries,
    /// From the first record to the last acknowledgement.
    pub(super) took: Duration,
    /// From the first record until the groups had read the last one, if that was waited for.
    pub(super) read_in: Option<Duration>,
    pub(super) behind: Vec<Behind>,
    /// How it was sent, in words.
    pub(super) settings: String,
    pub(super) rate: Option<u32>,
    pub(super) is_interrupted: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    records: u64,
    delivered: u64,
    errors: u64,
    failed: &'a BTreeMap<String, u64>,
    seconds: f64,
    records_per_second: f64,
    bytes: u64,
    latency_ms: Latency,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_in_seconds: Option<f64>,
    lag: &'a [Behind],
    planted: Planted<'a>,
    demands: Vec<Demand>,
    is_accepted: bool,
    is_interrupted: bool,
}

#[derive(Serialize)]
struct Latency {
    p50: f64,
    p95: f64,
    p99: f64,
    max: f64,
}

/// What there is to detect, as far as it was sent.
#[derive(Serialize)]
struct Planted<'a> {
    user_events: u64,
    transactions: u64,
    sensor_events: u64,
    labels: u64,
    fraud_labels: u64,
    tombstones: u64,
    poison: &'a BTreeMap<&'static str, u64>,
    bots: usize,
    fraud: usize,
    failing_sensors: BTreeMap<Failure, u64>,
}

impl Outcome {
    /// Acknowledged records a second.
    pub(super) fn rate(&self) -> f64 {
        crate::text::per(self.deliveries.delivered, 1) / self.took.as_secs_f64().max(1e-9)
    }

    /// The share of records that were not acknowledged.
    pub(super) fn error_share(&self) -> f64 {
        let failures = self.deliveries.failures();
        crate::text::per(failures, failures + self.deliveries.delivered)
    }

    /// One line.
    pub(super) fn json(&self) -> String {
        let latency = |quantile| self.deliveries.latency(quantile).as_secs_f64() * 1_000.0;
        let demands = acceptance::demands(self);
        let report = Report {
            records: self.tally.records,
            delivered: self.deliveries.delivered,
            errors: self.deliveries.failures(),
            failed: &self.deliveries.failed,
            seconds: self.took.as_secs_f64(),
            records_per_second: self.rate(),
            bytes: self.deliveries.bytes,
            latency_ms: Latency {
                p50: latency(0.5),
                p95: latency(0.95),
                p99: latency(0.99),
                max: self.deliveries.longest().as_secs_f64() * 1_000.0,
            },
            rate: self.rate,
            read_in_seconds: self.read_in.map(|read| read.as_secs_f64()),
            lag: &self.behind,
            planted: self.planted(),
            is_accepted: demands.iter().all(|demand| demand.is_met),
            demands,
            is_interrupted: self.is_interrupted,
        };
        serde_json::to_string(&report).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
    }

    /// In some twenty lines.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let headline =
            format!("{} in {}", counted(self.deliveries.delivered, "record"), seconds(self.took));
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{BOLD}{headline}{BOLD:#}  {DIM}{}{DIM:#}", self.settings);
        self.deliveries_table(&mut text);
        self.planted_table(&mut text);
        self.lag_table(&mut text);
        self.acceptance_line(&mut text);
        text
    }

    fn deliveries_table(&self, text: &mut String) {
        let mut columns = Columns::new(&[Left, Right, Left]);
        let mut row = |what, value: String, note: &str| columns.row(PLAIN, [what, &value, note]);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate of records"
        )]
        let whole = |rate: f64| grouped(rate.round() as u64);
        row("records/s", whole(self.rate()), "");
        let bytes = crate::text::per(self.deliveries.bytes, 1) / self.took.as_secs_f64().max(1e-9);
        row("bytes/s", whole(bytes), "of keys and values");
        let share = format!("{:.2} %", self.error_share() * 100.0);
        row("errors", grouped(self.deliveries.failures()), &share);
        let milliseconds = |latency: Duration| format!("{:.1} ms", latency.as_secs_f64() * 1e3);
        for (name, quantile) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            let note = if name == "p50" {
                "from when a record was due to its acknowledgement"
            } else {
                ""
            };
            row(name, milliseconds(self.deliveries.latency(quantile)), note);
        }
        row("max", milliseconds(self.deliveries.longest()), "");
        if let Some(read_in) = self.read_in {
            row("read in", seconds(read_in), "by all groups");
        }
        columns.write(text);
        for (reason, records) in &self.deliveries.failed {
            let _ = writeln!(text, "  {BAD}{}{BAD:#}: {reason}", counted(*records, "record"));
        }
    }

    fn planted(&self) -> Planted<'_> {
        let tally = &self.tally;
        let mut failing_sensors = BTreeMap::new();
        for failure in tally.failing_sensors.values() {
            *failing_sensors.entry(*failure).or_default() += 1;
        }
        Planted {
            user_events: tally.user_events,
            transactions: tally.transactions,
            sensor_events: tally.sensor_events,
            labels: tally.labels,
            fraud_labels: tally.fraud_labels,
            tombstones: tally.tombstones,
            poison: &tally.poison,
            bots: tally.bots.len(),
            fraud: tally.fraud.len(),
            failing_sensors,
        }
    }

    fn planted_table(&self, text: &mut String) {
        let planted = self.planted();
        let _ = writeln!(text, "\n{BOLD}Sent{BOLD:#}  {DIM}and what there is to find in it{DIM:#}");
        let mut columns = Columns::new(&[Left, Right, Left]);
        let mut row = |what, count: u64, note: &str| {
            if count > 0 {
                columns.row(PLAIN, [what, &grouped(count), note]);
            }
        };
        let bots = counted(planted.bots as u64, "bot");
        row("user events", planted.user_events, &bots);
        let fraud = format!("{} of an abused card", counted(planted.fraud as u64, "user"));
        row("transactions", planted.transactions, &fraud);
        let failing: u64 = planted.failing_sensors.values().sum();
        let failing = format!("{} that failed", counted(failing, "sensor"));
        row("sensor events", planted.sensor_events, &failing);
        row("labels", planted.labels, &format!("{} of fraud", grouped(planted.fraud_labels)));
        row("tombstones", planted.tombstones, "");
        row("poison", self.tally.dead_records(), "which nobody can read");
        columns.write(text);
    }

    fn lag_table(&self, text: &mut String) {
        if self.behind.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n{BOLD}Lag{BOLD:#}  {DIM}at the end{DIM:#}");
        let mut columns = Columns::new(&[Left, Left, Right, Left]);
        for Behind { topic, group, records, has_begun } in &self.behind {
            let note = if *has_begun { "" } else { "it has committed nothing yet" };
            columns.row(PLAIN, [topic, group, &grouped(*records), note]);
        }
        columns.write(text);
    }

    fn acceptance_line(&self, text: &mut String) {
        let _ = write!(text, "\n{BOLD}Acceptance{BOLD:#}");
        for (index, Demand { what, is_met }) in acceptance::demands(self).into_iter().enumerate() {
            let (style, mark) = if is_met { (GOOD, "yes") } else { (BAD, "no") };
            let comma = if index == 0 { " " } else { "," };
            let _ = write!(text, "{comma} {what}: {style}{mark}{style:#}");
        }
        text.push('\n');
        if self.behind.is_empty() {
            let _ =
                writeln!(text, "  {DIM}--group TOPIC=GROUP tells a consumer's lag as well{DIM:#}");
        }
    }
}
