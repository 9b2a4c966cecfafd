//! What a function answers, and when it has to fail as a whole instead.

use lambda_runtime::Diagnostic;
use millrace_shared::kafka::{Batch, BatchResponse, EventError, RecordIndex, ResponseError};
use thiserror::Error;

/// Why an invocation fails as a whole, so that Lambda delivers the whole batch again.
#[derive(Debug, Error)]
pub enum HandlerError {
    /// The payload is something else than a batch of Kafka records.
    #[error(transparent)]
    NotAnMskEvent(#[from] EventError),
    /// A dead record that reached no queue and cannot be reported by itself.
    #[error(transparent)]
    Unreportable(#[from] ResponseError),
    /// Records failed, and the event source mapping does not take reports of single ones.
    #[error(
        "{failed} of {records} records are not done, and PARTIAL_FAILURES is off; the whole batch \
         has to come again"
    )]
    PartialFailuresOff {
        /// How many are not done.
        failed: usize,
        /// How many there are.
        records: usize,
    },
}

impl From<HandlerError> for Diagnostic {
    fn from(error: HandlerError) -> Self {
        let error_type = match error {
            HandlerError::NotAnMskEvent(_) => "NotAnMskEvent",
            HandlerError::Unreportable(_) => "Unreportable",
            HandlerError::PartialFailuresOff { .. } => "PartialFailuresOff",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}

/// The records to deliver again, or an error where they cannot be told.
///
/// With `partial_failures` off Lambda ignores the list and commits the offsets, so then a failure
/// has to be an error.
pub fn answer(
    batch: &Batch<'_>,
    failed: &[RecordIndex],
    partial_failures: bool,
) -> Result<BatchResponse, HandlerError> {
    if !failed.is_empty() && !partial_failures {
        let (failed, records) = (failed.len(), batch.len());
        return Err(HandlerError::PartialFailuresOff { failed, records });
    }
    Ok(BatchResponse::from_failed(batch, failed.iter().copied())?)
}
