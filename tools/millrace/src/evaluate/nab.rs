use std::collections::BTreeMap;
use std::fmt::Write;

use anstyle::Style;
use millrace_evaluate::nab::{Corpus, DetectorReport};
use serde_json::{Value, json};

use crate::text::{Columns, counted, grouped};

/// What others have published for the whole benchmark, in the standard profile.
const PUBLISHED: [(&str, &str); 7] = [
    ("ARTime", "74.9"),
    ("Numenta HTM", "70.5"),
    ("CAD OSE", "69.9"),
    ("Skyline", "58.2"),
    ("KNN-CAD", "58.0"),
    ("random cut forest", "51.7"),
    ("Windowed Gaussian", "39.6"),
];

/// The benchmark's size.
pub(super) fn data(corpus: &Corpus) -> Value {
    json!({
        "series": corpus.series(),
        "windows": corpus.windows(),
        "readings": corpus.readings(),
    })
}

/// Appends the report for people.
pub(super) fn write(
    text: &mut String,
    corpus: &Corpus,
    reports: &BTreeMap<&'static str, DetectorReport>,
) {
    let bold = Style::new().bold();
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        text,
        "{bold}Numenta's anomaly benchmark{bold:#}  {} files, {}, {}",
        corpus.series(),
        counted(corpus.windows() as u64, "labelled window"),
        counted(corpus.readings() as u64, "reading"),
    );
    text.push_str("  0 is no detector, 100 a perfect one\n");
    scores(text, reports);
    for (detector, report) in reports {
        categories(text, detector, report);
    }
    text.push_str("\nPublished for the whole of it, in the standard profile\n  ");
    let published = PUBLISHED.map(|(name, score)| format!("{name} {score}"));
    text.push_str(&published.join(", "));
    text.push('\n');
}

fn scores(text: &mut String, reports: &BTreeMap<&'static str, DetectorReport>) {
    let mut columns = Columns::of_figures(8);
    let head = [
        "detector",
        "standard",
        "low FP",
        "low FN",
        "threshold",
        "missed",
        "false alerts",
        "best",
        "at",
    ];
    columns.row(Style::new().bold(), head);
    for (detector, report) in reports {
        columns.row(
            Style::new(),
            [
                detector,
                &score(report.scores.standard),
                &score(report.scores.low_fp),
                &score(report.scores.low_fn),
                &report.threshold.to_string(),
                &report.missed_windows.to_string(),
                &grouped(report.false_alerts as u64),
                &score(report.standard_best),
                &report.best_threshold.to_string(),
            ],
        );
    }
    columns.write(text);
}

fn categories(text: &mut String, detector: &str, report: &DetectorReport) {
    let bold = Style::new().bold();
    let _ = writeln!(text, "\n{bold}{detector}{bold:#}  by category");
    let mut columns = Columns::of_figures(5);
    let head = ["category", "series", "windows", "standard", "missed", "false alerts"];
    columns.row(Style::new().bold(), head);
    for (category, report) in &report.categories {
        columns.row(
            Style::new(),
            [
                category,
                &report.series.to_string(),
                &report.windows.to_string(),
                &report.scores.map_or("-".to_owned(), |scores| score(scores.standard)),
                &report.missed_windows.to_string(),
                &grouped(report.false_alerts as u64),
            ],
        );
    }
    columns.write(text);
}

fn score(score: f64) -> String {
    format!("{score:.1}")
}
