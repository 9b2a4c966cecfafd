//! What `CloudWatch` is told of an invocation: one request, never a reason to fail.

mod ages;

use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::MetricDatum;
use millrace_shared::delivery::{Deadline, Limits, Outcome, Reply, RequestError, Retry, send};
use tracing::warn;

use crate::request_error::request_error;
pub use ages::RecordAges;

/// How long an invocation may wait for its metrics.
const PATIENCE: Duration = Duration::from_secs(1);

/// A namespace of `CloudWatch` metrics.
pub struct Metrics {
    client: Client,
    namespace: String,
    retry: Retry,
}

impl Metrics {
    /// Metrics in this namespace.
    pub fn new(client: Client, namespace: &str, retry: Retry) -> Self {
        Self { client, namespace: namespace.to_owned(), retry }
    }

    /// Publishes data, a thousand at most. What cannot be published within a second is logged and
    /// lost.
    pub async fn publish(&self, data: Vec<MetricDatum>, deadline: Deadline) {
        let limits = Limits { entries: 1, bytes: 0, in_flight: 1 };
        let deadline = deadline.or_after(PATIENCE);
        let request = async |_: &[usize]| self.put(data.clone()).await;
        let outcomes = send(1, |_| 0, &limits, &self.retry, deadline, request).await;
        if let Some(Outcome::Refused(reason) | Outcome::Unfinished(reason)) = outcomes.first() {
            warn!(reason, "the metrics of this invocation are lost");
        }
    }

    async fn put(&self, data: Vec<MetricDatum>) -> Result<Vec<Reply<()>>, RequestError> {
        let request = self.client.put_metric_data().namespace(&self.namespace);
        let sent = request.set_metric_data(Some(data)).send().await;
        let resource = format!("namespace {}", self.namespace);
        sent.map_err(|error| request_error("PutMetricData", &resource, &error))?;
        Ok(vec![Reply::Done(())])
    }
}
