use aws_sdk_sqs::types::SendMessageBatchRequestEntry;

use crate::Aws;

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
