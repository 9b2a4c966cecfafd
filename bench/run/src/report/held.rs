//! The figures that Millrace is held to, and what came out.

use millrace_cost::Table;

use super::Results;
use super::number::number;
use crate::client::{BY_DEFAULT, ClientRow};
use crate::decode::DecodeRow;
use crate::figures::{Figure, float};
use crate::invocation::InvocationRow;
use crate::titles::{ANALYTICS, IN_MEMORY, MILLRACE, NAIVE, POWERTOOLS};
use crate::whole_job::{CountRow, JobRow};

/// Batches whose records must not cost more each than those of the smaller ones.
const LARGE: u64 = 10_000;
const SMALL: u64 = 1_000;

/// What a figure has to be.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// One figure.
#[derive(Clone, Debug, PartialEq)]
struct Held {
    what: String,
    bound: Bound,
    found: Option<f64>,
}

/// Appends the table: all figures of what was run.
pub(super) fn held(text: &mut String, results: &Results) {
    let mut all = Vec::new();
    if !results.decode.is_empty() {
        all.extend(of_decoding(&results.decode));
    }
    if !results.invocation.is_empty() {
        all.extend(of_invocations(results));
    }
    all.extend(of_whole_job(&results.whole_job));
    all.extend(of_counts(&results.counts));
    let is_default =
        |row: &&ClientRow| (row.latency_ms, (row.reads, row.writes)) == (0, BY_DEFAULT);
    all.extend(results.client.iter().find(is_default).map(|row| {
        let what = "DynamoDB's client, reading and writing a state, CPU µs";
        Held::at_most(what, 5.0, row.both_us.number())
    }));
    if all.is_empty() {
        return;
    }
    text.push_str("### Figures to hold\n\n");
    let mut table = Table::new(1, ["figure", "to hold", "found", "holds"]);
    for one in all {
        let (sign, limit) = match one.bound {
            Bound::AtLeast(limit) => ("≥", limit),
            Bound::AtMost(limit) => ("≤", limit),
        };
        let holds = one.holds().map_or("not measured", |holds| if holds { "yes" } else { "no" });
        let found = one.found.map_or_else(|| "–".to_owned(), number);
        table.row([one.what, format!("{sign} {}", number(limit)), found, holds.to_owned()]);
    }
    table.write(text);
}

impl Held {
    fn at_least(what: impl Into<String>, limit: f64, found: Option<f64>) -> Self {
        Self { what: what.into(), bound: Bound::AtLeast(limit), found }
    }

    fn at_most(what: impl Into<String>, limit: f64, found: Option<f64>) -> Self {
        Self { what: what.into(), bound: Bound::AtMost(limit), found }
    }

    fn holds(&self) -> Option<bool> {
        self.found.map(|found| match self.bound {
            Bound::AtLeast(limit) => found >= limit,
            Bound::AtMost(limit) => found <= limit,
        })
    }
}

fn of_decoding(rows: &[DecodeRow]) -> Vec<Held> {
    let figure = |payload: &str, variant: &str, of: fn(&DecodeRow) -> &Figure| {
        let row = rows.iter().find(|row| row.payload == payload && row.variant == variant);
        row.and_then(|row| of(row).number())
    };
    let times = |payload: &str, other: &str| {
        let cpu = |variant: &str| figure(payload, variant, |row| &row.cpu_ms);
        ratio(cpu(other), cpu(MILLRACE))
    };
    vec![
        Held::at_most(
            "decode `b_10k`, instructions a record",
            10_000.0,
            figure("b_10k", MILLRACE, |row| &row.instructions_per_record),
        ),
        Held::at_most(
            "decode `b_10k`, allocations a record",
            0.6,
            figure("b_10k", MILLRACE, |row| &row.allocations_per_record),
        ),
        Held::at_least("decode `b_10k`, × `KafkaEvent`", 3.0, times("b_10k", NAIVE)),
        Held::at_least("decode `c_1k`, × `KafkaEvent`", 2.3, times("c_1k", NAIVE)),
        Held::at_least("decode `b_10k`, × Python Powertools", 15.0, times("b_10k", POWERTOOLS)),
        Held::at_least("decode `c_1k`, × Python Powertools", 8.0, times("c_1k", POWERTOOLS)),
    ]
}

fn of_invocations(results: &Results) -> Vec<Held> {
    let find = |variant: &str| {
        let rows = results.invocation.iter();
        rows.into_iter().find(|row| row.payload == "b_10k" && row.variant == variant)
    };
    let cpu = |variant| find(variant).and_then(|row: &InvocationRow| row.cpu_ms.number());
    let cold = results.cold_start.iter().find(|row| row.variant == ANALYTICS);
    let mut all = vec![
        Held::at_least(
            "a process on `b_10k`, states in memory, × Python Powertools",
            15.0,
            ratio(cpu(POWERTOOLS), cpu(IN_MEMORY)),
        ),
        Held::at_most(
            "the same, peak MB",
            25.0,
            find(IN_MEMORY).and_then(|row| row.peak_mb.number()),
        ),
        Held::at_most(
            "cold start of `analytics` with all clients, CPU ms",
            5.0,
            cold.and_then(|row| row.cpu_ms.number()),
        ),
    ];
    for (name, bytes) in &results.binary_bytes {
        all.push(Held::at_most(format!("binary of `{name}`, MB"), 9.0, Some(float(*bytes) / 1e6)));
    }
    all
}

fn of_whole_job(rows: &[JobRow]) -> Vec<Held> {
    let mut all = Vec::new();
    let large = || rows.iter().filter(|row| row.records == LARGE);
    for function in ["analytics", "relay"] {
        let peaks = large().filter(|row| row.function == function);
        let most = peaks.filter_map(|row| row.peak_mb.number()).max_by(f64::total_cmp);
        if !rows.is_empty() {
            let what = format!("`{function}` with all sinks, batches of 6 MB, peak MB");
            all.push(Held::at_most(what, 64.0, most));
        }
    }
    for row in large().filter(|row| row.latency_ms == 0) {
        let small = rows.iter().find(|other| {
            (other.records, other.latency_ms) == (SMALL, 0)
                && (&other.function, other.keys) == (&row.function, row.keys)
        });
        let small = small.and_then(|small| small.cpu_us_per_record.number());
        let what = growth(&row.function, row.keys, "CPU");
        all.push(Held::at_most(what, 1.0, ratio(row.cpu_us_per_record.number(), small)));
    }
    all
}

fn of_counts(rows: &[CountRow]) -> Vec<Held> {
    let a_record = |row: &CountRow| {
        row.requests.values().map(|count| count.requests).sum::<f64>() / float(row.records)
    };
    let large = rows.iter().filter(|row| row.records == LARGE);
    let of_large = large.map(|row| {
        let small = rows.iter().find(|other| {
            other.records == SMALL && (&other.function, other.keys) == (&row.function, row.keys)
        });
        let what = growth(&row.function, row.keys, "requests");
        Held::at_most(what, 1.0, ratio(Some(a_record(row)), small.map(a_record)))
    });
    of_large.collect()
}

fn growth(function: &str, keys: u32, what: &str) -> String {
    let keys = number(f64::from(keys));
    format!("`{function}`, {keys} keys, {what} a record: 10,000 a batch against 1,000")
}

fn ratio(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    Some(one? / other?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_holds_up_to_its_limit() {
        let holds = |found| {
            let (least, most) =
                (Held::at_least("", 2.0, found).holds(), Held::at_most("", 2.0, found).holds());
            (least, most)
        };
        assert_eq!(holds(Some(1.9)), (Some(false), Some(true)));
        assert_eq!(holds(Some(2.0)), (Some(true), Some(true)));
        assert_eq!(holds(Some(2.1)), (Some(true), Some(false)));
        assert_eq!(holds(None), (None, None));
    }

    #[test]
    fn batches_ten_times_as_large_are_compared_by_the_record() {
        let row = |records, cpu, latency_ms| JobRow {
            function: "analytics".to_owned(),
            keys: 1_000,
            records,
            latency_ms,
            records_per_second: Figure::Number(1.0),
            cpu_us_per_record: Figure::Number(cpu),
            p50_ms: Figure::Number(1.0),
            p99_ms: Figure::Number(1.0),
            peak_mb: Figure::Number(40.0),
            batches: 1,
        };
        let rows = [row(100, 9.0, 0), row(SMALL, 4.0, 0), row(SMALL, 1.0, 2), row(LARGE, 3.0, 0)];
        let found: Vec<Option<f64>> = of_whole_job(&rows).iter().map(|one| one.found).collect();
        assert_eq!(found, [Some(40.0), None, Some(0.75)]);
    }
}
