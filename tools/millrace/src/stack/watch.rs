//! What functions did to their stack from one moment to another.

use std::collections::{BTreeMap, HashSet};

use millrace_endpoints::{RequestCount, Service};

use super::messages::{DeadLetter, PublishedAlert};
use super::queue::{drain, give_back};
use super::{Metrics, Stack};
use crate::error::Error;
use crate::function::Function;

/// Requests by service and operation.
pub(crate) type Requests = BTreeMap<(Service, String), RequestCount>;

/// A moment, to compare a later one with.
pub(crate) struct Watch {
    metrics: Metrics,
    published: usize,
    dead_letters: HashSet<String>,
    requests: Option<Requests>,
}

/// What happened since a moment. Rows are read from the tables, see [`super::Rows`].
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// The sums of the functions' metrics.
    pub(crate) metrics: Metrics,
    /// The alerts they published, each as often as it was published.
    pub(crate) published: Vec<PublishedAlert>,
    /// The records that reached the dead-letter queue.
    pub(crate) dead_letters: Vec<DeadLetter>,
    /// The requests they made; only endpoints of our own count them.
    pub(crate) requests: Option<Requests>,
}

impl Watch {
    /// From now on.
    pub(crate) async fn start(stack: &Stack) -> Result<Self, Error> {
        let metrics = Metrics::read(&stack.aws, &stack.resources.metrics_namespace).await?;
        let letters = stack.dead_letters().await?;
        let dead_letters = letters.into_iter().map(|letter| letter.message_id).collect();
        // At endpoints that cannot be looked into this empties the inbox.
        let published = stack.published().await?.len();
        Ok(Self { metrics, published, dead_letters, requests: stack.requests() })
    }

    /// Until now.
    pub(crate) async fn changes(&self, stack: &Stack) -> Result<Changes, Error> {
        // First of all, because what follows makes requests of its own.
        let requests = stack.requests().map(|now| since(now, self.requests.as_ref()));
        let metrics = Metrics::read(&stack.aws, &stack.resources.metrics_namespace).await?;
        let mut published = stack.published().await?;
        if stack.aws.embedded.is_some() {
            published.drain(..self.published);
        }
        let mut dead_letters = stack.dead_letters().await?;
        dead_letters
            .retain(|letter| letter.is_first() && !self.dead_letters.contains(&letter.message_id));
        Ok(Changes { metrics: metrics.since(&self.metrics), published, dead_letters, requests })
    }
}

impl Changes {
    /// The records that a function gave up.
    pub(crate) fn dead_letters_of(&self, function: Function) -> impl Iterator<Item = &DeadLetter> {
        self.dead_letters.iter().filter(move |letter| letter.function == function.name())
    }
}

impl Stack {
    /// Alerts published so far; at endpoints that cannot be looked into: since the last look.
    async fn published(&self) -> Result<Vec<PublishedAlert>, Error> {
        let topic_arn = &self.resources.alert_topic_arn;
        let messages = match (&self.aws.embedded, &self.resources.inbox) {
            (Some(endpoints), _) => {
                let mut messages = endpoints.published();
                messages.retain(|message| message.topic_arn == *topic_arn);
                messages.into_iter().map(|message| message.message).collect()
            }
            (None, Some(inbox)) => inbox.take(&self.aws).await?,
            (None, None) => Vec::new(),
        };
        messages.iter().map(|message| PublishedAlert::read(message, topic_arn)).collect()
    }

    /// The dead letters that are in the queue.
    async fn dead_letters(&self) -> Result<Vec<DeadLetter>, Error> {
        let queue_url = &self.resources.dead_letter_queue_url;
        if let Some(endpoints) = &self.aws.embedded {
            let messages = endpoints.queue_messages(queue_url).into_iter();
            return messages
                .map(|message| DeadLetter::read(message.message_id, &message.body, queue_url))
                .collect();
        }
        let messages = drain(&self.aws, queue_url).await?;
        give_back(&self.aws, queue_url, &messages).await?;
        let read = |message: aws_sdk_sqs::types::Message| {
            let id = message.message_id.unwrap_or_default();
            DeadLetter::read(id, &message.body.unwrap_or_default(), queue_url)
        };
        messages.into_iter().map(read).collect()
    }

    /// Requests so far.
    fn requests(&self) -> Option<Requests> {
        self.aws.embedded.as_ref().map(millrace_endpoints::Endpoints::requests)
    }
}

fn since(mut now: Requests, before: Option<&Requests>) -> Requests {
    for (operation, count) in &mut now {
        if let Some(before) = before.and_then(|before| before.get(operation)) {
            count.requests -= before.requests;
            count.entries -= before.entries;
            count.errors -= before.errors;
        }
    }
    now.retain(|_, count| count.requests > 0);
    now
}
