//! What `PutMetricData` takes and what it refuses.

use std::collections::BTreeMap;

use awsim_core::AwsError;
use serde_json::Value;

use super::datum::{MetricDatum, StatisticSet};

const MOST_METRICS: usize = 1_000;
const MOST_VALUES: usize = 150;
const MOST_DIMENSIONS: usize = 30;
const TWO_WEEKS_MS: i64 = 14 * 24 * 60 * 60 * 1_000;
const TWO_HOURS_MS: i64 = 2 * 60 * 60 * 1_000;

/// The documentation says 1 MB and not whether before compression: the stricter reading.
const LARGEST_REQUEST: usize = 1_000_000;

/// 2 to the power of 360: no value may be further from zero.
const LARGEST_VALUE: f64 = 2.348_542_582_773_833_2e108;

const UNITS: [&str; 27] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];

/// Refuses a request that is too large, whatever it holds.
pub(crate) fn check_size(bytes: usize) -> Result<(), AwsError> {
    if bytes <= LARGEST_REQUEST {
        return Ok(());
    }
    let mut error = AwsError::bad_request("RequestEntityTooLarge", "Request size limit exceeded");
    error.status = http::StatusCode::PAYLOAD_TOO_LARGE;
    Err(error)
}

/// Reads a whole request; one wrong datum refuses all.
pub(crate) fn accept(input: &Value, now_ms: i64) -> Result<Vec<MetricDatum>, AwsError> {
    let namespace = text(&input["Namespace"], "Namespace", 255)?;
    if namespace.starts_with(':') || namespace.starts_with("AWS/") {
        return Err(invalid("Namespace", "it must not start with a colon or with AWS/"));
    }
    let Some(data) = input["MetricData"].as_array().filter(|data| !data.is_empty()) else {
        let message = "The parameter MetricData is required.";
        return Err(AwsError::bad_request("MissingParameter", message));
    };
    if data.len() > MOST_METRICS {
        let reason = "the collection must not have a size greater than 1000";
        return Err(invalid("MetricData", reason));
    }
    let accepted = data.iter().enumerate().map(|(index, datum)| {
        let place = format!("MetricData.member.{}", index + 1);
        accept_datum(&namespace, datum, &place, now_ms)
    });
    accepted.collect()
}

fn accept_datum(
    namespace: &str,
    datum: &Value,
    place: &str,
    now_ms: i64,
) -> Result<MetricDatum, AwsError> {
    let (values, statistics) = accept_values(datum, place)?;
    Ok(MetricDatum {
        namespace: namespace.to_owned(),
        name: text(&datum["MetricName"], &format!("{place}.MetricName"), 255)?,
        dimensions: accept_dimensions(&datum["Dimensions"], place)?,
        timestamp_ms: accept_timestamp(&datum["Timestamp"], place, now_ms)?,
        unit: accept_unit(&datum["Unit"], place)?,
        storage_resolution: match &datum["StorageResolution"] {
            Value::Null => 60,
            resolution => match resolution.as_u64() {
                Some(1) => 1,
                Some(60) => 60,
                _ => {
                    let parameter = format!("{place}.StorageResolution");
                    return Err(invalid(&parameter, "it must be 1 or 60"));
                }
            },
        },
        values,
        statistics,
    })
}

type Values = (Vec<(f64, f64)>, StatisticSet);

/// Exactly one of a value, a statistic set, and values with counts.
fn accept_values(datum: &Value, place: &str) -> Result<Values, AwsError> {
    let forms = ["Value", "StatisticValues", "Values"];
    let given: Vec<&str> = forms.into_iter().filter(|form| datum.get(*form).is_some()).collect();
    match given.as_slice() {
        ["Value"] => {
            let value = number(&datum["Value"], &format!("{place}.Value"))?;
            single_values(vec![(value, 1.0)], place)
        }
        ["Values"] => single_values(values_and_counts(datum, place)?, place),
        ["StatisticValues"] => Ok((Vec::new(), statistic_set(&datum["StatisticValues"], place)?)),
        [] => {
            let message = format!("One of {place}.Value, StatisticValues and Values is required.");
            Err(AwsError::bad_request("MissingParameter", message))
        }
        several => {
            let message = format!(
                "The parameters {} of {place} are mutually exclusive and you have specified \
                 several.",
                several.join(", ")
            );
            Err(AwsError::bad_request("InvalidParameterCombination", message))
        }
    }
}

fn single_values(values: Vec<(f64, f64)>, place: &str) -> Result<Values, AwsError> {
    let statistics = StatisticSet::of(&values);
    let statistics =
        statistics.ok_or_else(|| invalid(&format!("{place}.Values"), "it is empty"))?;
    Ok((values, statistics))
}

fn values_and_counts(datum: &Value, place: &str) -> Result<Vec<(f64, f64)>, AwsError> {
    let parameter = format!("{place}.Values");
    let values = numbers(&datum["Values"], &parameter)?;
    if values.len() > MOST_VALUES {
        return Err(invalid(&parameter, "it must not have more than 150 members"));
    }
    if datum["Counts"].is_null() {
        return Ok(values.into_iter().map(|value| (value, 1.0)).collect());
    }
    let parameter = format!("{place}.Counts");
    let counts = numbers(&datum["Counts"], &parameter)?;
    if counts.len() != values.len() {
        return Err(invalid(&parameter, "it must have as many members as Values"));
    }
    if counts.iter().any(|count| *count <= 0.0) {
        return Err(invalid(&parameter, "a count must be above zero"));
    }
    Ok(values.into_iter().zip(counts).collect())
}

fn statistic_set(set: &Value, place: &str) -> Result<StatisticSet, AwsError> {
    let member = |name: &str| number(&set[name], &format!("{place}.StatisticValues.{name}"));
    let statistics = StatisticSet {
        sample_count: member("SampleCount")?,
        sum: member("Sum")?,
        minimum: member("Minimum")?,
        maximum: member("Maximum")?,
    };
    if statistics.minimum > statistics.maximum {
        let parameter = format!("{place}.StatisticValues");
        return Err(invalid(&parameter, "Maximum must not be below Minimum"));
    }
    Ok(statistics)
}

fn accept_dimensions(
    dimensions: &Value,
    place: &str,
) -> Result<BTreeMap<String, String>, AwsError> {
    let dimensions = dimensions.as_array().map(Vec::as_slice).unwrap_or_default();
    let parameter = format!("{place}.Dimensions");
    if dimensions.len() > MOST_DIMENSIONS {
        return Err(invalid(&parameter, "it must not have more than 30 members"));
    }
    let mut accepted = BTreeMap::new();
    for dimension in dimensions {
        let name = text(&dimension["Name"], &format!("{parameter}.Name"), 255)?;
        let value = text(&dimension["Value"], &format!("{parameter}.Value"), 1024)?;
        if name.starts_with(':') {
            return Err(invalid(&parameter, "a name must not start with a colon"));
        }
        if accepted.insert(name, value).is_some() {
            return Err(invalid(&parameter, "a name must not occur twice"));
        }
    }
    Ok(accepted)
}

fn accept_timestamp(timestamp: &Value, place: &str, now_ms: i64) -> Result<i64, AwsError> {
    if timestamp.is_null() {
        return Ok(now_ms);
    }
    let parameter = format!("{place}.Timestamp");
    let seconds = number(timestamp, &parameter)?;
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 becomes its limit")]
    let milliseconds = (seconds * 1_000.0).round() as i64;
    if milliseconds < now_ms - TWO_WEEKS_MS {
        return Err(invalid(&parameter, "it must specify a time within the past two weeks"));
    }
    if milliseconds > now_ms + TWO_HOURS_MS {
        return Err(invalid(
            &parameter,
            "it must specify a time no more than two hours in the future",
        ));
    }
    Ok(milliseconds)
}

fn accept_unit(unit: &Value, place: &str) -> Result<Option<String>, AwsError> {
    match unit.as_str() {
        None => Ok(None),
        Some(unit) if UNITS.contains(&unit) => Ok(Some(unit.to_owned())),
        Some(_) => Err(invalid(&format!("{place}.Unit"), "it is no unit of CloudWatch's")),
    }
}

fn text(value: &Value, parameter: &str, most_bytes: usize) -> Result<String, AwsError> {
    let text = value.as_str().unwrap_or_default();
    if text.trim().is_empty() {
        let message = format!("The parameter {parameter} is required.");
        return Err(AwsError::bad_request("MissingParameter", message));
    }
    if text.len() > most_bytes || !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Err(invalid(parameter, "it must be printable ASCII and not too long"));
    }
    Ok(text.to_owned())
}

fn numbers(list: &Value, parameter: &str) -> Result<Vec<f64>, AwsError> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|value| number(value, parameter)).collect()
}

fn number(value: &Value, parameter: &str) -> Result<f64, AwsError> {
    match value.as_f64() {
        Some(number) if number.abs() <= LARGEST_VALUE => Ok(number),
        _ => Err(invalid(parameter, "it must be a number from -2^360 to 2^360")),
    }
}

pub(crate) fn invalid(parameter: &str, reason: &str) -> AwsError {
    let message = format!("The parameter {parameter} is invalid: {reason}.");
    AwsError::bad_request("InvalidParameterValue", message)
}
