//! What a function's metrics amount to.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Metric, Statistic};

use super::Aws;
use crate::error::Error;

/// A metric's name, and its dimensions by name.
type Series = (String, BTreeMap<String, String>);

/// The sum of each series.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Metrics(BTreeMap<Series, f64>);

impl Metrics {
    /// Everything so far in a namespace.
    pub(super) async fn read(aws: &Aws, namespace: &str) -> Result<Self, Error> {
        let mut sums = BTreeMap::new();
        if let Some(endpoints) = &aws.embedded {
            for datum in endpoints.metrics() {
                if datum.namespace == namespace {
                    *sums.entry((datum.name, datum.dimensions)).or_default() +=
                        datum.statistics.sum;
                }
            }
            return Ok(Self(sums));
        }
        let mut pages = aws.cloudwatch.list_metrics().namespace(namespace).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| aws.error("ListMetrics", namespace, &error))?;
            for metric in page.metrics.unwrap_or_default() {
                let sum = sum(aws, namespace, &metric).await?;
                sums.insert(series(metric), sum);
            }
        }
        Ok(Self(sums))
    }

    /// What has been added since.
    #[must_use]
    pub(super) fn since(mut self, before: &Self) -> Self {
        for (series, sum) in &mut self.0 {
            *sum -= before.0.get(series).copied().unwrap_or_default();
        }
        self.0.retain(|_, sum| *sum != 0.0);
        self
    }

    /// The sum of a metric over all series of a function.
    pub(crate) fn count(&self, function: &str, name: &str) -> u64 {
        let is_of = |dimensions: &BTreeMap<String, String>| {
            dimensions.get("Function").is_some_and(|other| other == function)
        };
        let named = self.0.iter().filter(|((other, of), _)| other == name && is_of(of));
        whole(named.map(|(_, sum)| sum).sum())
    }

    /// Everything, in the order of the names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &BTreeMap<String, String>, f64)> {
        self.0.iter().map(|((name, dimensions), sum)| (name.as_str(), dimensions, *sum))
    }
}

fn series(metric: Metric) -> Series {
    let mut dimensions = BTreeMap::new();
    for dimension in metric.dimensions.unwrap_or_default() {
        let name = dimension.name.unwrap_or_default();
        dimensions.insert(name, dimension.value.unwrap_or_default());
    }
    (metric.metric_name.unwrap_or_default(), dimensions)
}

async fn sum(aws: &Aws, namespace: &str, metric: &Metric) -> Result<f64, Error> {
    const DAY: Duration = Duration::from_hours(24);
    let name = metric.metric_name.as_deref().unwrap_or_default();
    let now = SystemTime::now();
    let answer = aws
        .cloudwatch
        .get_metric_statistics()
        .namespace(namespace)
        .metric_name(name)
        .set_dimensions(metric.dimensions.clone())
        .start_time(DateTime::from(now - DAY))
        .end_time(DateTime::from(now + DAY))
        .period(3_600)
        .statistics(Statistic::Sum)
        .send()
        .await
        .map_err(|error| aws.error("GetMetricStatistics", name, &error))?;
    let points = answer.datapoints.unwrap_or_default();
    Ok(points.iter().filter_map(|point| point.sum).sum())
}

/// A sum of counts is whole and far below 2⁵³.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
fn whole(sum: f64) -> u64 {
    sum.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(sums: &[(&str, &str, f64)]) -> Metrics {
        let entry = |(name, function, sum): &(&str, &str, f64)| {
            let dimensions = [("Function".to_owned(), (*function).to_owned())].into();
            (((*name).to_owned(), dimensions), *sum)
        };
        Metrics(sums.iter().map(entry).collect())
    }

    #[test]
    fn a_count_is_that_of_one_function() {
        let metrics = metrics(&[
            ("Duplicates", "analytics", 3.0),
            ("Duplicates", "relay", 4.0),
            ("Tombstones", "analytics", 9.0),
        ]);
        assert_eq!(metrics.count("analytics", "Duplicates"), 3);
        assert_eq!(metrics.count("relay", "Duplicates"), 4);
        assert_eq!(metrics.count("relay", "Tombstones"), 0);
    }

    #[test]
    fn what_came_since_is_the_difference_and_leaves_out_what_did_not_change() {
        let before = metrics(&[("Tombstones", "a", 2.0), ("Duplicates", "a", 5.0)]);
        let now = metrics(&[("Tombstones", "a", 2.0), ("Duplicates", "a", 9.0), ("New", "a", 1.0)]);
        assert_eq!(now.since(&before), metrics(&[("Duplicates", "a", 4.0), ("New", "a", 1.0)]));
    }
}
