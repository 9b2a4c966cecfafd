//! What is said at the beginning and at the end.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use anstyle::Style;
use millrace_event_source_mapping::{PartialFailures, Settings, Tally};
use serde_json::{Value, json};

use super::plan::Plan;
use super::target::Target;
use super::view::Seen;
use crate::text::Align::{Left, Right};
use crate::text::{Columns, counted, grouped, per, seconds};

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();

/// A line about what is going to be done.
pub(super) fn beginning(plan: &Plan, target: &Target) -> String {
    let settings = &plan.settings;
    format!(
        "polling {BOLD}{}{BOLD:#} for {BOLD}{}{BOLD:#} as {}: {}",
        settings.topic,
        target.name(),
        settings.group_id,
        described(settings),
    )
}

/// `batches of 1,000 or 5 s, 20 retries, halved, partial failures; what fails goes to …`
fn described(settings: &Settings) -> String {
    let mut text = format!(
        "batches of {} or {} s",
        grouped(settings.batch_size as u64),
        settings.window.as_secs_f64()
    );
    match settings.retry_limit() {
        Some(1) => text.push_str(", 1 retry"),
        // Writing to a `String` cannot fail, here and below.
        Some(retries) => drop(write!(text, ", {} retries", grouped(retries.into()))),
        None => text.push_str(", retries without end"),
    }
    if let Some(age) = settings.max_record_age {
        let _ = write!(text, ", records up to {} s old", grouped(age.as_secs()));
    }
    if settings.bisect {
        text.push_str(", failing batches halved");
    }
    match settings.partial_failures {
        Some(PartialFailures::ListedOnly) => text.push_str(", listed records come again"),
        Some(PartialFailures::FromLowestListed) => {
            text.push_str(", records from the lowest listed one on come again");
        }
        None => {}
    }
    if !settings.filters.is_empty() {
        text.push_str(", filtered");
    }
    match &settings.on_failure {
        Some(destination) => drop(write!(text, ", then to {destination}")),
        None if settings.retry_limit().is_some() => text.push_str(", then dropped"),
        None => {}
    }
    text
}

/// What came of it.
pub(super) struct Report<'a> {
    pub(super) plan: &'a Plan,
    pub(super) target: &'a Target,
    pub(super) tally: Tally,
    pub(super) took: Duration,
    pub(super) seen: Seen,
}

impl Report<'_> {
    /// For a person.
    pub(super) fn text(&self) -> String {
        let tally = &self.tally;
        let millis = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX);
        let mut text = format!(
            "{BOLD}{}{BOLD:#} of {} in {}, {} a second\n",
            counted(tally.succeeded, "record"),
            self.plan.settings.topic,
            seconds(self.took),
            grouped(tally.succeeded.saturating_mul(1_000) / millis.max(1)),
        );
        let mut columns = Columns::new(&[Left, Right, Left]);
        columns.row(PLAIN, ["polled", &grouped(tally.polled), ""]);
        let mut row_if_any = |name, number: u64, note: &str| {
            if number > 0 {
                columns.row(PLAIN, [name, &grouped(number), note]);
            }
        };
        row_if_any("filtered out", tally.filtered_out, "");
        let each = format!("{:.1} records each", per(tally.invoked, tally.invocations));
        row_if_any("invocations", tally.invocations, &each);
        for (failure, number) in &tally.failures {
            row_if_any("  failed", *number, failure.name());
        }
        row_if_any("  partly", tally.partial_failures, "some records were reported as not done");
        row_if_any("  no answer", tally.bad_answers, "that could be read");
        row_if_any("not invoked", tally.not_invoked, "attempts that did not reach the function");
        row_if_any("retried", tally.retries, "");
        row_if_any("halved", tally.bisected, "");
        row_if_any("stored", tally.stored, "in the failure destination");
        row_if_any("dropped", tally.dropped, "after all retries");
        row_if_any(
            "come again",
            tally.abandoned,
            "were in hand at the end, or when a partition left",
        );
        row_if_any("commits", tally.commit_errors, "that failed");
        columns.write(&mut text);
        if let Some(latency) = self.seen.latency() {
            let _ = writeln!(
                text,
                "  latency from a record's timestamp to the answer: p50 {} ms, p95 {} ms, p99 {} ms, at most {} ms",
                grouped(latency.p50),
                grouped(latency.p95),
                grouped(latency.p99),
                grouped(latency.max),
            );
        }
        let lag: u64 = self.seen.lags().map(|(_, lag)| lag).sum();
        let _ = writeln!(text, "  lag at the end: {}", grouped(lag));
        text
    }

    /// For a program.
    pub(super) fn json(&self) -> String {
        let tally = &self.tally;
        let failures: BTreeMap<&str, u64> =
            tally.failures.iter().map(|(failure, number)| (failure.name(), *number)).collect();
        let given_up: BTreeMap<&str, u64> =
            tally.given_up.iter().map(|(why, number)| (why.name(), *number)).collect();
        let lag: BTreeMap<String, u64> =
            self.seen.lags().map(|(partition, lag)| (partition.to_string(), lag)).collect();
        let latency = self.seen.latency().map_or(Value::Null, |latency| {
            json!({"p50": latency.p50, "p95": latency.p95, "p99": latency.p99, "max": latency.max})
        });
        let document = json!({
            "mapping": self.plan.name,
            "topic": self.plan.settings.topic,
            "group": self.plan.settings.group_id,
            "function": self.target.name(),
            "seconds": self.took.as_secs_f64(),
            "success": tally.is_success(),
            "records": {
                "polled": tally.polled,
                "filtered_out": tally.filtered_out,
                "succeeded": tally.succeeded,
                "stored": tally.stored,
                "dropped": tally.dropped,
                "abandoned": tally.abandoned,
            },
            "invocations": tally.invocations,
            "invoked_records": tally.invoked,
            "failures": failures,
            "partial_failures": tally.partial_failures,
            "bad_answers": tally.bad_answers,
            "not_invoked": tally.not_invoked,
            "retries": tally.retries,
            "bisected": tally.bisected,
            "given_up": given_up,
            "destination_errors": tally.destination_errors,
            "commit_errors": tally.commit_errors,
            "latency_ms": latency,
            "lag": lag,
        });
        document.to_string()
    }
}

#[cfg(test)]
mod tests {
    use millrace_event_source_mapping::Destination;

    use super::*;

    #[test]
    fn settings_are_told_in_a_line() {
        let settings = Settings::new("orders", "group");
        assert_eq!(described(&settings), "batches of 100 or 0.5 s, retries without end");
        let settings = Settings {
            retries: Some(20),
            bisect: true,
            partial_failures: Some(PartialFailures::ListedOnly),
            max_record_age: Some(Duration::from_hours(24)),
            on_failure: Some(Destination::S3 { bucket: "failed".to_owned() }),
            ..settings
        };
        assert_eq!(
            described(&settings),
            "batches of 100 or 0.5 s, 20 retries, records up to 86,400 s old, failing batches \
             halved, listed records come again, then to s3://failed"
        );
    }
}
