//! One metric's data, summed up by period.

use std::collections::BTreeMap;

use awsim_core::AwsError;
use serde_json::Value;

use super::datum::{MetricDatum, StatisticSet};
use super::limits::invalid;

/// Which data to sum up, and how finely.
pub(crate) struct Selection {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) dimensions: BTreeMap<String, String>,
    pub(crate) unit: Option<String>,
    /// The first millisecond.
    pub(crate) from_ms: i64,
    /// The first millisecond that does not belong any more.
    pub(crate) until_ms: i64,
    pub(crate) period_ms: i64,
}

impl Selection {
    /// Statistics by the start of their period, in milliseconds.
    pub(crate) fn periods(&self, metrics: &[MetricDatum]) -> BTreeMap<i64, StatisticSet> {
        let mut periods: BTreeMap<i64, StatisticSet> = BTreeMap::new();
        for datum in metrics.iter().filter(|datum| self.covers(datum)) {
            let start = datum.timestamp_ms.div_euclid(self.period_ms) * self.period_ms;
            periods
                .entry(start)
                .and_modify(|statistics| *statistics = statistics.merged(datum.statistics))
                .or_insert(datum.statistics);
        }
        periods
    }

    /// A metric is its namespace, its name and exactly its dimensions.
    fn covers(&self, datum: &MetricDatum) -> bool {
        let is_metric = datum.namespace == self.namespace
            && datum.name == self.name
            && datum.dimensions == self.dimensions;
        let is_unit = self.unit.is_none() || datum.unit == self.unit;
        is_metric && is_unit && (self.from_ms..self.until_ms).contains(&datum.timestamp_ms)
    }
}

/// One statistic of a period, by CloudWatch's name for it.
pub(crate) fn statistic(statistics: &StatisticSet, name: &str) -> Result<f64, AwsError> {
    match name {
        "SampleCount" => Ok(statistics.sample_count),
        "Sum" => Ok(statistics.sum),
        "Average" => Ok(statistics.sum / statistics.sample_count),
        "Minimum" => Ok(statistics.minimum),
        "Maximum" => Ok(statistics.maximum),
        _ => Err(invalid("Stat", "only the five simple statistics are computed here")),
    }
}

/// Reads `Dimensions` as they stand in every request.
pub(crate) fn dimensions(list: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = list.as_array().into_iter().flatten();
    list.map(|dimension| (text(&dimension["Name"]), text(&dimension["Value"]))).collect()
}

/// Reads a period in seconds.
pub(crate) fn period_ms(period: &Value) -> Result<i64, AwsError> {
    let seconds = period.as_i64().filter(|seconds| (1..=86_400).contains(seconds));
    seconds.map(|seconds| seconds * 1_000).ok_or_else(|| invalid("Period", "it must be 1 to 86400"))
}

/// Reads a point in time in seconds.
pub(crate) fn time_ms(time: &Value, parameter: &str) -> Result<i64, AwsError> {
    let seconds = time.as_f64().ok_or_else(|| invalid(parameter, "it must be a time"))?;
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 becomes its limit")]
    let milliseconds = (seconds * 1_000.0).round() as i64;
    Ok(milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datum(timestamp_ms: i64, value: f64, detector: &str) -> MetricDatum {
        MetricDatum {
            namespace: "N".into(),
            name: "Alerts".into(),
            dimensions: [("Detector".to_owned(), detector.to_owned())].into(),
            timestamp_ms,
            unit: None,
            storage_resolution: 60,
            values: vec![(value, 1.0)],
            statistics: StatisticSet::of(&[(value, 1.0)]).unwrap(),
        }
    }

    #[test]
    fn a_period_sums_up_its_own_data_with_these_dimensions_only() {
        let selection = Selection {
            namespace: "N".into(),
            name: "Alerts".into(),
            dimensions: [("Detector".to_owned(), "a".to_owned())].into(),
            unit: None,
            from_ms: 60_000,
            until_ms: 180_000,
            period_ms: 60_000,
        };
        let metrics = [
            datum(59_999, 100.0, "a"),
            datum(60_000, 1.0, "a"),
            datum(61_000, 50.0, "b"),
            datum(119_999, 3.0, "a"),
            datum(120_000, 7.0, "a"),
            datum(180_000, 100.0, "a"),
        ];

        let periods = selection.periods(&metrics);

        assert_eq!(periods.keys().copied().collect::<Vec<_>>(), [60_000, 120_000]);
        let expected = StatisticSet { sample_count: 2.0, sum: 4.0, minimum: 1.0, maximum: 3.0 };
        assert_eq!(periods[&60_000], expected);
        assert!((statistic(&expected, "Average").unwrap() - 2.0).abs() < 1e-12);
        assert!(statistic(&expected, "p99").is_err());
    }
}
