//! Buckets, queues and topics of AWS, or of anything that speaks like them.

use std::error::Error;

use aws_config::SdkConfig;
use aws_sdk_s3::error::DisplayErrorContext;
use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{FailedBatch, FailureDestination};
use crate::destination::Destination;

/// A bucket, a queue or a topic of SNS.
#[derive(Debug)]
pub struct AwsDestination {
    place: Place,
    /// Part of the objects' keys.
    mapping: String,
}

#[derive(Debug)]
enum Place {
    Bucket { client: aws_sdk_s3::Client, bucket: String },
    Queue { client: aws_sdk_sqs::Client, queue_url: String },
    Topic { client: aws_sdk_sns::Client, arn: String },
}

impl AwsDestination {
    /// Finds the destination; `mapping` names the mapping in the keys of objects. `None` for a topic
    /// of Kafka.
    ///
    /// # Errors
    /// When there is no such queue.
    pub async fn find(
        config: &SdkConfig,
        destination: &Destination,
        mapping: &str,
    ) -> Result<Option<Self>, DestinationMissing> {
        let place = match destination {
            Destination::S3 { bucket } => {
                // One URL for everything has no host name for each bucket.
                let is_one_url = config.endpoint_url().is_some();
                let config = aws_sdk_s3::config::Builder::from(config).force_path_style(is_one_url);
                let client = aws_sdk_s3::Client::from_conf(config.build());
                Place::Bucket { client, bucket: bucket.clone() }
            }
            Destination::Sqs { queue, .. } => {
                let client = aws_sdk_sqs::Client::new(config);
                let found = client.get_queue_url().queue_name(queue).send().await;
                let found = found.map_err(|error| DestinationMissing {
                    destination: destination.to_string(),
                    reason: DisplayErrorContext(error).to_string(),
                })?;
                Place::Queue { client, queue_url: found.queue_url.unwrap_or_default() }
            }
            Destination::Sns { arn } => {
                Place::Topic { client: aws_sdk_sns::Client::new(config), arn: arn.clone() }
            }
            Destination::Kafka { .. } => return Ok(None),
        };
        Ok(Some(AwsDestination { place, mapping: mapping.to_owned() }))
    }

    /// `aws/lambda/MAPPING/TOPIC-PARTITION/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-RANDOM`: Lambda's naming
    /// of the objects of stream mappings, with a partition (the batch's first) in the shard's place.
    fn key(&self, batch: &FailedBatch) -> String {
        let time = Timestamp::from_millisecond(batch.time).unwrap_or_default();
        let time = time.to_zoned(TimeZone::UTC);
        let partition = batch.records.first().map_or(0, |record| record.partition);
        format!(
            "aws/lambda/{}/{}-{partition}/{}-{:032x}",
            self.mapping,
            batch.topic,
            time.strftime("%Y/%m/%d/%Y-%m-%dT%H.%M.%S"),
            fastrand::u128(..),
        )
    }

    async fn store(&self, batch: &FailedBatch) -> Result<(), String> {
        let text = |document: Vec<u8>| String::from_utf8_lossy(&document).into_owned();
        match &self.place {
            Place::Bucket { client, bucket } => {
                let request = client.put_object().bucket(bucket).key(self.key(batch));
                let stored = request.body(batch.metadata_and_event().into()).send().await;
                stored.map(drop).map_err(|error| DisplayErrorContext(error).to_string())
            }
            Place::Queue { client, queue_url } => {
                let request = client.send_message().queue_url(queue_url);
                let sent = request.message_body(text(batch.metadata())).send().await;
                sent.map(drop).map_err(|error| DisplayErrorContext(error).to_string())
            }
            Place::Topic { client, arn } => {
                let request = client.publish().topic_arn(arn);
                let published = request.message(text(batch.metadata())).send().await;
                published.map(drop).map_err(|error| DisplayErrorContext(error).to_string())
            }
        }
    }
}

impl FailureDestination for AwsDestination {
    fn take<'a>(
        &'a self,
        batch: &'a FailedBatch,
    ) -> BoxFuture<'a, Result<(), Box<dyn Error + Send + Sync>>> {
        Box::pin(async move { self.store(batch).await.map_err(Into::into) })
    }
}

/// A destination that is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{destination}, where failed batches are to go, cannot be found: {reason}")]
pub struct DestinationMissing {
    destination: String,
    reason: String,
}
