//! What `CloudWatch` is told of an invocation.

use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};
use millrace_lambda::RecordAges;

use crate::tally::Tally;

/// What is published of one invocation.
pub(crate) fn data(tally: &Tally, ages: &RecordAges, function: &str) -> Vec<MetricDatum> {
    let count = StandardUnit::Count;
    let sent = &tally.sent;
    let counts = [
        ("RecordsProcessedSuccess", tally.records - tally.failed.min(tally.records), &count),
        ("RecordsProcessedFailure", tally.failed, &count),
        ("DeadRecords", tally.dead.values().sum(), &count),
        ("Tombstones", tally.tombstones, &count),
        ("Oversize", tally.oversize, &count),
        ("Entries", sent.entries, &count),
        ("Objects", sent.objects, &count),
        ("Requests", sent.requests, &count),
        ("Retries", sent.retries, &count),
        ("BytesSent", sent.bytes, &StandardUnit::Bytes),
        ("BytesBilled", sent.billed_bytes, &StandardUnit::Bytes),
        ("ObjectBytes", sent.object_bytes, &StandardUnit::Bytes),
    ];
    let counted = counts.into_iter().map(|(name, value, unit)| {
        #[expect(clippy::cast_precision_loss, reason = "counts of one invocation")]
        datum(name, function, unit).value(value as f64).build()
    });
    let mut data: Vec<MetricDatum> = counted.collect();
    if let Some(ratio) = tally.packing_ratio() {
        data.push(datum("PackingRatio", function, &StandardUnit::None).value(ratio).build());
    }
    let (values, counts) = ages.values_and_counts();
    if !values.is_empty() {
        let age = datum("RecordAge", function, &StandardUnit::Milliseconds);
        data.push(age.set_values(Some(values)).set_counts(Some(counts)).build());
    }
    data
}

fn datum(
    name: &str,
    function: &str,
    unit: &StandardUnit,
) -> aws_sdk_cloudwatch::types::builders::MetricDatumBuilder {
    let dimension = Dimension::builder().name("Function").value(function).build();
    MetricDatum::builder().metric_name(name).dimensions(dimension).unit(unit.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::Sent;

    #[test]
    fn every_count_is_published_under_its_name_and_zeros_too() {
        let sent = Sent {
            entries: 2,
            lines: 5,
            bytes: 6_000,
            billed_bytes: 10_240,
            objects: 1,
            object_bytes: 77,
            requests: 4,
            retries: 1,
        };
        let tally = Tally {
            records: 10,
            relayed: 4,
            oversize: 1,
            omitted: 0,
            dead: [("wrong_base64", 1), ("refused", 2)].into(),
            failed: 2,
            tombstones: 3,
            sent,
        };
        let shown = |datum: &MetricDatum| {
            format!("{}={}", datum.metric_name().unwrap(), datum.value().unwrap())
        };
        let data = data(&tally, &RecordAges::default(), "relay");
        assert_eq!(
            data.iter().map(shown).collect::<Vec<_>>(),
            [
                "RecordsProcessedSuccess=8",
                "RecordsProcessedFailure=2",
                "DeadRecords=3",
                "Tombstones=3",
                "Oversize=1",
                "Entries=2",
                "Objects=1",
                "Requests=4",
                "Retries=1",
                "BytesSent=6000",
                "BytesBilled=10240",
                "ObjectBytes=77",
                "PackingRatio=2.5",
            ]
        );
    }

    #[test]
    fn there_is_no_ratio_without_firehose() {
        let data = data(&Tally::default(), &RecordAges::default(), "relay");
        assert!(data.iter().all(|datum| datum.metric_name() != Some("PackingRatio")));
    }
}
