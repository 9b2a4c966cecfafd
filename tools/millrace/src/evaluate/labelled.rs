use std::collections::BTreeMap;
use std::fmt::Write;

use anstyle::Style;
use millrace_evaluate::labelled::DetectorReport;

use crate::text::{Columns, counted, grouped};

/// Appends the report for people.
pub(super) fn write(
    text: &mut String,
    files: usize,
    reports: &BTreeMap<&'static str, DetectorReport>,
) {
    let bold = Style::new().bold();
    let episodes = reports.values().next().map_or(0, |report| report.episodes);
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        text,
        "{bold}Labelled series{bold:#}  {} with {}",
        counted(files as u64, "file"),
        counted(episodes as u64, "episode"),
    );
    let mut columns = Columns::of_figures(7);
    let head = ["detector", "alerts", "false", "found", "precision", "recall", "F1", "F1 by row"];
    columns.row(Style::new().bold(), head);
    for (detector, report) in reports {
        columns.row(
            Style::new(),
            [
                detector,
                &grouped(report.alerts as u64),
                &grouped(report.false_alerts as u64),
                &grouped(report.found as u64),
                &share(report.precision),
                &share(report.recall),
                &share(report.f1),
                &report.rows.map_or("-".to_owned(), |rows| share(rows.f1)),
            ],
        );
    }
    columns.write(text);
}

fn share(share: f64) -> String {
    format!("{share:.2}")
}
