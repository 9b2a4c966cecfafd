//! Where batches go that a mapping gives up.

use millrace_event_source_mapping::Destination;

use super::Aws;
use super::archive::unless_there;
use super::resources::{create_queue, create_topic};
use crate::error::Error;

impl Aws {
    /// Creates a bucket, a queue or a topic that is not there yet; what it is called here. A topic of
    /// Kafka is none of AWS's.
    pub(crate) async fn create_destination(
        &self,
        destination: &Destination,
    ) -> Result<Destination, Error> {
        match destination {
            Destination::S3 { bucket } => {
                let created = self.s3.create_bucket().bucket(bucket).send().await;
                unless_there("CreateBucket", bucket, self, created)?;
            }
            Destination::Sqs { queue, .. } => {
                create_queue(self, queue).await?;
            }
            Destination::Sns { arn } => {
                let name = arn.rsplit(':').next().unwrap_or(arn);
                // Its account may be another one here.
                return Ok(Destination::Sns { arn: create_topic(self, name).await? });
            }
            Destination::Kafka { .. } => {}
        }
        Ok(destination.clone())
    }
}
