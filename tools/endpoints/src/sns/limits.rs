//! What SNS refuses.

use std::collections::HashSet;

use awsim_core::AwsError;
use serde_json::Value;

/// The largest message, and the largest batch, with attributes: 256 KiB.
const MOST_BYTES: usize = 256 * 1024;

const MOST_ENTRIES: usize = 10;

/// The bytes of a message that count: its text and its attributes.
pub(crate) fn size(entry: &Value) -> usize {
    let body = entry["Message"].as_str().map_or(0, str::len);
    body + attributes_size(&entry["MessageAttributes"])
}

/// The bytes of attributes that count, for SNS and SQS alike: names, types and values.
pub(crate) fn attributes_size(attributes: &Value) -> usize {
    let sizes = attributes.as_object().into_iter().flatten().map(|(name, attribute)| {
        let text = |member: &str| attribute[member].as_str().map_or(0, str::len);
        // Binary values travel as base64 and count as what they decode to.
        let binary = attribute["BinaryValue"].as_str().map_or(0, |encoded| {
            let decoded = base64_simd::STANDARD.decode_to_vec(encoded);
            decoded.map_or(encoded.len(), |bytes| bytes.len())
        });
        name.len() + text("DataType") + text("StringValue") + binary
    });
    sizes.sum()
}

/// Refuses a message that is too long.
pub(crate) fn check_message(entry: &Value) -> Result<(), AwsError> {
    if size(entry) > MOST_BYTES {
        return Err(invalid("Message too long"));
    }
    if entry["Message"].as_str().is_none_or(str::is_empty) {
        return Err(invalid("Empty message"));
    }
    Ok(())
}

/// Refuses a batch as a whole: too many, too long, ids missing, malformed or repeated.
pub(crate) fn check_batch(entries: &[Value]) -> Result<(), AwsError> {
    if entries.is_empty() {
        let message = "The batch request doesn't contain any entries.";
        return Err(AwsError::bad_request("EmptyBatchRequest", message));
    }
    if entries.len() > MOST_ENTRIES {
        let message = "The batch request contains more entries than permissible.";
        return Err(AwsError::bad_request("TooManyEntriesInBatchRequest", message));
    }
    let mut ids = HashSet::new();
    for entry in entries {
        let id = entry["Id"].as_str().unwrap_or_default();
        if !is_batch_id(id) {
            let message = format!("The Id {id:?} is not 1 to 80 of A-Z, a-z, 0-9, - and _.");
            return Err(AwsError::bad_request("InvalidBatchEntryId", message));
        }
        if !ids.insert(id) {
            let message = "Two or more batch entries in the request have the same Id.";
            return Err(AwsError::bad_request("BatchEntryIdsNotDistinct", message));
        }
    }
    if entries.iter().map(size).sum::<usize>() > MOST_BYTES {
        let message = "The length of all the batch messages put together is more than the limit.";
        return Err(AwsError::bad_request("BatchRequestTooLong", message));
    }
    Ok(())
}

/// Whether an id may name an entry of a batch; SQS has the same rule.
pub(crate) fn is_batch_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=80).contains(&id.len()) && id.bytes().all(allowed)
}

/// SNS's word for a parameter that will not do.
pub(crate) fn invalid(reason: &str) -> AwsError {
    AwsError::bad_request("InvalidParameter", format!("Invalid parameter: {reason}"))
}
