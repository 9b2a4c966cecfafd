use std::collections::HashMap;

use crate::Aws;
use crate::sns::{attribute, topic};
use crate::sqs::queue;

/// Subscribes a queue to a topic; returns the queue's URL.
async fn subscribe(
    aws: &Aws,
    topic_arn: &str,
    queue_name: &str,
    options: &[(&str, &str)],
) -> String {
    let url = queue(&aws.sqs(), queue_name).await;
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let options: HashMap<String, String> = options.collect();
    let subscribe = aws.sns().subscribe().topic_arn(topic_arn).protocol("sqs");
    let arn = format!("arn:aws:sqs:eu-central-1:000000000000:{queue_name}");
    subscribe.endpoint(arn).set_attributes(Some(options)).send().await.unwrap();
    url
}

#[tokio::test]
async fn queues_get_the_envelope_or_the_raw_message_as_they_asked() {
    let aws = Aws::start().await;
    let arn = topic(&aws.sns(), "alerts").await;
    let enveloped = subscribe(&aws, &arn, "enveloped", &[]).await;
    let raw = subscribe(&aws, &arn, "raw", &[("RawMessageDelivery", "true")]).await;

    let publish = aws.sns().publish().topic_arn(&arn).message("{\"id\":1}").subject("s");
    publish.message_attributes("severity", attribute("HIGH")).send().await.unwrap();

    let messages = aws.endpoints.queue_messages(&raw);
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].body, "{\"id\":1}");
    assert_eq!(messages[0].attributes["severity"], "HIGH");
    let messages = aws.endpoints.queue_messages(&enveloped);
    let envelope: serde_json::Value = serde_json::from_str(&messages[0].body).unwrap();
    assert_eq!(envelope["Type"], "Notification");
    assert_eq!(envelope["TopicArn"], arn);
    assert_eq!(envelope["Message"], "{\"id\":1}");
    assert_eq!(envelope["Subject"], "s");
    assert_eq!(envelope["MessageAttributes"]["severity"]["Value"], "HIGH");
    assert!(messages[0].attributes.is_empty());
}

#[tokio::test]
async fn a_filter_policy_decides_who_gets_what() {
    let aws = Aws::start().await;
    let arn = topic(&aws.sns(), "alerts").await;
    let policy = r#"{"severity": ["HIGH", "CRITICAL"]}"#;
    let urgent = [("FilterPolicy", policy), ("RawMessageDelivery", "true")];
    let urgent = subscribe(&aws, &arn, "urgent", &urgent).await;

    let batch = aws.sns().publish_batch().topic_arn(&arn);
    let entry = |id: &str, severity: &str| {
        let entry = aws_sdk_sns::types::PublishBatchRequestEntry::builder().id(id).message(id);
        entry.message_attributes("severity", attribute(severity)).build().unwrap()
    };
    let batch = batch.publish_batch_request_entries(entry("low", "LOW"));
    batch.publish_batch_request_entries(entry("high", "HIGH")).send().await.unwrap();

    let bodies: Vec<String> =
        aws.endpoints.queue_messages(&urgent).into_iter().map(|message| message.body).collect();
    assert_eq!(bodies, ["high"]);
    assert_eq!(aws.endpoints.published().len(), 2);
}
