//! Looking into an SQS queue from outside, ten messages at a time.

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message,
};

use super::Aws;
use crate::error::Error;

/// As many as one request takes.
const BATCH: usize = 10;

/// Receives every message; nobody else sees them until they are given back or deleted.
pub(super) async fn drain(aws: &Aws, queue_url: &str) -> Result<Vec<Message>, Error> {
    let mut messages = Vec::new();
    loop {
        let request = aws.sqs.receive_message().queue_url(queue_url).max_number_of_messages(10);
        let received = request
            .visibility_timeout(600)
            .wait_time_seconds(1)
            .message_attribute_names("All")
            .send()
            .await
            .map_err(|error| aws.error("ReceiveMessage", queue_url, &error))?;
        let received = received.messages.unwrap_or_default();
        if received.is_empty() {
            return Ok(messages);
        }
        messages.extend(received);
    }
}

/// Makes received messages visible again.
pub(super) async fn give_back(
    aws: &Aws,
    queue_url: &str,
    messages: &[Message],
) -> Result<(), Error> {
    let failed = |error: &(dyn std::error::Error + 'static)| {
        aws.error("ChangeMessageVisibilityBatch", queue_url, error)
    };
    for batch in messages.chunks(BATCH) {
        let mut request = aws.sqs.change_message_visibility_batch().queue_url(queue_url);
        for (number, message) in batch.iter().enumerate() {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(number.to_string())
                .set_receipt_handle(message.receipt_handle.clone())
                .visibility_timeout(0)
                .build()
                .map_err(|error| failed(&error))?;
            request = request.entries(entry);
        }
        request.send().await.map_err(|error| failed(&error))?;
    }
    Ok(())
}

/// Deletes received messages.
pub(super) async fn delete(aws: &Aws, queue_url: &str, messages: &[Message]) -> Result<(), Error> {
    let failed = |error: &(dyn std::error::Error + 'static)| {
        aws.error("DeleteMessageBatch", queue_url, error)
    };
    for batch in messages.chunks(BATCH) {
        let mut request = aws.sqs.delete_message_batch().queue_url(queue_url);
        for (number, message) in batch.iter().enumerate() {
            let entry = DeleteMessageBatchRequestEntry::builder()
                .id(number.to_string())
                .set_receipt_handle(message.receipt_handle.clone())
                .build()
                .map_err(|error| failed(&error))?;
            request = request.entries(entry);
        }
        request.send().await.map_err(|error| failed(&error))?;
    }
    Ok(())
}
