//! The benchmark, from a folder to scores.

#![expect(clippy::unwrap_used, reason = "what a test cannot go on without")]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use millrace_evaluate::EvaluateError;
use millrace_evaluate::nab::{Corpus, evaluate};
use tempfile::TempDir;

/// A reading every five minutes around 20, with a step up to 60 in rows 600 to 649.
fn series() -> String {
    let mut csv = "timestamp,value\n".to_owned();
    for row in 0..1_000 {
        let noise = f64::from(row * 7_919 % 101) / 101.0;
        let level = if (600..650).contains(&row) { 60.0 } else { 20.0 };
        writeln!(csv, "{},{}", time(row), level + noise).unwrap();
    }
    csv
}

fn time(row: u32) -> String {
    let minutes = row * 5;
    format!("2026-01-{:02} {:02}:{:02}:00", 1 + minutes / 1_440, minutes / 60 % 24, minutes % 60)
}

fn folder(labels: &str, files: &[(&str, String)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &Path, text: &str| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(&folder.path().join("labels/combined_windows.json"), labels);
    for (name, text) in files {
        write(&folder.path().join("data").join(name), text);
    }
    folder
}

fn window(first: u32, last: u32) -> String {
    format!(r#"[["{}.000000", "{}.000000"]]"#, time(first), time(last))
}

#[test]
fn a_part_of_the_benchmark_is_scored_by_category() {
    let labels = format!(
        r#"{{"real/step.csv": {}, "quiet/none.csv": [], "real/absent.csv": {}}}"#,
        window(590, 689),
        window(1, 2)
    );
    let files = [("real/step.csv", series()), ("quiet/none.csv", series())];
    let folder = folder(&labels, &files);
    let corpus = Corpus::read(folder.path()).unwrap();
    assert_eq!((corpus.series(), corpus.windows(), corpus.readings()), (2, 1, 2_000));

    let reports = evaluate(&corpus);
    let names: Vec<&str> = reports.keys().copied().collect();
    assert_eq!(names, ["reading_deviation", "sensor_score", "tail_norm"]);
    for (name, report) in &reports {
        assert_eq!(report.missed_windows, 0, "{name}");
        let real = &report.categories["real"];
        assert_eq!((real.series, real.windows), (1, 1));
        // Found at row 600 of a window from 590 to 689: 90 of 100 rows left, and worth(-0.9) over
        // worth(-1) is 0.991475, so (0.991475 + 1) / 2 = 99.57 but for what alerts elsewhere cost.
        let scores = real.scores.unwrap();
        assert!(scores.standard < 99.58 && scores.low_fp <= scores.standard, "{name}");
        if real.false_alerts == 0 {
            assert!((scores.standard - 99.57).abs() < 0.01, "{name}: {}", scores.standard);
        }
        assert_eq!(report.categories["quiet"].scores, None);
        assert!(report.standard_best >= report.scores.standard);
    }
    // The step is found in the series that has no label for it, too: that is a false alert.
    let tail_norm = &reports["tail_norm"];
    assert!(tail_norm.categories["quiet"].false_alerts > 0);
    assert!(tail_norm.scores.standard < tail_norm.categories["real"].scores.unwrap().standard);
}

#[test]
fn what_is_wrong_with_a_folder_is_said() {
    let refusal = |folder: &TempDir| Corpus::read(folder.path()).unwrap_err();
    let nothing = tempfile::tempdir().unwrap();
    assert!(matches!(refusal(&nothing), EvaluateError::Unreadable { .. }));

    let labels_only = folder(r#"{"real/absent.csv": []}"#, &[]);
    assert!(refusal(&labels_only).to_string().contains("it should have data/CATEGORY/NAME.csv"));

    let elsewhere = r#"{"real/step.csv": [["2030-01-01 00:00:00", "2030-01-02 00:00:00"]]}"#;
    let window_elsewhere = folder(elsewhere, &[("real/step.csv", series())]);
    assert!(refusal(&window_elsewhere).to_string().contains("a window of `real/step.csv`"));

    let wrong_cell = "timestamp,value\n2026-01-01 00:00:00,much\n".to_owned();
    let wrong = folder(r#"{"real/step.csv": []}"#, &[("real/step.csv", wrong_cell)]);
    assert!(refusal(&wrong).to_string().ends_with("step.csv, line 2: `much` is no number"));

    let wrong_column = "time,value\n".to_owned();
    let wrong = folder(r#"{"real/step.csv": []}"#, &[("real/step.csv", wrong_column)]);
    assert!(refusal(&wrong).to_string().contains("its columns are time, value"));
}
