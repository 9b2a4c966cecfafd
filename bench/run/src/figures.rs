//! Numbers, and the reason where there is none.

use serde::Serialize;

/// A measured number, or why it was not measured: nothing is left out without a word.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figure {
    /// What was measured.
    Number(f64),
    /// Why not.
    NotMeasured {
        /// The reason.
        not_measured: String,
    },
}

impl Figure {
    /// A number that was not measured, for this reason.
    pub fn missing(reason: impl Into<String>) -> Self {
        Self::NotMeasured { not_measured: reason.into() }
    }

    /// The number, or the reason for its absence.
    pub fn of(number: Option<f64>, reason: &str) -> Self {
        number.map_or_else(|| Self::missing(reason), Self::Number)
    }

    /// The number, if there is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::NotMeasured { .. } => None,
        }
    }
}

/// Numbers of one kind from all rounds.
#[derive(Clone, Debug, Default)]
pub struct Series(Vec<f64>);

impl Series {
    /// Adds a number.
    pub fn push(&mut self, number: f64) {
        self.0.push(number);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one in the middle.
    pub fn median(&self) -> Option<f64> {
        self.percentile(50.0)
    }

    /// The largest.
    pub fn max(&self) -> Option<f64> {
        self.percentile(100.0)
    }

    /// The smallest number that so many percent are at or below (the nearest rank).
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "ranks among some thousand numbers"
    )]
    pub fn percentile(&self, percent: f64) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied()
    }
}

impl FromIterator<f64> for Series {
    fn from_iter<T: IntoIterator<Item = f64>>(numbers: T) -> Self {
        Self(numbers.into_iter().collect())
    }
}

impl Extend<f64> for Series {
    fn extend<T: IntoIterator<Item = f64>>(&mut self, numbers: T) {
        self.0.extend(numbers);
    }
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2⁵³")]
pub fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let series: Series = (1..=200).rev().map(float).collect();
        assert_eq!(series.median(), Some(100.0));
        assert_eq!(series.percentile(99.0), Some(198.0));
        assert_eq!(series.max(), Some(200.0));
        assert_eq!(Series::default().median(), None);
        assert_eq!(Series::from_iter([3.0]).percentile(99.0), Some(3.0));
    }
}
