use std::collections::BTreeMap;
use std::ops::Range;

use millrace_shared::detectors::sets::SensorDetectors;
use serde::Serialize;

use super::LabelledSeries;
use crate::candidates::alone;
use crate::drive::drive;
use crate::share::{f1, share};

/// The one detector whose alert stands for all rows until its alarm is over.
const WITH_ALARMS: &str = "multivariate_score";

/// How good a detector is on a user's own series.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DetectorReport {
    /// How many alerts it raised.
    pub alerts: usize,
    /// Those that fall into no episode.
    pub false_alerts: usize,
    /// How many episodes are labelled.
    pub episodes: usize,
    /// Those in which it raised an alert.
    pub found: usize,
    /// The share of alerts that fall into an episode.
    pub precision: f64,
    /// The share of episodes that were found.
    pub recall: f64,
    /// The harmonic mean of the two.
    pub f1: f64,
    /// The median number of rows from the beginning of an episode to the first alert in it, of those
    /// that were found.
    pub delay: usize,
    /// Row by row, of a detector with alarms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<RowReport>,
}

/// How good an alarm is, row by row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RowReport {
    /// Anomalous rows in alarm.
    pub true_positives: usize,
    /// Other rows in alarm.
    pub false_positives: usize,
    /// Anomalous rows without one.
    pub false_negatives: usize,
    /// The harmonic mean of precision and recall.
    pub f1: f64,
}

/// Runs every detector of sensors, at the default settings, over series that have nothing to do with
/// each other. The first `skipped` rows of each are learnt from and do not count.
pub fn evaluate(
    series: &[LabelledSeries],
    skipped: usize,
) -> BTreeMap<&'static str, DetectorReport> {
    evaluate_with(SensorDetectors::NAMES, series, skipped)
}

/// The same with some detectors.
pub(crate) fn evaluate_with(
    detectors: &[&'static str],
    series: &[LabelledSeries],
    skipped: usize,
) -> BTreeMap<&'static str, DetectorReport> {
    detectors.iter().map(|name| (*name, report(series, name, skipped))).collect()
}

fn report(series: &[LabelledSeries], name: &str, skipped: usize) -> DetectorReport {
    let settings = alone(name);
    let mut report = DetectorReport::default();
    let mut rows = RowReport::default();
    let mut delays = Vec::new();
    for labelled in series {
        let outcome = drive(&labelled.series, &settings);
        let episodes = episodes(&labelled.labels, skipped);
        let alerts: Vec<usize> =
            outcome.rows_of(name).into_iter().filter(|row| *row >= skipped).collect();
        let is_false = |row: &&usize| !labelled.labels[**row];
        report.alerts += alerts.len();
        report.false_alerts += alerts.iter().filter(is_false).count();
        report.episodes += episodes.len();
        let first_in = |episode: &Range<usize>| alerts.iter().find(|row| episode.contains(row));
        delays.extend(episodes.iter().filter_map(|one| first_in(one).map(|row| row - one.start)));
        count_rows(&mut rows, &labelled.labels, &outcome.alarmed, skipped);
    }
    delays.sort_unstable();
    report.found = delays.len();
    report.delay = delays.get(delays.len() / 2).copied().unwrap_or_default();
    report.precision = share(report.alerts - report.false_alerts, report.alerts);
    report.recall = share(report.found, report.episodes);
    report.f1 = f1(report.precision, report.recall);
    if name == WITH_ALARMS {
        let precision = share(rows.true_positives, rows.true_positives + rows.false_positives);
        let recall = share(rows.true_positives, rows.true_positives + rows.false_negatives);
        report.rows = Some(RowReport { f1: f1(precision, recall), ..rows });
    }
    report
}

/// Labelled rows, one after the other, from a row on.
fn episodes(labels: &[bool], skipped: usize) -> Vec<Range<usize>> {
    let mut episodes: Vec<Range<usize>> = Vec::new();
    for row in (skipped..labels.len()).filter(|row| labels[*row]) {
        match episodes.last_mut() {
            Some(episode) if episode.end == row => episode.end += 1,
            _ => episodes.push(row..row + 1),
        }
    }
    episodes
}

fn count_rows(rows: &mut RowReport, labels: &[bool], alarmed: &[usize], skipped: usize) {
    let mut is_alarmed = vec![false; labels.len()];
    for row in alarmed {
        is_alarmed[*row] = true;
    }
    for (label, alarm) in labels.iter().zip(is_alarmed).skip(skipped) {
        match (label, alarm) {
            (true, true) => rows.true_positives += 1,
            (false, true) => rows.false_positives += 1,
            (true, false) => rows.false_negatives += 1,
            (false, false) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_a_label_one_after_the_other_are_one_episode() {
        let labels = [true, false, true, true, false, true];
        assert_eq!(episodes(&labels, 0), [0..1, 2..4, 5..6]);
        assert_eq!(episodes(&labels, 3), [3..4, 5..6]);
    }

    #[test]
    fn each_row_counts_once() {
        let mut rows = RowReport::default();
        count_rows(&mut rows, &[true, true, false, false, true], &[1, 2], 1);
        let expected =
            RowReport { true_positives: 1, false_positives: 1, false_negatives: 1, f1: 0.0 };
        assert_eq!(rows, expected);
    }
}
