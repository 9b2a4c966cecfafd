//! What `CloudWatch` is told of an invocation.

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};
use millrace_lambda::RecordAges;
use millrace_shared::alerts::Severity;
use millrace_shared::commit::Tally;
use millrace_shared::time::EventTime;

/// Metrics that one `PutMetricData` takes.
pub(crate) const LIMIT: usize = 1_000;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// `CloudWatch` takes times from two weeks ago to two hours ahead; this is an hour and five minutes
/// less of it, for clocks that differ and requests that wait.
const PAST_MS: i64 = 14 * 24 * HOUR_MS - HOUR_MS;
const AHEAD_MS: i64 = 2 * HOUR_MS - 5 * MINUTE_MS;

/// What is published of one invocation.
pub fn data(tally: &Tally, ages: &RecordAges, function: &str, now_millis: u64) -> Vec<MetricDatum> {
    let of_function = [("Function", function)];
    let mut data = vec![
        counted(
            "RecordsProcessedSuccess",
            &of_function,
            tally.records - tally.failed.min(tally.records),
        ),
        counted("RecordsProcessedFailure", &of_function, tally.failed),
        counted("DeadRecords", &of_function, tally.dead_records()),
        counted("Tombstones", &of_function, tally.tombstones),
        counted("Duplicates", &of_function, tally.duplicates),
        counted("SuspiciousDuplicates", &of_function, tally.suspicious),
        counted("StateConflicts", &of_function, tally.conflicts),
        counted("HighSeverityAlerts", &of_function, tally.alerts_from(Severity::High)),
    ];
    let (values, counts) = ages.values_and_counts();
    if !values.is_empty() {
        let age = datum("RecordAge", &of_function, StandardUnit::Milliseconds);
        data.push(age.set_values(Some(values)).set_counts(Some(counts)).build());
    }
    for ((detector, severity), count) in &tally.alerts {
        let dimensions = [("Detector", detector.as_str()), ("Severity", severity.name())];
        data.push(counted("Alerts", &dimensions, *count));
    }
    for ((detector, severity), count) in &tally.shadow {
        let dimensions = [("Detector", detector.as_str()), ("Severity", severity.name())];
        data.push(counted("ShadowAlerts", &dimensions, *count));
    }
    for (note, count) in &tally.notes {
        data.push(counted(note.metric(), &[note.dimension()], *count));
    }
    for ((topic, partition), users) in &tally.active_users {
        let partition = partition.to_string();
        let dimensions = [("Topic", topic.as_str()), ("Partition", partition.as_str())];
        data.push(counted("ActiveUsers", &dimensions, *users));
    }
    data.truncate(LIMIT);

    // The newest minutes first, should there be more than one request takes.
    let now = i64::try_from(now_millis).unwrap_or(i64::MAX);
    let minutes = tally.transactions.iter().rev().filter(|(minute, _)| is_taken(**minute, now));
    for (minute, count) in minutes.take(LIMIT - data.len()) {
        let datum = datum("TransactionsPerMinute", &of_function, StandardUnit::Count);
        let time = DateTime::from_millis(minute.as_millis());
        data.push(datum.timestamp(time).value(number(*count)).build());
    }
    data
}

/// Whether `CloudWatch` takes a datum of this time.
fn is_taken(time: EventTime, now_millis: i64) -> bool {
    let age = now_millis.saturating_sub(time.as_millis());
    (-AHEAD_MS..=PAST_MS).contains(&age)
}

fn counted(name: &str, dimensions: &[(&str, &str)], count: u64) -> MetricDatum {
    datum(name, dimensions, StandardUnit::Count).value(number(count)).build()
}

fn datum(
    name: &str,
    dimensions: &[(&str, &str)],
    unit: StandardUnit,
) -> aws_sdk_cloudwatch::types::builders::MetricDatumBuilder {
    let dimensions = dimensions
        .iter()
        .map(|(name, value)| Dimension::builder().name(*name).value(*value).build())
        .collect();
    MetricDatum::builder().metric_name(name).set_dimensions(Some(dimensions)).unit(unit)
}

#[expect(clippy::cast_precision_loss, reason = "counts of one invocation")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use millrace_shared::detectors::Note;
    use millrace_shared::kafka::Partition;

    use super::*;

    const NOW: u64 = 1_767_600_000_000;

    fn shown(datum: &MetricDatum) -> String {
        let dimensions = datum.dimensions().iter().map(|one| one.value().unwrap());
        let dimensions: Vec<&str> = dimensions.collect();
        let name = datum.metric_name().unwrap();
        format!("{name}[{}]={}", dimensions.join(","), datum.value().unwrap_or(f64::NAN))
    }

    #[test]
    fn every_count_is_published_under_its_name_and_zeros_too() {
        let mut tally = Tally { records: 10, applied: 4, duplicates: 1, ..Tally::default() };
        tally.tombstones = 1;
        tally.dead = [("not_json", 1), ("unknown_topic", 1)].into_iter().collect();
        tally.failed = 2;
        tally.alerts.insert(("high_value".into(), Severity::High), 2);
        tally.alerts.insert(("battery_low".into(), Severity::Low), 3);
        tally.shadow.insert(("long_session".into(), Severity::High), 4);
        tally.notes.insert(Note::AlertMerged("battery_low"), 5);
        tally.active_users.insert(("clicks".into(), Partition(2)), 17);
        let data = data(&tally, &RecordAges::default(), "analytics", NOW);
        let shown: Vec<String> = data.iter().map(shown).collect();
        assert_eq!(
            shown,
            [
                "RecordsProcessedSuccess[analytics]=8",
                "RecordsProcessedFailure[analytics]=2",
                "DeadRecords[analytics]=2",
                "Tombstones[analytics]=1",
                "Duplicates[analytics]=1",
                "SuspiciousDuplicates[analytics]=0",
                "StateConflicts[analytics]=0",
                "HighSeverityAlerts[analytics]=2",
                "Alerts[battery_low,LOW]=3",
                "Alerts[high_value,HIGH]=2",
                "ShadowAlerts[long_session,HIGH]=4",
                "AlertsMerged[battery_low]=5",
                "ActiveUsers[clicks,2]=17",
            ]
        );
    }

    #[test]
    fn only_minutes_that_cloudwatch_takes_are_published_at_their_own_time() {
        let now = 1_767_600_000_000_i64;
        let minutes = [-14 * 24 * 60, -14 * 24 * 60 + 61, -1, 0, 114, 116, 120, 60 * 24];
        let mut tally = Tally::default();
        for (place, minute) in (1..).zip(minutes) {
            tally.transactions.insert(EventTime::from_millis(now + minute * MINUTE_MS), place);
        }
        let data = data(&tally, &RecordAges::default(), "analytics", NOW);
        let published: Vec<(i64, f64)> = data
            .iter()
            .filter(|datum| datum.metric_name() == Some("TransactionsPerMinute"))
            .map(|datum| {
                let time = datum.timestamp().unwrap().to_millis().unwrap();
                ((time - now) / MINUTE_MS, datum.value().unwrap())
            })
            .collect();
        assert_eq!(published, [(114, 5.0), (0, 4.0), (-1, 3.0), (-14 * 24 * 60 + 61, 2.0)]);
    }

    #[test]
    fn no_request_holds_more_metrics_than_cloudwatch_takes() {
        let mut tally = Tally::default();
        for minute in 0..2_000 {
            let time = EventTime::from_millis(1_767_600_000_000 - minute * MINUTE_MS);
            tally.transactions.insert(time, 1);
        }
        assert_eq!(data(&tally, &RecordAges::default(), "analytics", NOW).len(), LIMIT);
        for partition in 0..3_000 {
            tally.active_users.insert(("clicks".into(), Partition(partition)), 1);
        }
        assert_eq!(data(&tally, &RecordAges::default(), "analytics", NOW).len(), LIMIT);
    }
}
