use std::fmt::Write;

use anstyle::Style;
use millrace_evaluate::activity::ActivityReport;

use crate::text::{Columns, counted, grouped};

/// Appends the report for people.
pub(super) fn write(text: &mut String, report: &ActivityReport) {
    let bold = Style::new().bold();
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        text,
        "{bold}Simulated activity{bold:#}  {} of {} and {} in {}",
        counted(report.events as u64, "event"),
        grouped(report.people.into()),
        counted(report.bots.into(), "bot"),
        counted(report.days.into(), "day"),
    );
    let mut columns = Columns::of_figures(5);
    columns.row(bold, ["detector", "people flagged", "of all", "alerts", "bots flagged", "of all"]);
    for (detector, flags) in &report.detectors {
        columns.row(
            Style::new(),
            [
                detector,
                &grouped(flags.people as u64),
                &percent(flags.people_share),
                &grouped(flags.false_alerts as u64),
                &grouped(flags.bots as u64),
                &percent(flags.bots_share),
            ],
        );
    }
    columns.write(text);
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
