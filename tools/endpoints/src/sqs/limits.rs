//! What SQS refuses.

use std::collections::HashSet;

use awsim_core::AwsError;
use serde_json::Value;

use crate::sns;

/// The largest message, and the largest batch, with attributes: 1 MiB.
pub(crate) const MOST_BYTES: usize = 1024 * 1024;

const MOST_ENTRIES: usize = 10;

/// Refuses a message that is empty, too long or holds characters that XML cannot carry.
pub(crate) fn check_message(entry: &Value, most_bytes: usize) -> Result<(), AwsError> {
    let body = entry["MessageBody"].as_str().unwrap_or_default();
    if body.is_empty() {
        let message = "The request must contain the parameter MessageBody.";
        return Err(AwsError::bad_request("MissingParameter", message));
    }
    if size(entry) > most_bytes {
        let message = format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {most_bytes} \
             bytes."
        );
        return Err(AwsError::bad_request("InvalidParameterValue", message));
    }
    if !body.chars().all(is_allowed) {
        let message = "Invalid characters in the body: only #x9, #xA, #xD and from #x20 on.";
        return Err(AwsError::bad_request("InvalidMessageContents", message));
    }
    Ok(())
}

/// Refuses a batch as a whole: too many, too long, ids missing, malformed or repeated.
pub(crate) fn check_batch(entries: &[Value]) -> Result<(), AwsError> {
    check_entries(entries)?;
    let bytes: usize = entries.iter().map(size).sum();
    if bytes > MOST_BYTES {
        let message = format!(
            "Batch requests cannot be longer than {MOST_BYTES} bytes. You have sent {bytes} bytes."
        );
        return Err(refusal("BatchRequestTooLong", &message));
    }
    Ok(())
}

/// Refuses what no batch operation of SQS takes, whatever the entries are.
fn check_entries(entries: &[Value]) -> Result<(), AwsError> {
    if entries.is_empty() {
        let message = "There should be at least one entry in the request.";
        return Err(refusal("EmptyBatchRequest", message));
    }
    if entries.len() > MOST_ENTRIES {
        let message = format!(
            "Maximum number of entries per request are {MOST_ENTRIES}. You have sent {}.",
            entries.len()
        );
        return Err(refusal("TooManyEntriesInBatchRequest", &message));
    }
    let mut ids = HashSet::new();
    for entry in entries {
        let id = entry["Id"].as_str().unwrap_or_default();
        if !sns::is_batch_id(id) {
            let message = "A batch entry id can only contain alphanumeric characters, hyphens and \
                           underscores. It can be at most 80 letters long.";
            return Err(refusal("InvalidBatchEntryId", message));
        }
        if !ids.insert(id) {
            return Err(refusal("BatchEntryIdsNotDistinct", &format!("Id {id} repeated.")));
        }
    }
    Ok(())
}

fn refusal(code: &str, message: &str) -> AwsError {
    AwsError::bad_request(format!("AWS.SimpleQueueService.{code}"), message)
}

fn size(entry: &Value) -> usize {
    let body = entry["MessageBody"].as_str().map_or(0, str::len);
    body + sns::attributes_size(&entry["MessageAttributes"])
}

fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..)
}
