use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry,
};

use millrace_endpoints::Service;

use crate::{Aws, code};

pub(crate) fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
}

pub(crate) async fn queue(client: &aws_sdk_sqs::Client, name: &str) -> String {
    client.create_queue().queue_name(name).send().await.unwrap().queue_url.unwrap()
}

#[tokio::test]
async fn a_batch_is_queued_and_can_be_received_and_deleted() {
    let aws = Aws::start().await;
    let client = aws.sqs();
    let url = queue(&client, "dead-letters").await;
    assert!(url.starts_with(aws.endpoints.url()));

    let batch = client.send_message_batch().queue_url(&url);
    let batch = batch.entries(entry("a", "first")).entries(entry("b", "second"));
    let answer = batch.send().await.unwrap();

    assert_eq!(answer.successful().len(), 2);
    let queued = aws.endpoints.queue_messages(&url);
    assert_eq!(
        queued.iter().map(|message| message.body.as_str()).collect::<Vec<_>>(),
        ["first", "second"]
    );
    let received = client.receive_message().queue_url(&url).max_number_of_messages(10);
    let received = received.send().await.unwrap();
    assert_eq!(received.messages().len(), 2);
    for message in received.messages() {
        let handle = message.receipt_handle().unwrap();
        client.delete_message().queue_url(&url).receipt_handle(handle).send().await.unwrap();
    }
    assert!(aws.endpoints.queue_messages(&url).is_empty());
}

#[tokio::test]
async fn a_batch_has_at_most_ten_entries_of_together_1_mib_with_distinct_ids() {
    let aws = Aws::start().await;
    let client = aws.sqs();
    let url = queue(&client, "dead-letters").await;
    let send = |entries: Vec<SendMessageBatchRequestEntry>| {
        client.send_message_batch().queue_url(&url).set_entries(Some(entries)).send()
    };

    let eleven = (0..11).map(|index| entry(&format!("e{index}"), "m")).collect();
    let prefix = "AWS.SimpleQueueService.";
    assert_eq!(code(send(eleven).await), format!("{prefix}TooManyEntriesInBatchRequest"));
    let same = vec![entry("e", "one"), entry("e", "two")];
    assert_eq!(code(send(same).await), format!("{prefix}BatchEntryIdsNotDistinct"));
    let half = "x".repeat(512 * 1024);
    let too_long = vec![entry("a", &half), entry("b", &half), entry("c", "x")];
    assert_eq!(code(send(too_long).await), format!("{prefix}BatchRequestTooLong"));
    assert!(aws.endpoints.queue_messages(&url).is_empty());

    let just_fits = send(vec![entry("a", &half), entry("b", &half)]).await.unwrap();
    assert_eq!(just_fits.successful().len(), 2);
    let count = aws.count(Service::Sqs, "SendMessageBatch");
    assert_eq!((count.requests, count.entries, count.errors), (4, 11 + 2 + 3 + 2, 3));
}

#[tokio::test]
async fn what_a_queue_cannot_carry_fails_alone() {
    let aws = Aws::start().await;
    let client = aws.sqs();
    let url = queue(&client, "dead-letters").await;

    let batch = client.send_message_batch().queue_url(&url);
    let batch = batch.entries(entry("a", "bell: \u{7}")).entries(entry("b", "fine"));
    let answer = batch.send().await.unwrap();

    assert_eq!(answer.failed().len(), 1);
    assert_eq!(answer.failed()[0].id(), "a");
    assert_eq!(answer.failed()[0].code(), "InvalidMessageContents");
    assert_eq!(aws.endpoints.queue_messages(&url).len(), 1);
}

#[tokio::test]
async fn attributes_stay_with_their_message() {
    let aws = Aws::start().await;
    let client = aws.sqs();
    let url = queue(&client, "dead-letters").await;
    let reason = MessageAttributeValue::builder().data_type("String").string_value("bad base64");

    let send = client.send_message().queue_url(&url).message_body("body");
    send.message_attributes("reason", reason.build().unwrap()).send().await.unwrap();

    let queued = aws.endpoints.queue_messages(&url);
    assert_eq!(queued[0].attributes["reason"], "bad base64");
    let receive = client.receive_message().queue_url(&url).message_attribute_names("All");
    let received = receive.send().await.unwrap();
    let attributes = received.messages()[0].message_attributes().unwrap();
    assert_eq!(attributes["reason"].string_value(), Some("bad base64"));
}

#[tokio::test]
async fn a_message_that_comes_back_has_been_received_once_more_and_not_twice() {
    let aws = Aws::start().await;
    let client = aws.sqs();
    let dead_letters = queue(&client, "dead-letters").await;
    let redrive = r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:000000000000:dead-letters","maxReceiveCount":2}"#;
    let create = client.create_queue().queue_name("work");
    let create = create.attributes(QueueAttributeName::RedrivePolicy, redrive);
    let url = create.send().await.unwrap().queue_url.unwrap();
    client.send_message().queue_url(&url).message_body("body").send().await.unwrap();
    let receive = || async {
        let receive = client.receive_message().queue_url(&url).visibility_timeout(0);
        let receive = receive
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        receive.send().await.unwrap().messages.unwrap_or_default()
    };

    let mut counts = Vec::new();
    for message in receive().await.into_iter().chain(receive().await) {
        let attributes = message.attributes.unwrap();
        counts.push(attributes[&MessageSystemAttributeName::ApproximateReceiveCount].clone());
    }
    assert_eq!(counts, ["1", "2"]);
    assert!(receive().await.is_empty());
    assert_eq!(aws.endpoints.queue_messages(&dead_letters).len(), 1);
}

#[tokio::test]
async fn a_missing_queue_does_not_exist() {
    let aws = Aws::start().await;
    let url = format!("{}/000000000000/nowhere", aws.endpoints.url());

    let batch = aws.sqs().send_message_batch().queue_url(&url).entries(entry("a", "m"));
    let error = batch.send().await.unwrap_err().into_service_error();

    assert!(error.is_queue_does_not_exist());
}
