use analytics::metric_data;
use millrace_endpoints::{FaultKind, Service};
use millrace_lambda::{Metrics, RecordAges};
use millrace_shared::commit::Tally;

use crate::support::{Aws, FUNCTION, deadline, retry};

async fn publish(aws: &Aws) {
    let metrics = Metrics::new(aws.clients.cloudwatch.clone(), "Millrace", retry());
    let tally = Tally { records: 1, ..Tally::default() };
    let data = metric_data(&tally, &RecordAges::default(), FUNCTION, 0);
    metrics.publish(data, deadline()).await;
}

#[tokio::test]
async fn metrics_that_fail_for_now_are_published_once() {
    let aws = Aws::embedded().await;
    aws.inject(Service::CloudWatch, "PutMetricData", FaultKind::Throttle);
    publish(&aws).await;
    let names: Vec<String> = aws.endpoints().metrics().into_iter().map(|one| one.name).collect();
    assert_eq!(names.iter().filter(|name| *name == "RecordsProcessedSuccess").count(), 1);
    assert_eq!(aws.count(Service::CloudWatch, "PutMetricData").requests, 2);
}

/// It returns, and that is all that it is asked for.
#[tokio::test]
async fn metrics_that_nobody_may_publish_are_given_up() {
    let aws = Aws::embedded().await;
    aws.inject(Service::CloudWatch, "PutMetricData", FaultKind::AccessDenied);
    publish(&aws).await;
    assert_eq!(aws.endpoints().metrics(), []);
    assert_eq!(aws.count(Service::CloudWatch, "PutMetricData").requests, 1);
}
