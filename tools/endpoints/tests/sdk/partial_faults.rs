use std::collections::HashMap;

use aws_sdk_dynamodb::types::BatchStatementErrorCodeEnum;
use millrace_endpoints::{Entries, EntryError, Fault, FaultKind, Service};

use crate::Aws;
use crate::dynamodb::{create_table, get, keys, put, text, update, write};
use crate::firehose::{create_stream, record};

#[tokio::test]
async fn batch_get_item_leaves_keys_unprocessed() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    for entity in ["user#1", "user#2", "user#3"] {
        put(&client, entity, 1).await;
    }
    let fault = Fault::new(Service::DynamoDb, "BatchGetItem", FaultKind::entries([0, 2]));
    aws.endpoints.inject(fault).unwrap();

    let batch = client.batch_get_item();
    let batch = batch.request_items("state", keys(&["user#1", "user#2", "user#3"]));
    let first = batch.send().await.unwrap();
    let unprocessed = first.unprocessed_keys().unwrap().clone();
    let second = client.batch_get_item().set_request_items(Some(unprocessed)).send().await.unwrap();

    let read = &first.responses().unwrap()["state"];
    assert_eq!(read.len(), 1);
    assert_eq!(read[0]["entity"], text("user#2"));
    let unprocessed = &first.unprocessed_keys().unwrap()["state"];
    let left: Vec<_> = unprocessed.keys().iter().map(|key| key["entity"].clone()).collect();
    assert_eq!(left, [text("user#1"), text("user#3")]);
    assert_eq!(unprocessed.consistent_read(), Some(true));
    assert_eq!(second.responses().unwrap()["state"].len(), 2);
}

#[tokio::test]
async fn batch_write_item_leaves_items_unprocessed() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    let fault = Fault::new(Service::DynamoDb, "BatchWriteItem", FaultKind::first_entries(1));
    aws.endpoints.inject(fault).unwrap();

    let batch = client.batch_write_item();
    let batch = batch.request_items("state", vec![write("user#1"), write("user#2")]);
    let answer = batch.send().await.unwrap();

    let unprocessed = &answer.unprocessed_items().unwrap()["state"];
    assert_eq!(unprocessed.as_slice(), [write("user#1")]);
    assert!(get(&client, "user#1").await.is_none());
    assert!(get(&client, "user#2").await.is_some());
}

#[tokio::test]
async fn nothing_at_all_may_be_processed() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    let fault = Fault::of_service(Service::DynamoDb, FaultKind::first_entries(100));
    aws.endpoints.inject(fault).unwrap();

    let batch = client.batch_get_item().request_items("state", keys(&["user#1", "user#2"]));
    let answer = batch.send().await.unwrap();

    assert!(answer.responses().is_none_or(HashMap::is_empty));
    assert_eq!(answer.unprocessed_keys().unwrap()["state"].keys().len(), 2);
}

#[tokio::test]
async fn batch_execute_statement_throttles_a_statement_inside_a_success() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    for entity in ["user#1", "user#2", "user#3"] {
        put(&client, entity, 1).await;
    }
    let kind = FaultKind::entries([1]);
    let fault = Fault::new(Service::DynamoDb, "BatchExecuteStatement", kind);
    aws.endpoints.inject(fault).unwrap();

    let batch = client.batch_execute_statement();
    let batch = batch.statements(update("user#1", 1)).statements(update("user#2", 1));
    let answer = batch.statements(update("user#3", 9)).send().await.unwrap();

    let codes: Vec<_> = answer
        .responses()
        .iter()
        .map(|response| response.error().and_then(|error| error.code().cloned()))
        .collect();
    let throttled = BatchStatementErrorCodeEnum::ThrottlingError;
    let stale = BatchStatementErrorCodeEnum::ConditionalCheckFailed;
    assert_eq!(codes, [None, Some(throttled), Some(stale)]);
    assert_eq!(get(&client, "user#1").await.unwrap()["a"], text("new"));
    assert_eq!(get(&client, "user#2").await.unwrap()["a"], text("old"));
}

#[tokio::test]
async fn publish_batch_fails_for_some_entries_with_the_error_ordered() {
    let aws = Aws::start().await;
    let client = aws.sns();
    let arn = crate::sns::topic(&client, "alerts").await;
    let error = EntryError {
        code: "InternalError".to_owned(),
        message: "try again".to_owned(),
        is_sender_fault: false,
    };
    let kind = FaultKind::Partial { entries: Entries::First(1), error: Some(error) };
    aws.endpoints.inject(Fault::new(Service::Sns, "PublishBatch", kind)).unwrap();

    let batch = client.publish_batch().topic_arn(&arn);
    let batch = batch.publish_batch_request_entries(crate::sns::entry("a", "one"));
    let batch = batch.publish_batch_request_entries(crate::sns::entry("b", "two"));
    let answer = batch.send().await.unwrap();

    assert_eq!(answer.failed().len(), 1);
    assert_eq!(answer.failed()[0].id(), "a");
    assert_eq!(answer.failed()[0].code(), "InternalError");
    assert!(!answer.failed()[0].sender_fault());
    assert_eq!(answer.successful()[0].id(), Some("b"));
    let messages: Vec<_> =
        aws.endpoints.published().into_iter().map(|message| message.message).collect();
    assert_eq!(messages, ["two"]);
}

#[tokio::test]
async fn send_message_batch_fails_for_some_entries() {
    let aws = Aws::start().await;
    let client = aws.sqs();
    let url = crate::sqs::queue(&client, "dead-letters").await;
    let fault = Fault::new(Service::Sqs, "SendMessageBatch", FaultKind::entries([1]));
    aws.endpoints.inject(fault).unwrap();

    let batch = client.send_message_batch().queue_url(&url);
    let batch = batch.entries(crate::sqs::entry("a", "one")).entries(crate::sqs::entry("b", "two"));
    let answer = batch.send().await.unwrap();

    assert_eq!(answer.successful()[0].id(), "a");
    assert_eq!(answer.failed()[0].id(), "b");
    assert!(!answer.failed()[0].sender_fault());
    assert_eq!(aws.endpoints.queue_messages(&url).len(), 1);
}

#[tokio::test]
async fn put_record_batch_fails_for_some_records() {
    let aws = Aws::start().await;
    create_stream(&aws, 5, 300).await;
    let fault = Fault::new(Service::Firehose, "PutRecordBatch", FaultKind::entries([0, 2]));
    aws.endpoints.inject(fault).unwrap();

    let batch = aws.firehose().put_record_batch().delivery_stream_name("relay");
    let batch = batch.records(record(b"a")).records(record(b"b")).records(record(b"c"));
    let answer = batch.send().await.unwrap();

    assert_eq!(answer.failed_put_count(), 2);
    let codes: Vec<_> =
        answer.request_responses().iter().map(|response| response.error_code()).collect();
    let slow_down = Some("ServiceUnavailableException");
    assert_eq!(codes, [slow_down, None, slow_down]);
    assert_eq!(aws.endpoints.delivery_stream("relay").unwrap().records, ["b"]);
}
