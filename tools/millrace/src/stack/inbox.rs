//! A queue that gets every published alert, for endpoints that cannot be looked into.

use super::Aws;
use super::queue::{delete, drain};
use super::resources::create_queue;
use crate::error::Error;

#[derive(Clone, Debug)]
pub(super) struct Inbox {
    pub(super) queue_url: String,
}

impl Inbox {
    /// Creates the queue and subscribes it to the topic.
    pub(super) async fn subscribe(aws: &Aws, prefix: &str, topic_arn: &str) -> Result<Self, Error> {
        let name = format!("{prefix}-inbox");
        let queue_url = create_queue(aws, &name).await?;
        let queue_name = queue_url.rsplit('/').next().unwrap_or(&name);
        // A topic and a queue of one account and region have ARNs that differ in these two parts.
        let arn = topic_arn.replacen(":sns:", ":sqs:", 1);
        let queue_arn = match arn.rsplit_once(':') {
            Some((start, _)) => format!("{start}:{queue_name}"),
            None => queue_name.to_owned(),
        };
        let request = aws.sns.subscribe().topic_arn(topic_arn).protocol("sqs").endpoint(queue_arn);
        request
            .attributes("RawMessageDelivery", "true")
            .send()
            .await
            .map_err(|error| aws.error("Subscribe", topic_arn, &error))?;
        Ok(Self { queue_url })
    }

    /// Takes out the bodies of the messages since the last time.
    pub(super) async fn take(&self, aws: &Aws) -> Result<Vec<String>, Error> {
        let messages = drain(aws, &self.queue_url).await?;
        delete(aws, &self.queue_url, &messages).await?;
        Ok(messages.into_iter().filter_map(|message| message.body).collect())
    }
}
