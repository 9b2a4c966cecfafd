//! SNS: topics, subscriptions and filters are awsim's, publishing has its limits from here.

pub(crate) mod form;

mod deduplication;
mod fanout;
mod limits;
mod publish;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use awsim_core::{AccountRegionStore, AwsError, ServiceHandler};
use awsim_sns::SnsService;
use awsim_sns::state::SnsState;
use serde_json::Value;

use crate::call::{Caller, Service};
use crate::sqs::Sqs;
use deduplication::Deduplication;
pub(crate) use limits::{attributes_size, is_batch_id};

/// A message that SNS accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedMessage {
    /// The topic it was published to.
    pub topic_arn: String,
    /// The id the publisher was given.
    pub message_id: String,
    /// The message, as published.
    pub message: String,
    /// The subject, if there was one.
    pub subject: Option<String>,
    /// Attributes by name: strings and numbers as sent, binary ones as base64.
    pub attributes: BTreeMap<String, String>,
    /// A FIFO topic's message group.
    pub group_id: Option<String>,
    /// A FIFO topic's deduplication id, given or computed from the content.
    pub deduplication_id: Option<String>,
    /// A FIFO topic knew its deduplication id already and did not deliver it again.
    pub duplicate: bool,
}

pub(crate) struct Sns {
    service: SnsService,
    topics: AccountRegionStore<SnsState>,
    deduplication: Deduplication,
    published: Mutex<Vec<PublishedMessage>>,
}

impl Default for Sns {
    fn default() -> Self {
        let service = SnsService::new();
        let topics = service.store_handle();
        Self {
            service,
            topics,
            deduplication: Deduplication::default(),
            published: Mutex::default(),
        }
    }
}

impl Sns {
    pub(crate) async fn handle(
        &self,
        operation: &str,
        input: Value,
        caller: &Caller,
        queues: &Sqs,
    ) -> Result<Value, AwsError> {
        match operation {
            "Publish" => self.publish(input, caller, queues).await,
            "PublishBatch" => self.publish_batch(&input, caller, queues).await,
            _ => self.service.handle(operation, input, &caller.context(Service::Sns)).await,
        }
    }

    pub(crate) fn published(&self) -> Vec<PublishedMessage> {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, message: PublishedMessage) {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).push(message);
    }
}
