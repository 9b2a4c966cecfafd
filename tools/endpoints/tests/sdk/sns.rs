use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};

use crate::Aws;

pub(crate) fn attribute(value: &str) -> MessageAttributeValue {
    let builder = MessageAttributeValue::builder().data_type("String").string_value(value);
    builder.build().unwrap()
}

pub(crate) fn entry(id: &str, message: &str) -> PublishBatchRequestEntry {
    PublishBatchRequestEntry::builder().id(id).message(message).build().unwrap()
}

pub(crate) async fn topic(client: &aws_sdk_sns::Client, name: &str) -> String {
    let mut request = client.create_topic().name(name);
    if name.ends_with(".fifo") {
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
