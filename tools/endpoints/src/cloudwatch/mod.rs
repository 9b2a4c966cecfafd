//! CloudWatch metrics: takes them with the documented limits and keeps them.

pub(crate) mod wire;

mod datum;
mod limits;
mod periods;
mod read;

use std::sync::{Mutex, MutexGuard, PoisonError};

use awsim_core::AwsError;
use jiff::Timestamp;
use serde_json::{Value, json};

pub use datum::{MetricDatum, StatisticSet};

/// Metrics in the order of their arrival.
#[derive(Debug, Default)]
pub(crate) struct CloudWatch {
    metrics: Mutex<Vec<MetricDatum>>,
}

impl CloudWatch {
    /// `bytes` is the size of the request, decompressed.
    pub(crate) fn handle(
        &self,
        operation: &str,
        input: &Value,
        bytes: usize,
    ) -> Result<Value, AwsError> {
        match operation {
            "PutMetricData" => {
                limits::check_size(bytes)?;
                self.put(input)
            }
            "GetMetricData" => read::metric_data(&self.lock(), input),
            "GetMetricStatistics" => read::metric_statistics(&self.lock(), input),
            "ListMetrics" => Ok(read::list_metrics(&self.lock(), input)),
            _ => Err(AwsError::unknown_operation(operation)),
        }
    }

    pub(crate) fn metrics(&self) -> Vec<MetricDatum> {
        self.lock().clone()
    }

    /// All data of a request or none.
    fn put(&self, input: &Value) -> Result<Value, AwsError> {
        let now = Timestamp::now().as_millisecond();
        let data = limits::accept(input, now)?;
        self.lock().extend(data);
        Ok(json!({}))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<MetricDatum>> {
        self.metrics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
