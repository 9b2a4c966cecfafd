//! Why a body is no event of a Kafka event source.

use crate::json::SyntaxError;

/// The whole body is unusable. What is wrong with a single record is a
/// [`DeadReason`](super::DeadReason) instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The body is empty, cut off, or not JSON.
    #[error("not an MSK event: not JSON: {0}")]
    Syntax(#[from] SyntaxError),
    /// The body is JSON, and not an object.
    #[error(
        "not an MSK event: it is {found}; expected an object with `records`, an object of \
         topic-partition to a list of records"
    )]
    NotAnObject {
        /// What it is, with its article.
        found: &'static str,
    },
    /// There is no `records`.
    #[error(
        "not an MSK event: `records` is missing; \
         expected an object of topic-partition to a list of records"
    )]
    RecordsMissing,
    /// There is no `records`, and there is `Records`.
    #[error(
        "not an MSK event: it has `Records`, as events of S3, SQS, SNS, Kinesis and DynamoDB have; \
         expected `records`, an object of topic-partition to a list of records: \
         is the function subscribed to another event source?"
    )]
    OtherEventSource,
    /// `records` is something else than an object.
    #[error(
        "not an MSK event: `records` is {found}; \
         expected an object of topic-partition to a list of records"
    )]
    RecordsNotAnObject {
        /// What it is, with its article.
        found: &'static str,
    },
    /// The body is longer than four gigabytes, and positions in it are kept in 32 bits. Lambda's
    /// own limit is 6 MB.
    #[error("not an MSK event: {length} bytes are more than a Lambda payload can hold (6 MB)")]
    TooLong {
        /// The body's length in bytes.
        length: usize,
    },
}
