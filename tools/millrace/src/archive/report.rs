//! What was found, for people and for programs.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::findings::Findings;
use super::ranges::{Range, total};
use super::verify::{By, Verified};
use crate::text::{Columns, counted, grouped};

/// How many ranges of a kind are listed of a partition; `--json` has them all.
const LISTED: usize = 20;

impl Verified {
    /// Whether certainly no offset is missing between the first and the last of each partition.
    pub(crate) fn is_whole(&self) -> bool {
        self.partitions.values().all(Findings::is_whole)
    }

    /// The report as one JSON object.
    pub(crate) fn json(&self) -> Value {
        let partitions: Vec<Value> = self
            .partitions
            .iter()
            .map(|((topic, partition), findings)| {
                let mut members = json!(findings);
                members["topic"] = json!(topic);
                members["partition"] = json!(partition);
                members
            })
            .collect();
        json!({
            "by": match self.by { By::Names => "names", By::Lines => "lines" },
            "whole": self.is_whole(),
            "objects": self.objects,
            "oversize": self.oversize,
            "others": self.others,
            "lines": self.sum(|findings| findings.lines),
            "missing": self.sum(Findings::missing_offsets),
            "duplicates": self.sum(|findings| findings.duplicates),
            "partitions": partitions,
        })
    }

    /// The report as text, a table and a sentence.
    pub(crate) fn text(&self) -> String {
        let plain = Style::new();
        let mut columns = Columns::of_figures(6);
        let head = ["topic", "partition", "first", "last", "lines", "missing", "duplicates"];
        columns.row(plain.bold(), head);
        for ((topic, partition), findings) in &self.partitions {
            let numbers = [partition.to_string(), findings.first.to_string()];
            let [partition, first] = &numbers;
            let style = if findings.is_whole() { plain } else { AnsiColor::Red.on_default() };
            columns.row(
                style,
                [
                    topic,
                    partition,
                    first,
                    &findings.last.to_string(),
                    &grouped(findings.lines),
                    &grouped(findings.missing_offsets()),
                    &grouped(findings.duplicates),
                ],
            );
            notes(&mut columns, findings, style);
        }
        let mut text = String::new();
        columns.write(&mut text);
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "\n{}", self.verdict());
        text
    }

    fn verdict(&self) -> String {
        let by = match self.by {
            By::Names => "by their names",
            By::Lines => "line by line",
        };
        let mut verdict = format!("{} {by}", counted(self.objects as u64, "object"));
        if self.oversize > 0 {
            let _ = write!(verdict, ", {} oversize", grouped(self.oversize as u64));
        }
        if self.others > 0 {
            let _ = write!(verdict, ", {} not looked at", grouped(self.others as u64));
        }
        let missing = self.sum(Findings::missing_offsets);
        let unclear = self.partitions.values().any(|findings| !findings.unclear.is_empty());
        let _ = match (missing, unclear) {
            (0, false) => write!(verdict, ": no gap"),
            (0, true) => {
                write!(verdict, ": names do not tell whether there is a gap; --lines will")
            }
            (missing, _) => write!(verdict, ": {} missing", counted(missing, "offset")),
        };
        verdict
    }

    fn sum(&self, number: impl Fn(&Findings) -> u64) -> u64 {
        self.partitions.values().map(number).sum()
    }
}

fn notes(columns: &mut Columns, findings: &Findings, style: Style) {
    let ranges =
        |ranges: &[Range]| ranges.iter().map(|&range| offsets(range)).collect::<Vec<String>>();
    let short = findings
        .short
        .iter()
        .map(|short| format!("{} or more within {}", grouped(short.missing), offsets(short.range)));
    note(columns, "missing", &ranges(&findings.missing), style);
    note(columns, "missing", &short.collect::<Vec<String>>(), style);
    note(columns, "unclear", &ranges(&findings.unclear), style);
    note(columns, "twice", &ranges(&findings.twice), Style::new());
}

fn note(columns: &mut Columns, what: &str, ranges: &[String], style: Style) {
    for range in ranges.iter().take(LISTED) {
        columns.note(&format!("{what}: {range}"), style);
    }
    if let Some(more @ 1..) = ranges.len().checked_sub(LISTED) {
        columns.note(&format!("{what}: and {}", counted(more as u64, "range")), style);
    }
}

fn offsets(range: Range) -> String {
    if range.first == range.last {
        return range.first.to_string();
    }
    format!("{} to {} ({})", range.first, range.last, grouped(total(&[range])))
}
