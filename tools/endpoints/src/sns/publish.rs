//! `Publish` and `PublishBatch`.

use std::collections::BTreeMap;
use std::time::Instant;

use awsim_core::{AwsError, EventBus, ServiceHandler};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{PublishedMessage, Sns, fanout, limits};
use crate::call::{ACCOUNT, Caller, Service};
use crate::sqs::Sqs;

/// What of a topic decides how a message is taken.
struct Topic {
    is_fifo: bool,
    deduplicates_by_content: bool,
    has_subscriptions: bool,
}

impl Sns {
    pub(crate) async fn publish(
        &self,
        input: Value,
        caller: &Caller,
        queues: &Sqs,
    ) -> Result<Value, AwsError> {
        let arn = input["TopicArn"].as_str().or_else(|| input["TargetArn"].as_str());
        let arn = arn.unwrap_or_default().to_owned();
        let topic = self.topic(&arn, caller)?;
        self.publish_one(&arn, &topic, input, caller, queues).await
    }

    pub(crate) async fn publish_batch(
        &self,
        input: &Value,
        caller: &Caller,
        queues: &Sqs,
    ) -> Result<Value, AwsError> {
        let arn = input["TopicArn"].as_str().unwrap_or_default();
        let topic = self.topic(arn, caller)?;
        let entries = input["PublishBatchRequestEntries"].as_array();
        let entries = entries.map(Vec::as_slice).unwrap_or_default();
        limits::check_batch(entries)?;

        let mut successful = Vec::new();
        let mut failed = Vec::new();
        for entry in entries {
            match self.publish_one(arn, &topic, entry.clone(), caller, queues).await {
                Ok(mut result) => {
                    result["Id"] = entry["Id"].clone();
                    successful.push(result);
                }
                Err(error) => failed.push(json!({
                    "Id": entry["Id"],
                    "Code": error.code,
                    "Message": error.message,
                    "SenderFault": true,
                })),
            }
        }
        Ok(json!({ "Successful": { "member": successful }, "Failed": { "member": failed } }))
    }

    fn topic(&self, arn: &str, caller: &Caller) -> Result<Topic, AwsError> {
        let state = self.topics.get(ACCOUNT, &caller.region);
        let Some(topic) = state.topics.get(arn) else {
            return Err(AwsError::not_found("NotFound", "Topic does not exist"));
        };
        let by_content = topic.attributes.get("ContentBasedDeduplication");
        Ok(Topic {
            is_fifo: topic.is_fifo,
            deduplicates_by_content: by_content.is_some_and(|value| value == "true"),
            has_subscriptions: !topic.subscription_arns.is_empty(),
        })
    }

    async fn publish_one(
        &self,
        arn: &str,
        topic: &Topic,
        mut entry: Value,
        caller: &Caller,
        queues: &Sqs,
    ) -> Result<Value, AwsError> {
        limits::check_message(&entry)?;
        let deduplication_id = deduplication_id(topic, &entry)?;
        let mut context = caller.context(Service::Sns);
        // awsim tells of deliveries through a bus; one of this message's own needs no waiting.
        let deliveries = topic.has_subscriptions.then(|| {
            let bus = EventBus::new();
            let deliveries = bus.subscribe();
            context.event_bus = Some(bus);
            deliveries
        });
        let message_id = uuid();
        let first = deduplication_id
            .as_deref()
            .and_then(|id| self.deduplication.first_message(arn, id, &message_id, Instant::now()));
        let published = published(arn, &message_id, &entry, deduplication_id, first.is_some());
        if let Some(first) = first {
            self.keep(published);
            return Ok(result(&first, topic));
        }
        entry["TopicArn"] = arn.into();
        if let Some(id) = &published.deduplication_id {
            entry["MessageDeduplicationId"] = id.as_str().into();
        }
        self.service.handle("Publish", entry.clone(), &context).await?;
        let mut deliveries = deliveries;
        while let Some(delivery) = deliveries.as_mut().and_then(|bus| bus.try_recv().ok()) {
            fanout::deliver(&delivery.detail, &entry, &published, caller, queues).await;
        }
        self.keep(published);
        Ok(result(&message_id, topic))
    }
}

/// The id by which a FIFO topic knows a message again; an error if it has none or may have none.
fn deduplication_id(topic: &Topic, entry: &Value) -> Result<Option<String>, AwsError> {
    let given = entry["MessageDeduplicationId"].as_str();
    if !topic.is_fifo {
        return match given {
            Some(_) => Err(limits::invalid(
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId \
                 parameter that is not valid for this topic type",
            )),
            None => Ok(None),
        };
    }
    if entry["MessageGroupId"].as_str().is_none() {
        return Err(limits::invalid("The MessageGroupId parameter is required for FIFO topics"));
    }
    match given {
        Some(id) => Ok(Some(id.to_owned())),
        None if topic.deduplicates_by_content => {
            let message = entry["Message"].as_str().unwrap_or_default();
            Ok(Some(format!("{:x}", Sha256::digest(message.as_bytes()))))
        }
        None => Err(limits::invalid(
            "The topic should either have ContentBasedDeduplication enabled or \
             MessageDeduplicationId provided explicitly",
        )),
    }
}

fn published(
    arn: &str,
    message_id: &str,
    entry: &Value,
    deduplication_id: Option<String>,
    duplicate: bool,
) -> PublishedMessage {
    let text = |member: &str| entry[member].as_str().map(str::to_owned);
    let mut attributes = BTreeMap::new();
    for (name, attribute) in entry["MessageAttributes"].as_object().into_iter().flatten() {
        let value = attribute["StringValue"].as_str().or_else(|| attribute["BinaryValue"].as_str());
        attributes.insert(name.clone(), value.unwrap_or_default().to_owned());
    }
    PublishedMessage {
        topic_arn: arn.to_owned(),
        message_id: message_id.to_owned(),
        message: text("Message").unwrap_or_default(),
        subject: text("Subject"),
        attributes,
        group_id: text("MessageGroupId"),
        deduplication_id,
        duplicate,
    }
}

fn result(message_id: &str, topic: &Topic) -> Value {
    let mut result = json!({ "MessageId": message_id });
    if topic.is_fifo {
        result["SequenceNumber"] = format!("{:020}", jiff::Timestamp::now().as_nanosecond()).into();
    }
    result
}

fn uuid() -> String {
    let hex = format!("{:032x}", fastrand::u128(..));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
