//! One delivery stream: what it was told to do, what it holds, what it has done.

use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Where and how a stream delivers.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    pub(crate) bucket_arn: String,
    pub(crate) role_arn: String,
    pub(crate) prefix: String,
    pub(crate) buffer_mib: usize,
    pub(crate) buffer_seconds: u64,
    pub(crate) is_gzip: bool,
}

#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) destination: Destination,
    pub(crate) created: Timestamp,
    /// Every record taken, in order.
    pub(crate) records: Vec<Bytes>,
    /// Records taken and not delivered yet, one after the other.
    pub(crate) buffer: Vec<u8>,
    pub(crate) buffered_since: Option<Instant>,
    /// Keys of the objects written.
    pub(crate) object_keys: Vec<String>,
    pub(crate) last_error: Option<String>,
}

/// A delivery stream as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryStream {
    /// The bucket it delivers to.
    pub bucket: String,
    /// Every record it took, in order, before they were joined to objects.
    pub records: Vec<Bytes>,
    /// Bytes taken that are in no object yet.
    pub buffered_bytes: usize,
    /// Keys of the objects it wrote, in order.
    pub object_keys: Vec<String>,
    /// Why the last delivery failed; `None` if it did not. The bytes stay in the buffer.
    pub last_error: Option<String>,
}

impl Stream {
    pub(crate) fn push(&mut self, record: Bytes, now: Instant) {
        self.buffer.extend_from_slice(&record);
        self.buffered_since.get_or_insert(now);
        self.records.push(record);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.buffer.len() >= self.destination.buffer_mib * 1024 * 1024
    }

    pub(crate) fn is_due(&self, now: Instant) -> bool {
        let limit = Duration::from_secs(self.destination.buffer_seconds);
        self.buffered_since.is_some_and(|since| now.duration_since(since) >= limit)
    }

    pub(crate) fn bucket(&self) -> &str {
        let arn = &self.destination.bucket_arn;
        arn.rsplit(':').next().unwrap_or(arn)
    }

    pub(crate) fn snapshot(&self) -> DeliveryStream {
        DeliveryStream {
            bucket: self.bucket().to_owned(),
            records: self.records.clone(),
            buffered_bytes: self.buffer.len(),
            object_keys: self.object_keys.clone(),
            last_error: self.last_error.clone(),
        }
    }

    /// The answer to `DescribeDeliveryStream`.
    pub(crate) fn description(&self) -> Value {
        let destination = &self.destination;
        let s3 = json!({
            "RoleARN": destination.role_arn,
            "BucketARN": destination.bucket_arn,
            "Prefix": destination.prefix,
            "BufferingHints": {
                "SizeInMBs": destination.buffer_mib,
                "IntervalInSeconds": destination.buffer_seconds,
            },
            "CompressionFormat": if destination.is_gzip { "GZIP" } else { "UNCOMPRESSED" },
            "EncryptionConfiguration": { "NoEncryptionConfig": "NoEncryption" },
        });
        json!({ "DeliveryStreamDescription": {
            "DeliveryStreamName": self.name,
            "DeliveryStreamARN": self.arn,
            "DeliveryStreamStatus": "ACTIVE",
            "DeliveryStreamType": "DirectPut",
            "VersionId": "1",
            "CreateTimestamp": self.created.as_second(),
            "Destinations": [{
                "DestinationId": "destinationId-000000000001",
                "ExtendedS3DestinationDescription": s3,
            }],
            "HasMoreDestinations": false,
        }})
    }
}
