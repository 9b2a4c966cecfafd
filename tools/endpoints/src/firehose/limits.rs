//! What Firehose refuses. One record over a limit refuses the whole request.

use awsim_core::AwsError;
use bytes::Bytes;
use serde_json::Value;

const MOST_RECORDS: usize = 500;

/// The largest record before base64: 1,000 KiB.
const LARGEST_RECORD: usize = 1_000 * 1024;

/// The largest batch before base64: 4 MiB.
const LARGEST_BATCH: usize = 4 * 1024 * 1024;

/// Reads the records of a batch.
pub(crate) fn batch(input: &Value) -> Result<Vec<Bytes>, AwsError> {
    let records = input["Records"].as_array().map(Vec::as_slice).unwrap_or_default();
    if records.is_empty() {
        return Err(invalid("Records must have at least one member"));
    }
    if records.len() > MOST_RECORDS {
        return Err(invalid(&format!("Records must have at most {MOST_RECORDS} members")));
    }
    let records = records.iter().map(record_data).collect::<Result<Vec<_>, _>>()?;
    if records.iter().map(Bytes::len).sum::<usize>() > LARGEST_BATCH {
        return Err(invalid("Records size exceeds 4 MB limit"));
    }
    Ok(records)
}

/// Reads the data of one record.
pub(crate) fn record_data(record: &Value) -> Result<Bytes, AwsError> {
    let encoded = record["Data"].as_str().ok_or_else(|| invalid("Data is required"))?;
    let data = base64_simd::STANDARD.decode_to_vec(encoded).map_err(|_| {
        AwsError::bad_request("SerializationException", "a record's Data is not base64")
    })?;
    if data.len() > LARGEST_RECORD {
        return Err(invalid(&format!("Data must be at most {LARGEST_RECORD} bytes long")));
    }
    Ok(data.into())
}

pub(crate) fn invalid(message: &str) -> AwsError {
    AwsError::bad_request("InvalidArgumentException", message)
}
