//! A metric datum as CloudWatch keeps it.

use std::collections::BTreeMap;

/// A datum of one metric, with everything its publisher said about it.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricDatum {
    /// The namespace.
    pub namespace: String,
    /// The metric's name.
    pub name: String,
    /// Dimensions by name.
    pub dimensions: BTreeMap<String, String>,
    /// Milliseconds since 1970; the time of arrival if the publisher gave none.
    pub timestamp_ms: i64,
    /// The unit, `None` if the publisher gave none.
    pub unit: Option<String>,
    /// Seconds: 60, or 1 for a high-resolution metric.
    pub storage_resolution: u32,
    /// Single values with the number of times each occurred; empty if a statistic set was given.
    pub values: Vec<(f64, f64)>,
    /// What the values amount to, given or computed from them.
    pub statistics: StatisticSet,
}

/// Values summed up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StatisticSet {
    /// How many values.
    pub sample_count: f64,
    /// Their sum.
    pub sum: f64,
    /// The smallest.
    pub minimum: f64,
    /// The largest.
    pub maximum: f64,
}

impl StatisticSet {
    /// Sums up values with their counts; `None` if there are none.
    pub(crate) fn of(values: &[(f64, f64)]) -> Option<Self> {
        values.iter().map(|&(value, count)| Self::of_one(value, count)).reduce(Self::merged)
    }

    /// Both taken together.
    pub(crate) fn merged(self, other: Self) -> Self {
        Self {
            sample_count: self.sample_count + other.sample_count,
            sum: self.sum + other.sum,
            minimum: self.minimum.min(other.minimum),
            maximum: self.maximum.max(other.maximum),
        }
    }

    fn of_one(value: f64, count: f64) -> Self {
        Self { sample_count: count, sum: value * count, minimum: value, maximum: value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_weigh_in() {
        let statistics = StatisticSet::of(&[(10.0, 3.0), (2.0, 1.0)]).unwrap();

        let expected = StatisticSet { sample_count: 4.0, sum: 32.0, minimum: 2.0, maximum: 10.0 };
        assert_eq!(statistics, expected);
        assert_eq!(StatisticSet::of(&[]), None);
    }
}
