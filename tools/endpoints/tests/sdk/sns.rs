use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};

use millrace_endpoints::Service;

use crate::{Aws, code};

pub(crate) fn attribute(value: &str) -> MessageAttributeValue {
    let builder = MessageAttributeValue::builder().data_type("String").string_value(value);
    builder.build().unwrap()
}

pub(crate) fn entry(id: &str, message: &str) -> PublishBatchRequestEntry {
    PublishBatchRequestEntry::builder().id(id).message(message).build().unwrap()
}

pub(crate) async fn topic(client: &aws_sdk_sns::Client, name: &str) -> String {
    let mut request = client.create_topic().name(name);
    if name.strip_suffix(".fifo").is_some() {
        request = request.attributes("FifoTopic", "true");
    }
    request.send().await.unwrap().topic_arn.unwrap()
}

#[tokio::test]
async fn attributes_arrive_through_publish_and_publish_batch() {
    let aws = Aws::start().await;
    let client = aws.sns();
    let arn = topic(&client, "alerts").await;

    let publish = client.publish().topic_arn(&arn).message("one").subject("a subject");
    publish.message_attributes("severity", attribute("HIGH")).send().await.unwrap();
    let entry = PublishBatchRequestEntry::builder()
        .id("e1")
        .message("two & <three>")
        .message_attributes("severity", attribute("LOW"))
        .message_attributes("detector", attribute("rapid_clicks"));
    let batch = client.publish_batch().topic_arn(&arn);
    let batch = batch.publish_batch_request_entries(entry.build().unwrap());
    let answer = batch.send().await.unwrap();

    assert_eq!(answer.successful().len(), 1);
    assert_eq!(answer.successful()[0].id(), Some("e1"));
    let published = aws.endpoints.published();
    assert_eq!(published.len(), 2);
    assert_eq!(published[0].subject.as_deref(), Some("a subject"));
    assert_eq!(published[0].attributes["severity"], "HIGH");
    assert_eq!(published[1].message, "two & <three>");
    assert_eq!(published[1].attributes["detector"], "rapid_clicks");
    assert_eq!(Some(published[1].message_id.as_str()), answer.successful()[0].message_id());
}

#[tokio::test]
async fn a_batch_has_at_most_ten_entries_of_together_256_kib_with_distinct_ids() {
    let aws = Aws::start().await;
    let client = aws.sns();
    let arn = topic(&client, "alerts").await;
    let publish = |entries: Vec<PublishBatchRequestEntry>| {
        let batch = client.publish_batch().topic_arn(&arn);
        batch.set_publish_batch_request_entries(Some(entries)).send()
    };

    let eleven = (0..11).map(|index| entry(&format!("e{index}"), "m")).collect();
    assert_eq!(code(publish(eleven).await), "TooManyEntriesInBatchRequest");
    assert_eq!(code(publish(vec![]).await), "EmptyBatchRequest");
    let same = vec![entry("e", "one"), entry("e", "two")];
    assert_eq!(code(publish(same).await), "BatchEntryIdsNotDistinct");
    assert_eq!(code(publish(vec![entry("no spaces", "m")]).await), "InvalidBatchEntryId");
    let half = "x".repeat(128 * 1024);
    let too_long = vec![entry("a", &half), entry("b", &half), entry("c", "x")];
    assert_eq!(code(publish(too_long).await), "BatchRequestTooLong");

    assert!(aws.endpoints.published().is_empty());
    let just_fits = publish(vec![entry("a", &half), entry("b", &half)]).await.unwrap();
    assert_eq!(just_fits.successful().len(), 2);
    let count = aws.count(Service::Sns, "PublishBatch");
    assert_eq!((count.requests, count.entries, count.errors), (6, 11 + 2 + 1 + 3 + 2, 5));
}

#[tokio::test]
async fn attributes_count_towards_the_size() {
    let aws = Aws::start().await;
    let client = aws.sns();
    let arn = topic(&client, "alerts").await;
    // 8 (severity) + 6 (String) + 4 (HIGH) bytes of attribute.
    let longest = "x".repeat(256 * 1024 - 18);
    let publish = |message: &str| {
        let publish = client.publish().topic_arn(&arn).message(message);
        publish.message_attributes("severity", attribute("HIGH")).send()
    };

    publish(&longest).await.unwrap();
    assert_eq!(code(publish(&format!("{longest}x")).await), "InvalidParameter");
}

#[tokio::test]
async fn a_fifo_topic_wants_a_group_and_knows_a_duplicate() {
    let aws = Aws::start().await;
    let client = aws.sns();
    let arn = topic(&client, "alerts.fifo").await;
    let in_group = |id: &str, message: &str, deduplication_id: &str| {
        PublishBatchRequestEntry::builder()
            .id(id)
            .message(message)
            .message_group_id("user#1")
            .message_deduplication_id(deduplication_id)
            .build()
            .unwrap()
    };

    let batch = client.publish_batch().topic_arn(&arn);
    let batch = batch
        .publish_batch_request_entries(in_group("a", "first", "alert-1"))
        .publish_batch_request_entries(entry("b", "without a group"))
        .publish_batch_request_entries(in_group("c", "first again", "alert-1"))
        .publish_batch_request_entries(in_group("d", "second", "alert-2"));
    let answer = batch.send().await.unwrap();

    let successful: Vec<_> = answer.successful().iter().map(|entry| entry.id()).collect();
    assert_eq!(successful, [Some("a"), Some("c"), Some("d")]);
    assert_eq!(answer.successful()[0].message_id(), answer.successful()[1].message_id());
    assert_eq!(answer.failed().len(), 1);
    assert_eq!(answer.failed()[0].id(), "b");
    assert_eq!(answer.failed()[0].code(), "InvalidParameter");
    assert!(answer.failed()[0].sender_fault());
    let published = aws.endpoints.published();
    let duplicates: Vec<bool> = published.iter().map(|message| message.duplicate).collect();
    assert_eq!(duplicates, [false, true, false]);
    assert_eq!(published[0].group_id.as_deref(), Some("user#1"));
    assert_eq!(published[2].deduplication_id.as_deref(), Some("alert-2"));
    let no_deduplication = client.publish().topic_arn(&arn).message("m").message_group_id("g");
    assert_eq!(code(no_deduplication.send().await), "InvalidParameter");
}

#[tokio::test]
async fn a_missing_topic_is_not_found() {
    let aws = Aws::start().await;
    let arn = "arn:aws:sns:eu-central-1:000000000000:nowhere";

    let batch = aws.sns().publish_batch().topic_arn(arn);
    let batch = batch.publish_batch_request_entries(entry("a", "m"));

    assert_eq!(code(batch.send().await), "NotFound");
}
