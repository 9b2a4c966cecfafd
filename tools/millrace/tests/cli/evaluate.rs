//! `millrace evaluate`.

use std::fmt::Write;
use std::fs;

use serde_json::Value;

use crate::command::run;

/// A sensor that reads 20 or 21, and 80 in the rows that are labelled.
fn labelled() -> String {
    let mut csv = "timestamp,label,temperature\n".to_owned();
    for row in 0..400 {
        let is_hot = (300..310).contains(&row);
        let temperature = if is_hot { 80 } else { 20 + row % 2 };
        writeln!(csv, "{},{},{temperature}", row * 60, u8::from(is_hot)).expect("it is text");
    }
    csv
}

#[test]
fn a_labelled_file_is_evaluated_for_people_and_for_programs() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("boiler.csv");
    fs::write(&file, labelled()).expect("it can be written");
    let path = file.to_str().expect("UTF-8");

    let text = run(&["evaluate", "--csv", path]);
    assert_eq!(text.code, Some(0), "{}", text.stderr);
    assert!(text.stdout.starts_with("Labelled series  1 file with 1 episode\n"), "{}", text.stdout);

    let json = run(&["evaluate", "--json", "--csv", path]);
    let report: Value = serde_json::from_str(&json.stdout).expect("an object");
    let range = &report["csv"]["temperature_range"];
    assert_eq!((&range["alerts"], &range["found"]), (&Value::from(10), &Value::from(1)));
    assert_eq!(report["csv"]["tail_norm"]["found"], 1);
    assert_eq!(report.get("nab"), None);
}

#[test]
fn the_benchmark_has_scores_at_the_default_and_at_the_best_threshold() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["labels", "data/real"] {
        fs::create_dir_all(folder.path().join(name)).expect("it can be made");
    }
    let labelled = labelled();
    let series = labelled.lines().map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{},{}\n", cells[0], cells[2].replace("temperature", "value"))
    });
    let series: String = series.collect();
    fs::write(folder.path().join("data/real/boiler.csv"), series).expect("it can be written");
    let labels = format!(r#"{{"real/boiler.csv": [["{}", "{}"]]}}"#, 300 * 60, 309 * 60);
    fs::write(folder.path().join("labels/combined_windows.json"), labels).expect("it can be");

    let path = folder.path().to_str().expect("UTF-8");
    let json = run(&["evaluate", "--json", "--nab", path]);
    assert_eq!(json.code, Some(0), "{}", json.stderr);
    let report: Value = serde_json::from_str(&json.stdout).expect("an object");
    let number = |name: &str| report["nab"]["tail_norm"][name].as_f64().expect("a number");
    for profile in ["standard", "low_fp", "low_fn"] {
        // An alert at the window's first row, and at most one that is false.
        assert!((89.0..=100.0).contains(&number(profile)), "{report}");
        assert!(number(&format!("{profile}_best")) >= number(profile));
    }
    assert_eq!(report["nab_data"]["windows"], 1);

    let text = run(&["evaluate", "--nab", path]).stdout;
    let line = format!("\n  tail_norm             {:5.1}", number("standard"));
    assert!(text.contains(&line), "{text}");
}

#[test]
fn a_simulated_population_is_the_same_each_time() {
    let arguments = ["evaluate", "--json", "--transactions", "--customers", "100", "--days", "30"];
    let first = run(&arguments);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert_eq!(first.stdout, run(&arguments).stdout);
    let report: Value = serde_json::from_str(&first.stdout).expect("an object");
    let detectors = &report["transactions"]["detectors"];
    for metric in ["auc", "average_precision", "card_precision_100"] {
        assert!(detectors["unusual_amount"][metric].is_number(), "{report}");
    }
    let fixed = run(&[&arguments[..], &["--episodes", "fixed"]].concat());
    assert_ne!(fixed.stdout, first.stdout);
}

#[test]
fn of_a_simulated_population_it_is_said_who_is_flagged() {
    let arguments = ["evaluate", "--json", "--activity", "--people", "50"];
    let first = run(&arguments);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert_eq!(first.stdout, run(&arguments).stdout);
    let report: Value = serde_json::from_str(&first.stdout).expect("an object");
    let activity = &report["activity"];
    assert_eq!((&activity["people"], &activity["bots"]), (&Value::from(50), &Value::from(1)));
    let flagged = |detector: &str, who: &str| activity["detectors"][detector][who].as_u64();
    assert!(flagged("activity_burst", "people") <= flagged("rapid_activity", "people"));
    assert_eq!(flagged("activity_burst", "bots"), Some(1));
}

/// What docs/detectors.md says of both: measures together tell what none tells alone, and nobody who
/// travels is taken for a clone unless a place is wrong.
#[test]
fn of_simulated_machines_and_travellers_it_is_said_what_is_found() {
    let run = run(&["evaluate", "--json", "--measures", "--travel"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).expect("an object");
    let of = |detector: &str, what: &str| report["measures"]["detectors"][detector][what].as_f64();
    assert!(of("multivariate_score", "precision") > Some(0.9), "{report}");
    assert!(of("multivariate_score", "recall") > of("tail_norm", "recall"), "{report}");
    assert!(of("tail_norm", "precision") < Some(0.3), "{report}");
    let of = |wrong: &str, what: &str| report["travel"]["wrong"][wrong][what].as_u64();
    assert_eq!(of("nothing", "false_alerts"), Some(0));
    assert!(of("nothing", "found") > Some(250) && of("seats", "false_alerts") > Some(500));
}

#[test]
fn without_data_the_command_says_what_it_takes() {
    let nothing = run(&["evaluate"]);
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.contains("--nab <DIR>"), "{}", nothing.stderr);
    let absent = run(&["evaluate", "--nab", "/no/such/folder"]);
    assert_eq!(absent.code, Some(1));
    assert!(absent.stderr.contains("combined_windows.json cannot be read"), "{}", absent.stderr);
}
