use std::time::SystemTime;

use analytics::metric_data;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, Statistic};
use millrace_lambda::{Metrics, RecordAges};
use millrace_shared::commit::Tally;
use millrace_shared::kafka::Batch;

use crate::support::{Aws, FUNCTION, deadline, retry};

async fn sum_of(aws: &Aws, namespace: &str, name: &str, statistic: Statistic) -> f64 {
    let now = DateTime::from(SystemTime::now()).secs();
    let dimension = Dimension::builder().name("Function").value(FUNCTION).build();
    let metric = Metric::builder().namespace(namespace).metric_name(name).dimensions(dimension);
    let stat = MetricStat::builder().metric(metric.build()).period(60).stat(statistic.as_str());
    let query = MetricDataQuery::builder().id("m").metric_stat(stat.build()).build();
    let request = aws.clients.cloudwatch.get_metric_data().metric_data_queries(query);
    let answer = request
        .start_time(DateTime::from_secs(now - 600))
        .end_time(DateTime::from_secs(now + 600))
        .send()
        .await
        .unwrap();
    answer.metric_data_results()[0].values().iter().sum()
}

#[tokio::test]
async fn what_happened_can_be_read_back() {
    let aws = Aws::any().await;
    let namespace = format!("Millrace-{}", fastrand::u32(..));
    let metrics = Metrics::new(aws.clients.cloudwatch.clone(), &namespace, retry());
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    // Three records, of which the oldest is a day old.
    let event = format!(
        r#"{{"records":{{"t-0":[
            {{"topic":"t","partition":0,"offset":1,"timestamp":{}}},
            {{"topic":"t","partition":0,"offset":2,"timestamp":{}}},
            {{"topic":"t","partition":0,"offset":3,"timestamp":{now}}}]}}}}"#,
        now - 86_400_000,
        now - 1_000,
    );
    let batch = Batch::decode(event.as_bytes()).unwrap();
    let tally = Tally { records: 3, applied: 2, failed: 1, ..Tally::default() };
    let now = u64::try_from(now).unwrap();
    let data = metric_data(&tally, &RecordAges::of(&batch, now), FUNCTION, now);
    metrics.publish(data, deadline()).await;

    let sum = |name| sum_of(&aws, &namespace, name, Statistic::Sum);
    assert!((sum("RecordsProcessedSuccess").await - 2.0).abs() < 1e-9);
    assert!((sum("RecordsProcessedFailure").await - 1.0).abs() < 1e-9);
    let records = sum_of(&aws, &namespace, "RecordAge", Statistic::SampleCount).await;
    assert!((records - 3.0).abs() < 1e-9);
    let oldest = sum_of(&aws, &namespace, "RecordAge", Statistic::Maximum).await;
    assert!((86_400_000.0..86_400_000.0 * 1.2).contains(&oldest), "{oldest}");
}
