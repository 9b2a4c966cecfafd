//! The three operations that read metrics back.

use std::collections::BTreeSet;

use awsim_core::AwsError;
use serde_json::{Value, json};

use super::datum::MetricDatum;
use super::limits::invalid;
use super::periods::{Selection, dimensions, period_ms, statistic, time_ms};

/// `GetMetricData`, without expressions and pages.
pub(crate) fn metric_data(metrics: &[MetricDatum], input: &Value) -> Result<Value, AwsError> {
    let from_ms = time_ms(&input["StartTime"], "StartTime")?;
    let until_ms = time_ms(&input["EndTime"], "EndTime")?;
    let mut results = Vec::new();
    for query in input["MetricDataQueries"].as_array().into_iter().flatten() {
        let wanted = &query["MetricStat"];
        if !wanted.is_object() {
            return Err(invalid("MetricDataQueries", "expressions are not evaluated here"));
        }
        if query["ReturnData"] == false {
            continue;
        }
        let metric = &wanted["Metric"];
        let selection = selection(metric, wanted, from_ms, until_ms)?;
        let name = wanted["Stat"].as_str().unwrap_or_default();
        let mut timestamps = Vec::new();
        let mut values = Vec::new();
        for (start, statistics) in selection.periods(metrics) {
            timestamps.push(start / 1_000);
            values.push(statistic(&statistics, name)?);
        }
        if input["ScanBy"] != "TimestampAscending" {
            timestamps.reverse();
            values.reverse();
        }
        results.push(json!({
            "Id": query["Id"],
            "Label": query["Label"].as_str().or(metric["MetricName"].as_str()),
            "Timestamps": timestamps,
            "Values": values,
            "StatusCode": "Complete",
        }));
    }
    Ok(json!({ "MetricDataResults": results, "Messages": [] }))
}

/// `GetMetricStatistics`, without percentiles.
pub(crate) fn metric_statistics(metrics: &[MetricDatum], input: &Value) -> Result<Value, AwsError> {
    let from_ms = time_ms(&input["StartTime"], "StartTime")?;
    let until_ms = time_ms(&input["EndTime"], "EndTime")?;
    let selection = selection(input, input, from_ms, until_ms)?;
    let mut datapoints = Vec::new();
    for (start, statistics) in selection.periods(metrics) {
        let mut datapoint = json!({ "Timestamp": start / 1_000 });
        if let Some(unit) = &selection.unit {
            datapoint["Unit"] = unit.as_str().into();
        }
        for name in input["Statistics"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap_or_default();
            datapoint[name] = statistic(&statistics, name)?.into();
        }
        datapoints.push(datapoint);
    }
    Ok(json!({ "Label": selection.name, "Datapoints": datapoints }))
}

/// `ListMetrics`, on one page.
pub(crate) fn list_metrics(metrics: &[MetricDatum], input: &Value) -> Value {
    let fits = |filter: &Value, value: &str| filter.as_str().is_none_or(|filter| filter == value);
    let mut listed = BTreeSet::new();
    for datum in metrics {
        let filters = input["Dimensions"].as_array().into_iter().flatten();
        let has_dimensions = filters.into_iter().all(|filter| {
            let name = filter["Name"].as_str().unwrap_or_default();
            datum.dimensions.get(name).is_some_and(|value| fits(&filter["Value"], value))
        });
        if has_dimensions
            && fits(&input["Namespace"], &datum.namespace)
            && fits(&input["MetricName"], &datum.name)
        {
            listed.insert((&datum.namespace, &datum.name, &datum.dimensions));
        }
    }
    let listed = listed.into_iter().map(|(namespace, name, dimensions)| {
        let pairs = dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value }));
        let pairs: Vec<Value> = pairs.collect();
        json!({ "Namespace": namespace, "MetricName": name, "Dimensions": pairs })
    });
    json!({ "Metrics": listed.collect::<Vec<_>>() })
}

fn selection(
    metric: &Value,
    wanted: &Value,
    from_ms: i64,
    until_ms: i64,
) -> Result<Selection, AwsError> {
    Ok(Selection {
        namespace: metric["Namespace"].as_str().unwrap_or_default().to_owned(),
        name: metric["MetricName"].as_str().unwrap_or_default().to_owned(),
        dimensions: dimensions(&metric["Dimensions"]),
        unit: wanted["Unit"].as_str().map(str::to_owned),
        from_ms,
        until_ms,
        period_ms: period_ms(&wanted["Period"])?,
    })
}
