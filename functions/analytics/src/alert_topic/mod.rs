//! The SNS topic that alerts are published to.

mod message;

use aws_sdk_sns::Client;
use aws_sdk_sns::error::BuildError;
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use millrace_lambda::messages::{ENTRIES, STRING, fifo_id, is_fifo, message_size, refused_entry};
use millrace_lambda::request_error;
use millrace_shared::alerts::Alert;
use millrace_shared::delivery::{Deadline, Limits, Outcome, Reply, RequestError, Retry, send};
use millrace_shared::entity::EntityKey;
use tracing::error;

use crate::config::InFlight;

/// Bytes that one `PublishBatch` takes, of all messages with their attributes.
const BYTES: usize = 256 * 1024;

/// The topic for alerts, standard or FIFO.
pub struct AlertTopic {
    client: Client,
    arn: String,
    is_fifo: bool,
    limits: Limits,
    retry: Retry,
}

/// An alert as it is published.
struct Post {
    id: String,
    group: String,
    subject: String,
    text: String,
    attributes: [(&'static str, String); 3],
}

impl AlertTopic {
    /// The topic with this ARN. Requests to a FIFO topic are made one after the other, so that an
    /// entity's alerts are published in their order, unless one of them has to be sent again.
    pub fn new(client: Client, arn: &str, in_flight: InFlight, retry: Retry) -> Self {
        let is_fifo = is_fifo(arn);
        let in_flight = if is_fifo { 1 } else { in_flight.messages };
        let limits = Limits { entries: ENTRIES, bytes: BYTES, in_flight };
        Self { client, arn: arn.to_owned(), is_fifo, limits, retry }
    }

    /// Publishes alerts. One result per alert, in order. What the topic refuses for good stands in
    /// the table of alerts all the same; it is logged and counts as delivered, so that it never
    /// blocks its partition.
    pub async fn publish(
        &self,
        alerts: &[(&EntityKey, &Alert)],
        deadline: Deadline,
    ) -> Vec<Result<(), String>> {
        let posts: Vec<Post> = alerts.iter().map(|(entity, alert)| post(entity, alert)).collect();
        let size = |place: usize| {
            let post = &posts[place];
            message_size(&post.text, &post.attributes) + post.subject.len()
        };
        let outcomes = send(
            posts.len(),
            size,
            &self.limits,
            &self.retry,
            deadline,
            async |places: &[usize]| {
                self.publish_batch(places.iter().map(|&place| &posts[place]).collect()).await
            },
        )
        .await;
        let results = alerts.iter().zip(outcomes).map(|((_, alert), outcome)| match outcome {
            Outcome::Done(()) => Ok(()),
            Outcome::Refused(reason) => {
                let source = &alert.source;
                let (topic, partition) = (source.topic.as_str(), source.partition.0);
                error!(
                    topic,
                    partition,
                    offset = source.offset.0,
                    reason,
                    "an alert was not published"
                );
                Ok(())
            }
            Outcome::Unfinished(reason) => Err(reason),
        });
        results.collect()
    }

    /// One `PublishBatch`.
    async fn publish_batch(&self, posts: Vec<&Post>) -> Result<Vec<Reply<()>>, RequestError> {
        let entries: Result<Vec<_>, BuildError> =
            posts.iter().enumerate().map(|(id, post)| self.entry(id, post)).collect();
        let entries = entries.map_err(|error| {
            RequestError::Broken(format!("a request could not be made: {error}"))
        })?;
        let request = self.client.publish_batch().topic_arn(&self.arn);
        let sent = request.set_publish_batch_request_entries(Some(entries)).send().await;
        let resource = format!("topic {}", self.arn);
        let answer = sent.map_err(|error| request_error("PublishBatch", &resource, &error))?;

        let reply = |id: usize| {
            let id = id.to_string();
            if let Some(failed) = answer.failed().iter().find(|failed| failed.id() == id) {
                let what = format!("PublishBatch on {resource}");
                return refused_entry(&what, failed.code(), failed.sender_fault());
            }
            if answer.successful().iter().any(|entry| entry.id() == Some(id.as_str())) {
                return Reply::Done(());
            }
            Reply::Again(format!("PublishBatch on {resource} did not answer for an entry"))
        };
        Ok((0..posts.len()).map(reply).collect())
    }

    fn entry(&self, id: usize, post: &Post) -> Result<PublishBatchRequestEntry, BuildError> {
        let mut entry = PublishBatchRequestEntry::builder()
            .id(id.to_string())
            .subject(&post.subject)
            .message(&post.text);
        for (name, value) in &post.attributes {
            let attribute =
                MessageAttributeValue::builder().data_type(STRING).string_value(value).build()?;
            entry = entry.message_attributes(*name, attribute);
        }
        if self.is_fifo {
            entry = entry.message_group_id(&post.group).message_deduplication_id(&post.id);
        }
        entry.build()
    }
}

fn post(entity: &EntityKey, alert: &Alert) -> Post {
    Post {
        id: alert.id.to_string(),
        group: fifo_id(entity.as_str()),
        subject: message::subject(alert),
        text: message::text(entity, alert),
        attributes: message::attributes(entity, alert),
    }
}
