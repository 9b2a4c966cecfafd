use std::fmt::Write;

use anstyle::Style;
use millrace_evaluate::travel::{TravelReport, Wrong};

use crate::text::{Columns, counted, grouped};

/// Appends the report for people.
pub(super) fn write(text: &mut String, report: &TravelReport) {
    let bold = Style::new().bold();
    let cloned = report.wrong.values().next().map_or(0, |report| report.cloned);
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        text,
        "{bold}Simulated travel{bold:#}  {} of {} people in {}, {} of whose cards are cloned",
        counted(report.payments as u64, "payment"),
        grouped(report.people.into()),
        counted(report.days.into(), "day"),
        grouped(cloned as u64),
    );
    let mut columns = Columns::of_figures(4);
    columns.row(
        bold,
        ["what is wrong", "false alerts", "of 1,000 people a week", "clones found", "of all"],
    );
    for (wrong, figures) in &report.wrong {
        columns.row(
            Style::new(),
            [
                name(*wrong),
                &grouped(figures.false_alerts as u64),
                &format!("{:.1}", figures.false_alerts_a_week),
                &grouped(figures.found as u64),
                &format!("{:.1} %", 100.0 * figures.recall),
            ],
        );
    }
    columns.write(text);
}

const fn name(wrong: Wrong) -> &'static str {
    match wrong {
        Wrong::Nothing => "nothing",
        Wrong::Clocks => "1 % of the clocks, by up to 2 hours",
        Wrong::Seats => "0.5 % of the places, which are a company's seat",
    }
}
