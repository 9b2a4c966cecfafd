//! Firehose: takes records with the documented limits, buffers them, writes them to S3.

mod create;
mod delivery;
mod limits;
mod object_key;
mod stream;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use awsim_core::AwsError;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::call::Caller;
use crate::s3::S3;
use limits::{invalid, record_data};
pub use stream::DeliveryStream;
use stream::Stream;

/// How often buffers are looked at whether their time is over.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);

const MOST_LISTED: u64 = 10_000;

/// Delivery streams by name, and where they deliver.
pub(crate) struct Firehose {
    streams: Mutex<BTreeMap<String, Stream>>,
    s3: Arc<S3>,
}

impl Firehose {
    pub(crate) fn new(s3: Arc<S3>) -> Self {
        Self { streams: Mutex::default(), s3 }
    }

    pub(crate) fn handle(
        &self,
        operation: &str,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, AwsError> {
        match operation {
            "CreateDeliveryStream" => self.create(input, caller),
            "DeleteDeliveryStream" => self.delete(input),
            "DescribeDeliveryStream" => self.with_stream(input, |stream| Ok(stream.description())),
            "ListDeliveryStreams" => Ok(self.list(input)),
            "PutRecord" => self.put_record(input),
            "PutRecordBatch" => self.put_record_batch(input),
            _ => Err(AwsError::unknown_operation(operation)),
        }
    }

    /// Delivers buffers as their time comes; runs until its task is dropped.
    pub(crate) async fn deliver_in_time(&self) {
        loop {
            tokio::time::sleep(LOOK_INTERVAL).await;
            let now = Instant::now();
            for stream in self.lock().values_mut().filter(|stream| stream.is_due(now)) {
                delivery::deliver(stream, &self.s3, now);
            }
        }
    }

    /// Delivers every buffer now.
    pub(crate) fn flush(&self) {
        for stream in self.lock().values_mut() {
            delivery::deliver(stream, &self.s3, Instant::now());
        }
    }

    pub(crate) fn look_at(&self, name: &str) -> Option<DeliveryStream> {
        self.lock().get(name).map(Stream::snapshot)
    }

    fn create(&self, input: &Value, caller: &Caller) -> Result<Value, AwsError> {
        let stream = create::stream(input, caller)?;
        let mut streams = self.lock();
        if streams.contains_key(&stream.name) {
            let message = format!("Firehose {} already exists", stream.name);
            return Err(AwsError::bad_request("ResourceInUseException", message));
        }
        let answer = json!({ "DeliveryStreamARN": stream.arn });
        streams.insert(stream.name.clone(), stream);
        Ok(answer)
    }

    fn delete(&self, input: &Value) -> Result<Value, AwsError> {
        let name = input["DeliveryStreamName"].as_str().unwrap_or_default();
        self.lock().remove(name).map(|_| json!({})).ok_or_else(|| not_found(name))
    }

    fn list(&self, input: &Value) -> Value {
        let after = input["ExclusiveStartDeliveryStreamName"].as_str().unwrap_or_default();
        let limit = input["Limit"].as_u64().unwrap_or(10).min(MOST_LISTED);
        let streams = self.lock();
        let mut names = streams.keys().filter(|name| name.as_str() > after);
        let mut listed = Vec::new();
        for _ in 0..limit {
            listed.extend(names.next());
        }
        json!({ "DeliveryStreamNames": listed, "HasMoreDeliveryStreams": names.next().is_some() })
    }

    fn put_record(&self, input: &Value) -> Result<Value, AwsError> {
        let record = record_data(&input["Record"])?;
        self.with_stream(input, |stream| {
            let id = self.take(stream, record);
            Ok(json!({ "RecordId": id, "Encrypted": false }))
        })
    }

    fn put_record_batch(&self, input: &Value) -> Result<Value, AwsError> {
        let records = limits::batch(input)?;
        self.with_stream(input, |stream| {
            let ids = records.into_iter().map(|record| self.take(stream, record));
            let responses: Vec<Value> = ids.map(|id| json!({ "RecordId": id })).collect();
            Ok(json!({
                "FailedPutCount": 0,
                "Encrypted": false,
                "RequestResponses": responses,
            }))
        })
    }

    fn take(&self, stream: &mut Stream, record: Bytes) -> String {
        let now = Instant::now();
        stream.push(record, now);
        if stream.is_full() {
            delivery::deliver(stream, &self.s3, now);
        }
        format!("{:0>216}", format!("{:032x}", fastrand::u128(..)))
    }

    fn with_stream<T>(
        &self,
        input: &Value,
        act: impl FnOnce(&mut Stream) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        let name = input["DeliveryStreamName"].as_str();
        let name = name.ok_or_else(|| invalid("DeliveryStreamName is required"))?;
        let mut streams = self.lock();
        act(streams.get_mut(name).ok_or_else(|| not_found(name))?)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Stream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_found(name: &str) -> AwsError {
    let message = format!("Firehose {name} under account {} not found.", crate::call::ACCOUNT);
    AwsError::bad_request("ResourceNotFoundException", message)
}
