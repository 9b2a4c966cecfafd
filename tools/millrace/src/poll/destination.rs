//! Where batches go that are given up.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use millrace_event_source_mapping::{
    AwsDestination, Destination, FailedBatch, FailureDestination, KafkaRecord,
};
use millrace_kafka::{Cluster, Connection, Producer, ProducerSettings};

use crate::error::Error;
use crate::stack::Aws;

/// How long a broker may take to acknowledge a batch.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(30);

/// The destination, made if it is one of AWS that is not there yet. A topic of Kafka has to be there.
pub(super) async fn find(
    destination: &Destination,
    mapping: &str,
    aws: &Aws,
    connection: &Connection,
) -> Result<Arc<dyn FailureDestination>, Error> {
    let destination = match destination {
        Destination::Kafka { topic } => {
            return Ok(Arc::new(KafkaTopic::find(topic, connection).await?));
        }
        other => aws.create_destination(other).await?,
    };
    match AwsDestination::find(&aws.config, &destination, mapping).await? {
        Some(found) => Ok(Arc::new(found)),
        None => Err(Error::Lacking("a topic of Kafka", "a producer")),
    }
}

/// A topic of the cluster that is read: a message for each record.
struct KafkaTopic {
    topic: Arc<str>,
    connection: Connection,
}

impl KafkaTopic {
    async fn find(topic: &str, connection: &Connection) -> Result<Self, Error> {
        Cluster::of(connection).await?.partitions(topic)?;
        Ok(Self { topic: topic.into(), connection: connection.clone() })
    }
}

impl FailureDestination for KafkaTopic {
    fn take<'a>(
        &'a self,
        batch: &'a FailedBatch,
    ) -> BoxFuture<'a, Result<(), Box<dyn StdError + Send + Sync>>> {
        let messages: Vec<KafkaRecord> = batch
            .messages()
            .map(|message| KafkaRecord {
                timestamp: batch.time,
                key: message.key,
                value: Some(message.value),
                ..KafkaRecord::at(self.topic.clone(), BY_KEY, 0)
            })
            .collect();
        let connection = self.connection.clone();
        Box::pin(async move {
            tokio::task::spawn_blocking(move || send(&connection, &messages)).await??;
            Ok(())
        })
    }
}

/// To the partition that the key chooses.
const BY_KEY: i32 = -1;

/// Sends messages, and waits until all are written. A producer for each batch: they are few.
fn send(
    connection: &Connection,
    messages: &[KafkaRecord],
) -> Result<(), Box<dyn StdError + Send + Sync>> {
    let producer = Producer::new(connection, &ProducerSettings::default(), None)?;
    for message in messages {
        producer.send(message, Instant::now())?;
    }
    producer.flush(ACKNOWLEDGED_WITHIN)?;
    let failures = producer.deliveries().failures();
    if failures > 0 {
        return Err(format!("{failures} of {} messages were not written", messages.len()).into());
    }
    Ok(())
}
