use std::collections::BTreeMap;

use serde::Serialize;

use super::machine::{Fault, MeasuresSettings, series};
use crate::labelled::{self, DetectorReport, LabelledSeries};

/// So many events of each machine are only learnt from.
const LEARNT_FROM: usize = 400;
/// The detectors that learn what is usual.
const DETECTORS: [&str; 4] =
    ["multivariate_score", "reading_deviation", "sensor_score", "tail_norm"];

/// Which faults of simulated machines are found.
#[derive(Clone, Debug, Serialize)]
pub struct MeasuresReport {
    /// How many machines.
    pub machines: u32,
    /// How many events each of them sends.
    pub events: usize,
    /// All kinds of fault together, by detector.
    pub detectors: BTreeMap<&'static str, DetectorReport>,
    /// The faults found, by kind and detector.
    pub recall: BTreeMap<Fault, BTreeMap<&'static str, f64>>,
}

/// Runs machines through the state of a sensor, each detector by itself at the default settings.
pub fn evaluate(simulated: &MeasuresSettings) -> MeasuresReport {
    let mut all = Vec::new();
    let mut recall = BTreeMap::new();
    for (fault, first) in Fault::ALL.into_iter().zip(0_usize..) {
        let numbers = (0..simulated.machines).skip(first).step_by(Fault::ALL.len());
        let of_kind: Vec<LabelledSeries> =
            numbers.map(|number| series(simulated, number, fault)).collect();
        let reports = labelled::evaluate_with(&DETECTORS, &of_kind, LEARNT_FROM);
        let found = reports.iter().map(|(name, report)| (*name, report.recall)).collect();
        recall.insert(fault, found);
        all.extend(of_kind);
    }
    MeasuresReport {
        machines: simulated.machines,
        events: simulated.events,
        detectors: labelled::evaluate_with(&DETECTORS, &all, LEARNT_FROM),
        recall,
    }
}
