use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use millrace_shared::kafka::{Batch, EventError};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use thiserror::Error;

use crate::letter::without_payload;
use crate::record::Record;

/// A batch that the event source mapping gave up, as it stands in an on-failure destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedBatch {
    /// Why it was given up; none for a bare event.
    pub condition: Option<Condition>,
    /// The name of the function that it was meant for, if the destination says it.
    pub function: Option<String>,
    /// Its records.
    pub records: Vec<Record>,
}

/// Why a batch was given up. AWS's documents spell the same condition in two ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `RetryAttemptsExhausted` or `RetriesExhausted`.
    RetriesExhausted,
    /// `MaximumPayloadSizeExceeded`: a record is too large to be handed over.
    MaximumPayloadSizeExceeded,
    /// Any other.
    Other(String),
}

/// What is no failed batch, or one without its records.
#[derive(Debug, Error)]
pub enum FailureError {
    /// It is not JSON, or a member is wrong.
    #[error("it is no failed batch: {}", without_payload(.0))]
    NotABatch(#[from] serde_json::Error),
    /// It names the records and does not hold them.
    #[error(
        "it does not hold its records ({0}), which only destinations in S3 and Kafka do; read them from the topic"
    )]
    NoPayload(MissingRecords),
    /// Its payload is no event.
    #[error("its payload is no MSK event: {0}")]
    NotAnEvent(#[from] EventError),
}

/// The offsets of a batch that is not there, by partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MissingRecords(Vec<(String, String, String)>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Destination<'a> {
    #[serde(default)]
    request_context: RequestContext,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    #[serde(rename = "KafkaBatchInfo")]
    batch: Option<BatchInfo>,
    records: Option<serde::de::IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RequestContext {
    condition: Option<String>,
    function_arn: Option<String>,
}

/// `recordsInfo` in S3, SQS and SNS, `recordInfo` in Kafka.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchInfo {
    #[serde(default, alias = "recordInfo")]
    records_info: BTreeMap<String, RecordsInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordsInfo {
    #[serde(default, deserialize_with = "offset")]
    first_record_offset: String,
    #[serde(default, deserialize_with = "offset")]
    last_record_offset: String,
}

/// An offset, which AWS writes as a string.
fn offset<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Offset<'a> {
        Text(#[serde(borrow)] Cow<'a, str>),
        Number(i64),
    }
    Ok(match Offset::deserialize(deserializer)? {
        Offset::Text(text) => text.into_owned(),
        Offset::Number(number) => number.to_string(),
    })
}

impl FailedBatch {
    /// Reads what an on-failure destination holds of a batch: the event in `payload` as an escaped
    /// string (S3) or as an object (Kafka), or the event itself.
    pub fn read(bytes: &[u8]) -> Result<Self, FailureError> {
        let destination: Destination<'_> = serde_json::from_slice(bytes)?;
        let condition = destination.request_context.condition.map(Condition::from);
        let arn = destination.request_context.function_arn;
        let function = arn.as_deref().and_then(function_name).map(str::to_owned);
        let records = match (destination.payload, destination.records) {
            (Some(payload), _) if payload.get().starts_with('"') => {
                let event: Cow<'_, str> = serde_json::from_str(payload.get())?;
                Record::all_of(&Batch::decode(event.as_bytes())?)
            }
            (Some(payload), _) if payload.get() != "null" => {
                Record::all_of(&Batch::decode(payload.get().as_bytes())?)
            }
            (_, Some(_)) => Record::all_of(&Batch::decode(bytes)?),
            _ => return Err(FailureError::NoPayload(destination.batch.into())),
        };
        Ok(Self { condition, function, records })
    }
}

/// The name in `arn:aws:lambda:REGION:ACCOUNT:function:NAME:QUALIFIER`.
fn function_name(arn: &str) -> Option<&str> {
    arn.split(':').skip_while(|part| *part != "function").nth(1)
}

impl Condition {
    /// What to call it, in a filter and in a report.
    pub fn name(&self) -> &str {
        match self {
            Self::RetriesExhausted => "RetryAttemptsExhausted",
            Self::MaximumPayloadSizeExceeded => "MaximumPayloadSizeExceeded",
            Self::Other(name) => name,
        }
    }
}

impl From<String> for Condition {
    fn from(name: String) -> Self {
        match name.as_str() {
            "RetryAttemptsExhausted" | "RetriesExhausted" => Self::RetriesExhausted,
            "MaximumPayloadSizeExceeded" => Self::MaximumPayloadSizeExceeded,
            _ => Self::Other(name),
        }
    }
}

impl From<Option<BatchInfo>> for MissingRecords {
    fn from(batch: Option<BatchInfo>) -> Self {
        let infos = batch.map(|batch| batch.records_info).unwrap_or_default();
        let offsets = infos.into_iter();
        Self(
            offsets
                .map(|(key, info)| (key, info.first_record_offset, info.last_record_offset))
                .collect(),
        )
    }
}

impl fmt::Display for MissingRecords {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("and does not say which");
        }
        for (place, (key, first, last)) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(formatter, "{comma}{key} offsets {first} to {last}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
