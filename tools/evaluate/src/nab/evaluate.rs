use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use millrace_shared::settings::Settings;
use serde::Serialize;

use super::corpus::{Corpus, Labelled};
use super::score::{self, Parts, Scores};
use crate::candidates::{Candidate, SINGLE_MEASURE};
use crate::drive::drive;

/// How good a detector is on the benchmark.
#[derive(Clone, Debug, Serialize)]
pub struct DetectorReport {
    /// The scores at the default threshold.
    #[serde(flatten)]
    pub scores: Scores,
    /// The score in the standard profile at the threshold that is best for it on this data.
    pub standard_best: f64,
    /// The same in the profile that rewards few false positives.
    pub low_fp_best: f64,
    /// The same in the profile that rewards few false negatives.
    pub low_fn_best: f64,
    /// The default threshold.
    pub threshold: f64,
    /// The one that is best in the standard profile.
    pub best_threshold: f64,
    /// Labelled windows in which nothing was detected, at the default threshold.
    pub missed_windows: usize,
    /// Alerts outside of labelled windows, at the default threshold.
    pub false_alerts: usize,
    /// What there is of each category, at the default threshold.
    pub categories: BTreeMap<String, CategoryReport>,
    /// The scores at every threshold that was tried, ascending.
    pub sweep: Vec<AtThreshold>,
}

/// The scores at one threshold.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AtThreshold {
    /// The threshold.
    pub threshold: f64,
    /// The scores.
    #[serde(flatten)]
    pub scores: Scores,
}

/// How good a detector is on one category of series.
#[derive(Clone, Debug, Serialize)]
pub struct CategoryReport {
    /// The scores; none where nothing is labelled.
    #[serde(flatten)]
    pub scores: Option<Scores>,
    /// How many series.
    pub series: usize,
    /// How many labelled windows.
    pub windows: usize,
    /// Those in which nothing was detected.
    pub missed_windows: usize,
    /// Alerts outside of labelled windows.
    pub false_alerts: usize,
}

/// Runs every detector of single measures over every series at every threshold.
pub fn evaluate(corpus: &Corpus) -> BTreeMap<&'static str, DetectorReport> {
    let reports =
        SINGLE_MEASURE.iter().map(|candidate| (candidate.name, report(corpus, candidate)));
    reports.collect()
}

fn report(corpus: &Corpus, candidate: &Candidate) -> DetectorReport {
    let default = candidate.default_threshold();
    let sweep = in_parallel(candidate.thresholds, |threshold| {
        let parts = parts(corpus, candidate, threshold);
        (threshold, parts)
    });
    let at_default: &[Parts] = sweep
        .iter()
        .find(|(threshold, _)| threshold.to_bits() == default.to_bits())
        .map_or(&[], |(_, parts)| parts);
    let scores_at = |(threshold, parts): &(f64, Vec<Parts>)| AtThreshold {
        threshold: *threshold,
        scores: sum(parts).scores().unwrap_or_default(),
    };
    let all_scores: Vec<AtThreshold> = sweep.iter().map(scores_at).collect();
    let best = |score: fn(&Scores) -> f64| {
        let scores = all_scores.iter().map(|at| (at.threshold, score(&at.scores)));
        scores.max_by(|one, other| one.1.total_cmp(&other.1)).unwrap_or((default, 0.0))
    };
    let total = sum(at_default);
    let (best_threshold, standard_best) = best(|scores| scores.standard);
    DetectorReport {
        scores: total.scores().unwrap_or_default(),
        standard_best,
        low_fp_best: best(|scores| scores.low_fp).1,
        low_fn_best: best(|scores| scores.low_fn).1,
        threshold: default,
        best_threshold,
        missed_windows: total.missed,
        false_alerts: total.false_alerts,
        categories: categories(corpus, at_default),
        sweep: all_scores,
    }
}

/// What counts in each series.
fn parts(corpus: &Corpus, candidate: &Candidate, threshold: f64) -> Vec<Parts> {
    let settings = candidate.alone_at(threshold);
    corpus.series.iter().map(|labelled| parts_of(labelled, candidate.name, &settings)).collect()
}

fn parts_of(labelled: &Labelled, detector: &str, settings: &Settings) -> Parts {
    let alerts = drive(&labelled.series, settings).rows_of(detector);
    score::count(labelled.series.rows.len(), &labelled.windows, &alerts)
}

fn categories(corpus: &Corpus, parts: &[Parts]) -> BTreeMap<String, CategoryReport> {
    let mut by_category: BTreeMap<&str, Vec<Parts>> = BTreeMap::new();
    for (labelled, parts) in corpus.series.iter().zip(parts) {
        by_category.entry(&labelled.category).or_default().push(*parts);
    }
    let reports = by_category.into_iter().map(|(category, parts)| {
        let total = sum(&parts);
        let report = CategoryReport {
            scores: total.scores(),
            series: parts.len(),
            windows: total.windows,
            missed_windows: total.missed,
            false_alerts: total.false_alerts,
        };
        (category.to_owned(), report)
    });
    reports.collect()
}

fn sum(parts: &[Parts]) -> Parts {
    let mut total = Parts::default();
    for one in parts {
        total += *one;
    }
    total
}

/// Runs a function over thresholds on all processors, and returns what came of it in their order.
fn in_parallel<T: Send>(thresholds: &[f64], run: impl Fn(f64) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(threshold) = thresholds.get(place) else { return done };
            done.push((place, run(*threshold)));
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, T)> = thread::scope(|scope| {
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        handles.into_iter().filter_map(|handle| handle.join().ok()).flatten().collect()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, one)| one).collect()
}
