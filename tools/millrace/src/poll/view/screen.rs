//! The lines that change on a terminal.

use anstyle::Style;

use super::Seen;
use crate::text::Align::{Left, Right};
use crate::text::{Columns, grouped};

const PLAIN: Style = Style::new();
const DIM: Style = Style::new().dimmed();
/// Partitions that are shown one by one.
const MOST_PARTITIONS: usize = 12;

/// What stands there now.
pub(super) fn text(seen: &Seen) -> String {
    let mut text = String::new();
    let mut columns = Columns::new(&[Left, Right, Left, Right, Left, Right, Left, Right]);
    let seconds = seen.elapsed().as_secs();
    columns.row(
        PLAIN,
        [
            "records done",
            &grouped(seen.done),
            "a second",
            &grouped(seen.rate),
            "filtered out",
            &grouped(seen.filtered_out),
            "given up",
            &grouped(seen.given_up),
        ],
    );
    columns.row(
        PLAIN,
        [
            "invocations",
            &grouped(seen.batches),
            "in flight",
            &grouped(seen.in_flight),
            "failed",
            &grouped(seen.failures),
            "retried",
            &grouped(seen.retries),
        ],
    );
    if let Some(latency) = seen.latency() {
        columns.row(
            PLAIN,
            [
                "latency p50",
                &format!("{} ms", grouped(latency.p50)),
                "p95",
                &format!("{} ms", grouped(latency.p95)),
                "p99",
                &format!("{} ms", grouped(latency.p99)),
                "time",
                &format!("{}:{:02}", seconds / 60, seconds % 60),
            ],
        );
    }
    columns.write(&mut text);
    text.push_str(&lags(seen));
    text
}

/// `lag  17  partition 0: 12  1: 5  2: 0`
fn lags(seen: &Seen) -> String {
    let mut lags: Vec<(i32, u64)> = seen.lags().collect();
    let total: u64 = lags.iter().map(|(_, lag)| lag).sum();
    let left_out = lags.len().saturating_sub(MOST_PARTITIONS);
    if left_out > 0 {
        lags.sort_by_key(|(_, lag)| std::cmp::Reverse(*lag));
        lags.truncate(MOST_PARTITIONS);
    }
    let each = lags.iter().map(|(partition, lag)| format!("  {partition}: {}", grouped(*lag)));
    let each: String = each.collect();
    let rest = if left_out > 0 { format!("  and {left_out} more") } else { String::new() };
    format!("  lag {}  {DIM}by partition{each}{rest}{DIM:#}", grouped(total))
}

#[cfg(test)]
mod tests {
    use millrace_event_source_mapping::{Observation, PartitionLag};

    use super::*;

    #[test]
    fn partitions_that_lag_most_are_shown() {
        let mut seen = Seen::new();
        let lag = |partition: i32| PartitionLag { partition, position: 0, end: partition.into() };
        let all: Vec<PartitionLag> = (0..14).map(lag).collect();
        seen.take_in(&Observation::Lag(&all[..3]));
        let shown = |seen: &Seen| anstream::adapter::strip_str(&lags(seen)).to_string();
        assert_eq!(shown(&seen), "  lag 3  by partition  0: 0  1: 1  2: 2");
        seen.take_in(&Observation::Lag(&all));
        let shown = shown(&seen);
        assert!(shown.starts_with("  lag 91  by partition  13: 13  12: 12  "), "{shown}");
        assert!(shown.ends_with("  2: 2  and 2 more"), "{shown}");
    }
}
