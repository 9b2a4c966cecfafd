//! Batches that are given up, and who takes them.

mod aws;
mod document;

use std::error::Error;

use bytes::Bytes;
use futures::future::BoxFuture;
use millrace_kafka_event::EventSource;

pub use aws::{AwsDestination, DestinationMissing};
pub use document::FailureMessage;

/// Takes batches that are given up: a bucket, a queue, a topic.
pub trait FailureDestination: Send + Sync {
    /// Stores the batch; returns when it is stored. An error is tried again.
    fn take<'a>(
        &'a self,
        batch: &'a FailedBatch,
    ) -> BoxFuture<'a, Result<(), Box<dyn Error + Send + Sync>>>;
}

/// A batch that is given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedBatch {
    /// Why.
    pub condition: Condition,
    /// The last invocation's id; empty without one.
    pub request_id: String,
    /// How often the function was invoked with it.
    pub invocations: u32,
    /// Whether the last invocation ended in an error of the function, and not in a list of failed
    /// records.
    pub has_function_error: bool,
    /// When it was given up, in epoch milliseconds.
    pub time: i64,
    /// The ARN of the function that failed.
    pub function_arn: String,
    /// Where its records come from.
    pub event_source: EventSource,
    /// The topic of its records.
    pub topic: String,
    /// Its records, by partition and in the order of their offsets.
    pub records: Vec<FailedRecord>,
    /// The event that the function got, or would have got.
    pub event: Bytes,
}

/// One record of a batch that is given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedRecord {
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Its timestamp, in epoch milliseconds; -1 without one.
    pub timestamp: i64,
    /// The record as it stands in the event.
    pub json: Bytes,
}

/// Why a batch is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Condition {
    /// It failed as often as it may.
    RetryAttemptsExhausted,
    /// Its records are older than they may be.
    RecordAgeExceeded,
    /// Its one record makes an event that is larger than Lambda hands over.
    MaximumPayloadSizeExceeded,
}

impl Condition {
    /// Lambda's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Condition::RetryAttemptsExhausted => "RetryAttemptsExhausted",
            Condition::RecordAgeExceeded => "RecordAgeExceeded",
            Condition::MaximumPayloadSizeExceeded => "MaximumPayloadSizeExceeded",
        }
    }
}
