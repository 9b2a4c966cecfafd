use std::fmt::Write;

use anstyle::Style;
use millrace_evaluate::measures::{Fault, MeasuresReport};

use crate::text::{Columns, counted, grouped};

/// Appends the report for people.
pub(super) fn write(text: &mut String, report: &MeasuresReport) {
    let bold = Style::new().bold();
    let faults = report.detectors.values().next().map_or(0, |report| report.episodes);
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        text,
        "{bold}Simulated machines{bold:#}  {} of {} each, with {} that no measure shows by itself",
        counted(report.machines.into(), "machine"),
        counted(report.events as u64, "event"),
        counted(faults as u64, "fault"),
    );
    let mut columns = Columns::of_figures(9);
    let [first, second, third] = Fault::ALL.map(Fault::name);
    columns.row(
        bold,
        [
            "detector",
            "alerts",
            "false",
            "found",
            "precision",
            "recall",
            first,
            second,
            third,
            "delay",
        ],
    );
    for (detector, figures) in &report.detectors {
        let of_kind =
            |kind| report.recall.get(&kind).and_then(|found| found.get(detector)).copied();
        let [first, second, third] =
            Fault::ALL.map(|kind| share(of_kind(kind).unwrap_or_default()));
        columns.row(
            Style::new(),
            [
                detector,
                &grouped(figures.alerts as u64),
                &grouped(figures.false_alerts as u64),
                &grouped(figures.found as u64),
                &share(figures.precision),
                &share(figures.recall),
                &first,
                &second,
                &third,
                &figures.delay.to_string(),
            ],
        );
    }
    columns.write(text);
}

fn share(share: f64) -> String {
    format!("{share:.2}")
}
