use std::fmt::Write;

use anstyle::Style;
use millrace_evaluate::transactions::Report;

use crate::text::{Columns, counted, grouped};

/// What the handbook's authors published for models that are trained in batches, tuned, offline.
const PUBLISHED: &str =
    "logistic regression .87 .61 .29, random forest .87 .68 .30, XGBoost .87 .69 .30";

/// Appends the report for people.
pub(super) fn write(text: &mut String, report: &Report) {
    let bold = Style::new().bold();
    // Writing to a `String` cannot fail, here and below.
    let _ = writeln!(
        text,
        "{bold}Simulated payments{bold:#}  {}, {} later; of the last week {} count, {} of them fraud",
        counted(report.payments as u64, "payment"),
        counted(report.labels as u64, "label"),
        grouped(report.judged as u64),
        grouped(report.frauds as u64),
    );
    let mut columns = Columns::of_figures(6);
    let head = ["detector", "AUC", "AP", "CP@100", "alerts", "precision", "recall"];
    columns.row(bold, head);
    for (detector, report) in &report.detectors {
        columns.row(
            Style::new(),
            [
                detector,
                &share(report.auc),
                &share(report.average_precision),
                &share(report.card_precision_100),
                &grouped(report.alerts as u64),
                &share(report.precision),
                &share(report.recall),
            ],
        );
    }
    columns.write(text);
    let _ =
        writeln!(text, "\nPublished for the handbook's own data: AUC, AP, CP@100\n  {PUBLISHED}");
}

fn share(share: f64) -> String {
    format!("{share:.3}")
}
