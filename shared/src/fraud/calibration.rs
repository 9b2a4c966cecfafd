use std::fmt;

use serde::{Deserialize, Serialize};

use super::Labelled;
use super::bins::{AMOUNTS, Bins, DEVIATIONS};

/// How many payments of the overall rate every bin has in advance.
const ADVANCE: f64 = 2.0;

/// Labelled payments, and how many of them were fraud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// How many were fraud.
    pub frauds: u32,
    /// How many in all.
    pub all: u32,
}

/// How often payments turned out to be fraud, by amount and by deviation: 2.3 KB in memory, and as
/// stored the bins that have any.
#[derive(Clone, PartialEq, Eq)]
pub struct Calibration {
    total: Counts,
    amounts: Box<[Counts; AMOUNTS]>,
    deviations: Box<[Counts; DEVIATIONS]>,
}

/// A part of the calibration: that of one partition of labels, so that no two writers ever meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalibratorProfile {
    /// What its labels say.
    pub calibration: Calibration,
    /// How many labels there were, with those that do not count.
    pub labels: u64,
}

impl Counts {
    fn note(&mut self, is_fraud: bool) {
        self.all = self.all.saturating_add(1);
        self.frauds = self.frauds.saturating_add(u32::from(is_fraud));
    }

    fn add(&mut self, other: Self) {
        self.all = self.all.saturating_add(other.all);
        self.frauds = self.frauds.saturating_add(other.frauds);
    }
}

impl Default for Calibration {
    fn default() -> Self {
        Self {
            total: Counts::default(),
            amounts: Box::new([Counts::default(); AMOUNTS]),
            deviations: Box::new([Counts::default(); DEVIATIONS]),
        }
    }
}

impl fmt::Debug for Calibration {
    /// Only the bins that have any.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.to_sparse()).finish()
    }
}

impl Calibration {
    /// Takes a labelled payment.
    pub(super) fn note(&mut self, labelled: Labelled) {
        self.total.note(labelled.is_fraud);
        let bins = labelled.bins;
        if let Some(counts) = self.amounts.get_mut(bins.amount()) {
            counts.note(labelled.is_fraud);
        }
        if let Some(counts) = self.deviations.get_mut(bins.deviation()) {
            counts.note(labelled.is_fraud);
        }
    }

    /// Adds what another partition's labels say.
    pub fn add(&mut self, other: &Self) {
        self.total.add(other.total);
        let amounts = self.amounts.iter_mut().zip(other.amounts.iter());
        let deviations = self.deviations.iter_mut().zip(other.deviations.iter());
        amounts.chain(deviations).for_each(|(counts, others)| counts.add(*others));
    }

    /// The probabilities of fraud by a payment's amount and by its deviation: (F + 2 base) / (N + 2).
    pub(super) fn probabilities(&self, bins: Bins) -> (f64, f64) {
        let base = f64::from(self.total.frauds) / f64::from(self.total.all.max(1));
        let probability = |counts: Option<&Counts>| {
            let counts = counts.copied().unwrap_or_default();
            (f64::from(counts.frauds) + ADVANCE * base) / (f64::from(counts.all) + ADVANCE)
        };
        let amount = probability(self.amounts.get(bins.amount()));
        (amount, probability(self.deviations.get(bins.deviation())))
    }

    /// All labelled payments that counted.
    pub const fn total(&self) -> Counts {
        self.total
    }

    /// The bins that have any, for storing: amounts first, then deviations, each by its number.
    pub fn to_sparse(&self) -> Vec<(u16, Counts)> {
        let all = self.amounts.iter().chain(self.deviations.iter());
        let numbered = (0_u16..).zip(all).filter(|(_, counts)| counts.all > 0);
        numbered.map(|(number, counts)| (number, *counts)).collect()
    }

    /// Reads what [`Calibration::to_sparse`] made; bins that there are not are left out.
    pub fn from_sparse(sparse: &[(u16, Counts)]) -> Self {
        let mut calibration = Self::default();
        for (number, counts) in sparse {
            let number = usize::from(*number);
            if let Some(place) = calibration.amounts.get_mut(number) {
                *place = *counts;
                calibration.total.add(*counts);
            } else if let Some(place) = calibration.deviations.get_mut(number - AMOUNTS) {
                *place = *counts;
            }
        }
        calibration
    }
}

impl CalibratorProfile {
    /// Takes a label, and the payment that it counts for, if it does.
    pub(crate) fn take(&mut self, labelled: Option<Labelled>) {
        self.labels += 1;
        if let Some(labelled) = labelled {
            self.calibration.note(labelled);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(amount: f64, is_fraud: bool) -> Labelled {
        Labelled { bins: Bins::new(amount, Some(0.0)), is_fraud }
    }

    #[test]
    fn a_bin_has_its_own_rate_and_two_payments_of_the_overall_one() {
        let mut calibration = Calibration::default();
        (0..8).for_each(|_| calibration.note(labelled(10.0, false)));
        (0..2).for_each(|_| calibration.note(labelled(500.0, true)));
        // Two of ten: the base is .2. Of 500 two of two: (2 + .4) / (2 + 2).
        let (amount, deviation) = calibration.probabilities(Bins::new(500.0, Some(0.0)));
        assert!((amount - 0.6).abs() < 1e-12);
        assert!((deviation - (2.0 + 0.4) / 12.0).abs() < 1e-12);
        let (unknown, _) = calibration.probabilities(Bins::new(9_000.0, Some(0.0)));
        assert!((unknown - 0.2).abs() < 1e-12);
    }

    #[test]
    fn without_labels_nothing_is_probable() {
        assert_eq!(Calibration::default().probabilities(Bins::new(500.0, None)), (0.0, 0.0));
    }

    #[test]
    fn the_sum_over_partitions_is_that_of_all_labels_and_is_stored_whole() {
        let (mut one, mut other, mut all) = Default::default();
        for number in 0..100_u32 {
            let label = labelled(f64::from(number * 7), number % 9 == 0);
            Calibration::note(if number % 2 == 0 { &mut one } else { &mut other }, label);
            Calibration::note(&mut all, label);
        }
        one.add(&other);
        assert_eq!(one, all);
        assert_eq!(Calibration::from_sparse(&all.to_sparse()), all);
        assert_eq!(
            Calibration::from_sparse(&[(60_000, Counts { frauds: 1, all: 1 })]).total().all,
            0
        );
    }
}
