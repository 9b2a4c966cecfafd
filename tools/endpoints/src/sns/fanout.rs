//! From a topic to the queues that subscribe to it; awsim has judged the filter policies.

use jiff::Timestamp;
use jiff::fmt::strtime;
use serde_json::{Map, Value, json};

use super::PublishedMessage;
use crate::call::Caller;
use crate::sqs::Sqs;

/// Delivers one message to one queue. A queue that is gone loses it, as in AWS without a
/// redrive policy; other kinds of subscriber than queues get nothing.
pub(crate) async fn deliver(
    delivery: &Value,
    entry: &Value,
    published: &PublishedMessage,
    caller: &Caller,
    queues: &Sqs,
) {
    if delivery["protocol"] != "sqs" {
        return;
    }
    let queue_arn = delivery["endpoint"].as_str().unwrap_or_default();
    let Some((region, queue_name)) = region_and_name(queue_arn) else { return };
    let message = delivery["message"].as_str().unwrap_or_default();
    let is_raw = delivery["raw_message_delivery"] == true;
    let body =
        if is_raw { message.to_owned() } else { envelope(message, entry, published).to_string() };
    let mut input = json!({
        "QueueUrl": format!("http://{}/{}/{queue_name}", caller.host, crate::call::ACCOUNT),
        "MessageBody": body,
    });
    if is_raw && entry["MessageAttributes"].is_object() {
        input["MessageAttributes"] = entry["MessageAttributes"].clone();
    }
    if queue_name.strip_suffix(".fifo").is_some() {
        input["MessageGroupId"] = published.group_id.clone().into();
        input["MessageDeduplicationId"] = published.deduplication_id.clone().into();
    }
    let queue_caller = Caller { region: region.to_owned(), host: caller.host.clone() };
    if let Err(error) = queues.handle("SendMessage", input, &queue_caller).await {
        tracing::warn!(queue = queue_name, code = error.code, "a subscribed queue got nothing");
    }
}

fn region_and_name(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.split(':').skip(3);
    let region = parts.next()?;
    let name = parts.nth(1)?;
    Some((region, name))
}

/// The JSON that a queue gets without raw delivery. The signature is a placeholder.
fn envelope(message: &str, entry: &Value, published: &PublishedMessage) -> Value {
    let now = strtime::format("%Y-%m-%dT%H:%M:%S.%3fZ", Timestamp::now()).unwrap_or_default();
    let mut envelope = json!({
        "Type": "Notification",
        "MessageId": published.message_id,
        "TopicArn": published.topic_arn,
        "Message": message,
        "Timestamp": now,
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertURL": "https://sns.example.invalid/cert.pem",
        "UnsubscribeURL": "https://sns.example.invalid/unsubscribe",
    });
    if let Some(subject) = &published.subject {
        envelope["Subject"] = subject.as_str().into();
    }
    let mut attributes = Map::new();
    for (name, attribute) in entry["MessageAttributes"].as_object().into_iter().flatten() {
        let value = published.attributes.get(name).map(String::as_str);
        attributes.insert(name.clone(), json!({ "Type": attribute["DataType"], "Value": value }));
    }
    if !attributes.is_empty() {
        envelope["MessageAttributes"] = Value::Object(attributes);
    }
    envelope
}
