//! Series of one's own, from files to reports.

#![expect(clippy::unwrap_used, reason = "what a test cannot go on without")]

use std::fmt::Write;
use std::fs;

use millrace_evaluate::labelled::{LabelledSeries, evaluate};

/// Two measures that move together, a row each minute; from row 1,200 to 1,299 they do not, which
/// is labelled, and from 900 to 949 the second one is missing.
fn valves(separator: char) -> String {
    let mut csv = "datetime,flow,pressure,changepoint,anomaly\n".to_owned();
    for row in 0..1_500_u32 {
        let mixed = |which: u32| (row * 2 + which + 7).wrapping_mul(2_654_435_761) >> 8;
        let noise = |which| f64::from(mixed(which) % 1_000) / 1_000.0;
        let is_anomalous = (1_200..1_300).contains(&row);
        let together = 10.0 * noise(0);
        let pressure = if is_anomalous { 45.0 } else { together + noise(1) };
        let pressure = if (900..950).contains(&row) { String::new() } else { pressure.to_string() };
        let label = u8::from(is_anomalous);
        let seconds = row * 60;
        writeln!(csv, "{seconds},{together},{pressure},7,{label}").unwrap();
    }
    csv.replace(',', &separator.to_string())
}

fn read(text: &str, ignored: &[&str]) -> Result<LabelledSeries, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("valves.csv");
    fs::write(&path, text).unwrap();
    let ignored: Vec<String> = ignored.iter().map(|name| (*name).to_owned()).collect();
    LabelledSeries::read(&path, &ignored).map_err(|error| error.to_string())
}

#[test]
fn an_episode_is_found_by_the_detector_of_several_measures() {
    for separator in [',', ';'] {
        let series = read(&valves(separator), &["changepoint"]).unwrap();
        let reports = evaluate(&[series], 400);
        let together = &reports["multivariate_score"];
        assert_eq!((together.episodes, together.found, together.false_alerts), (1, 1, 0));
        assert!((together.precision - 1.0).abs() < 1e-9 && (together.f1 - 1.0).abs() < 1e-9);
        let rows = together.rows.unwrap();
        assert_eq!(rows.true_positives + rows.false_negatives, 100);
        assert!(rows.f1 > 0.7, "{rows:?}");
        // The measures are called neither temperature nor humidity.
        assert_eq!(
            (reports["temperature_range"].alerts, reports["temperature_range"].episodes),
            (0, 1)
        );
        assert!(reports["temperature_range"].rows.is_none());
    }
}

#[test]
fn rows_that_are_skipped_do_not_count() {
    let series = read(&valves(','), &["changepoint"]).unwrap();
    let reports = evaluate(&[series], 1_300);
    let together = &reports["multivariate_score"];
    assert_eq!((together.alerts, together.episodes), (0, 0));
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line() {
    let refusal = |text| read(text, &[]).unwrap_err();
    assert!(refusal("value,label\n").contains("has no column `timestamp`, `time` or `datetime`"));
    assert!(refusal("time,value\n").contains("has no column `label` or `anomaly`"));
    assert!(refusal("time,label\nsoon,0\n").ends_with("valves.csv, line 2: `soon` is no time"));
    assert!(refusal("time,label\n0,2\n").ends_with("line 2: `2` is neither 0 nor 1"));
    assert!(refusal("time,label,co2\n0,1,\n1,0,many\n").ends_with("line 3: `many` is no number"));
    assert!(refusal("time,label,co2\n0,1\n").contains("is no CSV file"));
}
