//! Reading and mending awsim's queues in place.

use std::collections::BTreeMap;
use std::time::Instant;

use awsim_core::AwsError;
use awsim_sqs::state::{Message, SqsState};
use serde_json::{Value, json};

use super::limits;

/// A message in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMessage {
    /// The id the sender was given.
    pub message_id: String,
    /// The body, as sent.
    pub body: String,
    /// Attributes by name: strings and numbers as sent, binary ones as base64.
    pub attributes: BTreeMap<String, String>,
    /// A FIFO queue's message group.
    pub group_id: Option<String>,
    /// A FIFO queue's deduplication id.
    pub deduplication_id: Option<String>,
    /// How often it has been received.
    pub receive_count: u32,
}

/// The queue's name, from its URL.
pub(crate) fn name_of(queue_url: &str) -> &str {
    queue_url.rsplit('/').next().unwrap_or(queue_url)
}

pub(crate) fn check_exists(state: &SqsState, queue: &str) -> Result<(), AwsError> {
    if state.queues.contains_key(queue) {
        return Ok(());
    }
    let message = "The specified queue does not exist.";
    Err(AwsError::bad_request("AWS.SimpleQueueService.NonExistentQueue", message))
}

/// Gives a new queue today's default size, 1 MiB, where its creator names none.
pub(crate) fn add_default_size(state: &SqsState, input: &mut Value) {
    let name = input["QueueName"].as_str().unwrap_or_default();
    if state.queues.contains_key(name) {
        return;
    }
    if input["Attributes"].is_null() {
        input["Attributes"] = json!({});
    }
    if let Some(attributes) = input["Attributes"].as_object_mut() {
        let size = attributes.entry("MaximumMessageSize");
        size.or_insert_with(|| limits::MOST_BYTES.to_string().into());
    }
}

/// The largest message the queue takes; the service's limit for a queue that does not exist.
pub(crate) fn most_bytes(state: &SqsState, queue: &str) -> usize {
    number(state, queue, "MaximumMessageSize").unwrap_or(limits::MOST_BYTES)
}

/// How long a receive waits when it does not say so itself.
pub(crate) fn receive_wait_seconds(state: &SqsState, queue: &str) -> u64 {
    number(state, queue, "ReceiveMessageWaitTimeSeconds").unwrap_or(0)
}

fn number<N: std::str::FromStr>(state: &SqsState, queue: &str, attribute: &str) -> Option<N> {
    state.queues.get(queue)?.attributes.get(attribute)?.parse().ok()
}

/// Makes messages visible again whose visibility timeout is over.
///
/// awsim does so too, but counts it as a receive, so that messages are dead-lettered too early.
pub(crate) fn return_expired(state: &SqsState, queue: &str) {
    let Some(mut queue) = state.queues.get_mut(queue) else { return };
    let now = Instant::now();
    let mut expired: Vec<Message> = queue
        .inflight
        .extract_if(|_, inflight| inflight.visible_at.is_none_or(|visible_at| visible_at <= now))
        .map(|(_, inflight)| inflight.message)
        .collect();
    expired.sort_by_key(|message| message.sent_at);
    for message in expired.into_iter().rev() {
        queue.messages.push_front(message);
    }
}

/// What the queue holds, oldest first, received or not.
pub(crate) fn messages(state: &SqsState, queue: &str) -> Vec<QueuedMessage> {
    let Some(queue) = state.queues.get(queue) else { return Vec::new() };
    let inflight = queue.inflight.values().map(|inflight| &inflight.message);
    let mut messages: Vec<&Message> = queue.messages.iter().chain(inflight).collect();
    messages.sort_by_key(|message| message.sent_at);
    messages.into_iter().map(queued).collect()
}

fn queued(message: &Message) -> QueuedMessage {
    let attributes = message.message_attributes.iter().map(|(name, attribute)| {
        let binary = attribute.binary_value.as_deref();
        let binary = binary.map(|bytes| base64_simd::STANDARD.encode_to_string(bytes));
        (name.clone(), attribute.string_value.clone().or(binary).unwrap_or_default())
    });
    QueuedMessage {
        message_id: message.message_id.clone(),
        // Bodies are kept in memory here; one on disk could fail to be read.
        body: message.body.read_string().unwrap_or_default(),
        attributes: attributes.collect(),
        group_id: message.group_id.clone(),
        deduplication_id: message.dedup_id.clone(),
        receive_count: message.receive_count,
    }
}
