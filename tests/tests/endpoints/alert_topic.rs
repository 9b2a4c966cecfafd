use std::collections::BTreeMap;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use millrace_shared::alerts::Alert;
use millrace_shared::entity::EntityKey;

use crate::support::{Aws, alert, deadline, user};

/// Subscribes a new queue to a topic; messages arrive as they were published.
async fn subscribe(aws: &Aws, topic_arn: &str, ending: &str) -> String {
    let url = aws.create_queue(&format!("subscriber-{}{ending}", fastrand::u32(..))).await;
    let request = aws.clients.sqs.get_queue_attributes().queue_url(&url);
    let answer = request.attribute_names(QueueAttributeName::QueueArn).send().await.unwrap();
    let arn = &answer.attributes.unwrap()[&QueueAttributeName::QueueArn];
    let subscribe = aws.clients.sns.subscribe().topic_arn(topic_arn).protocol("sqs").endpoint(arn);
    subscribe.attributes("RawMessageDelivery", "true").send().await.unwrap();
    url
}

/// The messages of a queue, each once.
async fn messages(aws: &Aws, url: &str) -> Vec<Message> {
    let mut all = Vec::new();
    loop {
        let request = aws.clients.sqs.receive_message().queue_url(url).max_number_of_messages(10);
        let request = request
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All);
        let received = request.send().await.unwrap().messages.unwrap_or_default();
        if received.is_empty() {
            return all;
        }
        for message in &received {
            let handle = message.receipt_handle().unwrap();
            let request = aws.clients.sqs.delete_message().queue_url(url).receipt_handle(handle);
            request.send().await.unwrap();
        }
        all.extend(received);
    }
}

fn attributes(message: &Message) -> BTreeMap<&str, &str> {
    let attributes = message.message_attributes().unwrap();
    attributes.iter().map(|(name, value)| (name.as_str(), value.string_value().unwrap())).collect()
}

#[tokio::test]
async fn every_alert_reaches_subscribers_with_attributes_to_filter_on() {
    let aws = Aws::any().await;
    let arn = aws.resources("").await.topic_arn;
    let queue = subscribe(&aws, &arn, "").await;
    let entity = user("ü\u{ffff}");
    let alerts: Vec<Alert> = (0..23).map(alert).collect();
    let posts: Vec<(&EntityKey, &Alert)> = alerts.iter().map(|alert| (&entity, alert)).collect();
    let results = aws.topic(&arn).publish(&posts, deadline()).await;
    assert_eq!(results, vec![Ok(()); 23]);

    let messages = messages(&aws, &queue).await;
    let mut offsets = Vec::new();
    for message in &messages {
        let body: serde_json::Value = serde_json::from_str(message.body().unwrap()).unwrap();
        assert_eq!(body["entity"], "user#ü\u{ffff}");
        assert_eq!(body["evidence"]["amount"], 12_000.5);
        let severity = body["severity"].as_str().unwrap();
        let expected =
            [("detector", "high_value"), ("entity_type", "user"), ("severity", severity)];
        assert_eq!(attributes(message), BTreeMap::from(expected));
        offsets.push(body["offset"].as_i64().unwrap());
    }
    offsets.sort_unstable();
    assert_eq!(offsets, (0..23).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_fifo_topic_keeps_an_entitys_order_and_drops_what_it_has_seen() {
    let aws = Aws::any().await;
    let arn = aws.resources(".fifo").await.topic_arn;
    let queue = subscribe(&aws, &arn, ".fifo").await;
    // A group may hold neither spaces nor more than 128 characters.
    let entities = [user(1), user("two words"), user("3".repeat(200))];
    let alerts: Vec<Alert> = (0..12).map(alert).collect();
    let posts: Vec<(&EntityKey, &Alert)> =
        alerts.iter().enumerate().map(|(at, alert)| (&entities[at % 3], alert)).collect();
    let topic = aws.topic(&arn);
    assert_eq!(topic.publish(&posts, deadline()).await, vec![Ok(()); 12]);
    assert_eq!(topic.publish(&posts[..2], deadline()).await, vec![Ok(()); 2]);

    let mut offsets_by_group: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for message in messages(&aws, &queue).await {
        let body: serde_json::Value = serde_json::from_str(message.body().unwrap()).unwrap();
        let attributes = message.attributes().unwrap();
        let group = attributes[&MessageSystemAttributeName::MessageGroupId].clone();
        offsets_by_group.entry(group).or_default().push(body["offset"].as_i64().unwrap());
    }
    assert_eq!(offsets_by_group["user#1"], [0, 3, 6, 9]);
    let mut rest: Vec<Vec<i64>> = offsets_by_group.into_values().collect();
    rest.sort();
    assert_eq!(rest, [[0, 3, 6, 9], [1, 4, 7, 10], [2, 5, 8, 11]]);
}

#[tokio::test]
async fn a_topic_that_does_not_exist_is_named_with_the_operation() {
    let aws = Aws::any().await;
    let arn = aws.resources("").await.topic_arn + "-gone";
    let (entity, alert) = (user(1), alert(1));
    let results = aws.topic(&arn).publish(&[(&entity, &alert)], deadline()).await;
    let reason = results[0].as_ref().unwrap_err();
    assert!(
        reason.starts_with(&format!("PublishBatch on topic {arn} failed: NotFound")),
        "{reason}"
    );
}
