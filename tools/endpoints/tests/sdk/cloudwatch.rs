use std::time::SystemTime;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::builders::MetricDatumBuilder;
use aws_sdk_cloudwatch::types::{
    Dimension, Metric, MetricDataQuery, MetricDatum, MetricStat, StandardUnit, Statistic,
    StatisticSet,
};

use millrace_endpoints::Service;

use crate::{Aws, code};

fn datum(name: &str) -> MetricDatumBuilder {
    MetricDatum::builder().metric_name(name).unit(StandardUnit::Count)
}

#[tokio::test]
async fn metrics_are_kept_with_values_and_counts() {
    let aws = Aws::start().await;
    let dimension = Dimension::builder().name("Detector").value("rapid_clicks").build();
    let datum = datum("Alerts").dimensions(dimension).values(1.5).values(4.0);
    let datum = datum.counts(2.0).counts(1.0).build();

    let client = aws.cloudwatch();
    client.put_metric_data().namespace("Millrace").metric_data(datum).send().await.unwrap();

    let metrics = aws.endpoints.metrics();
    assert_eq!(metrics.len(), 1);
    assert_eq!(metrics[0].name, "Alerts");
    assert_eq!(metrics[0].dimensions["Detector"], "rapid_clicks");
    assert_eq!(metrics[0].values, [(1.5, 2.0), (4.0, 1.0)]);
    assert!((metrics[0].statistics.sum - 7.0).abs() < 1e-9);
}

#[tokio::test]
async fn a_large_request_is_compressed_by_the_client_and_read_all_the_same() {
    let aws = Aws::start().await;
    // 200 data of some 100 bytes each: above the 10 KiB from which the SDK compresses.
    let data = (0..200).map(|index| datum(&format!("Metric{index}")).value(1.0).build());

    let request = aws.cloudwatch().put_metric_data().namespace("Millrace");
    request.set_metric_data(Some(data.collect())).send().await.unwrap();

    assert_eq!(aws.endpoints.metrics().len(), 200);
    let count = aws.count(Service::CloudWatch, "PutMetricData");
    assert_eq!((count.requests, count.entries, count.errors), (1, 200, 0));
}

fn hours_from_now(hours: i64) -> DateTime {
    let now = DateTime::from(SystemTime::now());
    DateTime::from_secs(now.secs() + hours * 3_600)
}

#[tokio::test]
async fn a_datum_over_a_limit_refuses_the_request_and_nothing_is_kept() {
    let aws = Aws::start().await;
    let client = aws.cloudwatch();
    let put = |datum: MetricDatumBuilder| {
        let fine = MetricDatum::builder().metric_name("Fine").value(1.0).build();
        let request = client.put_metric_data().namespace("Millrace");
        request.metric_data(fine).metric_data(datum.build()).send()
    };
    let values = |count: usize| Some(vec![1.0; count]);
    let dimension =
        |index: usize| Dimension::builder().name(format!("D{index}")).value("v").build();

    let refused = [
        datum("M").value(f64::NAN),
        datum("M").value(1e109),
        datum("M").set_values(values(151)),
        datum("M").set_values(values(3)).set_counts(values(2)),
        datum("M").value(1.0).set_dimensions(Some((0..31).map(dimension).collect())),
        datum("M").value(1.0).timestamp(hours_from_now(-14 * 24 - 1)),
        datum("M").value(1.0).timestamp(hours_from_now(3)),
        datum("M").value(1.0).storage_resolution(30),
    ];
    for datum in refused {
        assert_eq!(code(put(datum.clone()).await), "InvalidParameterValue", "{datum:?}");
    }
    let both = datum("M").value(1.0).set_values(values(1));
    assert_eq!(code(put(both).await), "InvalidParameterCombination");
    assert_eq!(code(put(datum("M")).await), "MissingParameter");
    assert!(aws.endpoints.metrics().is_empty());

    let taken = datum("M")
        .set_values(values(150))
        .set_counts(values(150))
        .set_dimensions(Some((0..30).map(dimension).collect()))
        .timestamp(hours_from_now(-14 * 24 + 1));
    put(taken).await.unwrap();
    assert_eq!(aws.endpoints.metrics().len(), 2);
}

#[tokio::test]
async fn a_request_has_at_most_1000_metrics_and_1_mb() {
    let aws = Aws::start().await;
    let client = aws.cloudwatch();
    let put = |count: usize, name_length: usize| {
        let data = (0..count).map(|index| datum(&format!("{index:0>name_length$}")).value(1.0));
        let data = data.map(MetricDatumBuilder::build).collect();
        client.put_metric_data().namespace("Millrace").set_metric_data(Some(data)).send()
    };

    assert_eq!(code(put(1_001, 4).await), "InvalidParameterValue");
    put(1_000, 4).await.unwrap();
    // Each datum has a name and dimensions of 5 times 250 bytes: 1.25 MB before compression.
    let dimensions = (0..5).map(|index| {
        let name = format!("{index:0>50}");
        Dimension::builder().name(name).value("v".repeat(200)).build()
    });
    let dimensions: Vec<_> = dimensions.collect();
    let large = (0..1_000).map(|_| datum("M").value(1.0).set_dimensions(Some(dimensions.clone())));
    let large = large.map(MetricDatumBuilder::build).collect();
    let request = client.put_metric_data().namespace("Millrace").set_metric_data(Some(large));
    let error = request.send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 413);
}

#[tokio::test]
async fn statistics_come_back_by_period_and_dimensions() {
    let aws = Aws::start().await;
    let client = aws.cloudwatch();
    let detector = |name: &str| Dimension::builder().name("Detector").value(name).build();
    // The start of a minute, ten minutes ago.
    let now = DateTime::from(SystemTime::now()).secs();
    let minute = now - now % 60 - 600;
    let at = |second: i64| DateTime::from_secs(minute + second);
    let set = StatisticSet::builder().sample_count(2.0).sum(5.0).minimum(1.0).maximum(4.0).build();
    let data = [
        datum("Alerts").value(3.0).timestamp(at(0)).dimensions(detector("a")),
        datum("Alerts").statistic_values(set).timestamp(at(59)).dimensions(detector("a")),
        datum("Alerts").value(10.0).timestamp(at(60)).dimensions(detector("a")),
        datum("Alerts").value(99.0).timestamp(at(0)).dimensions(detector("b")),
    ];
    let request = client.put_metric_data().namespace("Millrace");
    let data = data.into_iter().map(MetricDatumBuilder::build).collect();
    request.set_metric_data(Some(data)).send().await.unwrap();

    let metric = Metric::builder().namespace("Millrace").metric_name("Alerts");
    let metric = metric.dimensions(detector("a")).build();
    let stat = MetricStat::builder().metric(metric).period(60).stat("Sum").build();
    let query = MetricDataQuery::builder().id("alerts").metric_stat(stat).build();
    let data = client.get_metric_data().start_time(at(0)).end_time(at(120));
    let data = data.metric_data_queries(query).send().await.unwrap();

    // Newest first, as the service has it.
    assert_eq!(data.metric_data_results()[0].values(), [10.0, 8.0]);
    assert_eq!(data.metric_data_results()[0].timestamps(), [at(60), at(0)]);

    let statistics = client.get_metric_statistics().namespace("Millrace").metric_name("Alerts");
    let statistics = statistics.dimensions(detector("a")).period(60);
    let statistics = statistics.start_time(at(0)).end_time(at(60));
    let statistics = statistics.statistics(Statistic::Average).statistics(Statistic::Maximum);
    let statistics = statistics.send().await.unwrap();
    assert_eq!(statistics.datapoints().len(), 1);
    // (3 + 5) / 3 values.
    assert!((statistics.datapoints()[0].average().unwrap() - 8.0 / 3.0).abs() < 1e-12);
    assert_eq!(statistics.datapoints()[0].maximum(), Some(4.0));

    let listed = client.list_metrics().namespace("Millrace").send().await.unwrap();
    assert_eq!(listed.metrics().len(), 2);
}
