use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};

use crate::Aws;

fn datum(name: &str) -> aws_sdk_cloudwatch::types::builders::MetricDatumBuilder {
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
}
