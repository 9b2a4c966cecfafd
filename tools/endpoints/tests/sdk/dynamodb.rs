use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BatchStatementErrorCodeEnum, BatchStatementRequest,
    BillingMode, DeleteRequest, KeySchemaElement, KeyType, KeysAndAttributes, PutRequest,
    ReturnValuesOnConditionCheckFailure, ScalarAttributeType, WriteRequest,
};
use millrace_endpoints::Service;

use crate::{Aws, code};

/// A table `state` with the partition key `entity`.
pub(crate) async fn create_table(client: &Client) {
    let key = KeySchemaElement::builder().attribute_name("entity").key_type(KeyType::Hash);
    let attribute = AttributeDefinition::builder()
        .attribute_name("entity")
        .attribute_type(ScalarAttributeType::S);
    client
        .create_table()
        .table_name("state")
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key.build().unwrap())
        .attribute_definitions(attribute.build().unwrap())
        .send()
        .await
        .unwrap();
}

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(crate) fn number(value: u32) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Puts an item with `version`, `a` and an `outbox`.
pub(crate) async fn put(client: &Client, entity: &str, version: u32) {
    client
        .put_item()
        .table_name("state")
        .item("entity", text(entity))
        .item("version", number(version))
        .item("a", text("old"))
        .item("outbox", text("pending"))
        .send()
        .await
        .unwrap();
}

pub(crate) async fn get(client: &Client, entity: &str) -> Option<HashMap<String, AttributeValue>> {
    let request = client.get_item().table_name("state").key("entity", text(entity));
    request.consistent_read(true).send().await.unwrap().item
}

pub(crate) fn update(entity: &str, version: u32) -> BatchStatementRequest {
    BatchStatementRequest::builder()
        .statement(r#"UPDATE "state" SET "a"=? REMOVE "outbox" WHERE "entity"=? AND "version"=?"#)
        .parameters(text("new"))
        .parameters(text(entity))
        .parameters(number(version))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .unwrap()
}

fn insert(entity: &str) -> BatchStatementRequest {
    BatchStatementRequest::builder()
        .statement(r#"INSERT INTO "state" VALUE {'entity': ?, 'version': ?}"#)
        .parameters(text(entity))
        .parameters(number(1))
        .build()
        .unwrap()
}

#[tokio::test]
async fn one_stale_statement_fails_alone_and_shows_the_item_it_met() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    put(&client, "user#1", 1).await;
    put(&client, "user#2", 7).await;

    let answer = client
        .batch_execute_statement()
        .statements(update("user#1", 1))
        .statements(update("user#2", 6))
        .send()
        .await
        .unwrap();

    let responses = answer.responses();
    assert!(responses[0].error().is_none());
    let error = responses[1].error().unwrap();
    assert_eq!(error.code(), Some(&BatchStatementErrorCodeEnum::ConditionalCheckFailed));
    assert_eq!(error.item().unwrap()["version"], number(7));
    let updated = get(&client, "user#1").await.unwrap();
    assert_eq!(updated["a"], text("new"));
    assert!(!updated.contains_key("outbox"));
    assert_eq!(get(&client, "user#2").await.unwrap()["outbox"], text("pending"));
    let count = aws.count(Service::DynamoDb, "BatchExecuteStatement");
    assert_eq!((count.requests, count.entries, count.errors), (1, 2, 0));
}

#[tokio::test]
async fn an_insert_of_what_exists_is_a_duplicate_and_the_others_go_in() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    put(&client, "user#1", 4).await;

    let answer = client
        .batch_execute_statement()
        .statements(insert("user#1"))
        .statements(insert("user#2"))
        .send()
        .await
        .unwrap();

    let error = answer.responses()[0].error().unwrap();
    assert_eq!(error.code(), Some(&BatchStatementErrorCodeEnum::DuplicateItem));
    assert!(answer.responses()[1].error().is_none());
    assert_eq!(get(&client, "user#1").await.unwrap()["version"], number(4));
    assert_eq!(get(&client, "user#2").await.unwrap()["version"], number(1));
}

pub(crate) fn keys(entities: &[&str]) -> KeysAndAttributes {
    let keys = entities.iter().map(|entity| HashMap::from([("entity".to_owned(), text(entity))]));
    let builder = KeysAndAttributes::builder().consistent_read(true);
    builder.set_keys(Some(keys.collect())).build().unwrap()
}

pub(crate) fn write(entity: &str) -> WriteRequest {
    let put = PutRequest::builder().item("entity", text(entity)).item("version", number(1));
    WriteRequest::builder().put_request(put.build().unwrap()).build()
}

#[tokio::test]
async fn batches_of_reads_and_writes_go_through() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    put(&client, "user#1", 1).await;

    let delete = DeleteRequest::builder().key("entity", text("user#1")).build().unwrap();
    let delete = WriteRequest::builder().delete_request(delete).build();
    let batch = client.batch_write_item();
    let batch = batch.request_items("state", vec![write("user#2"), write("user#3"), delete]);
    let written = batch.send().await.unwrap();
    let batch = client.batch_get_item();
    let batch = batch.request_items("state", keys(&["user#1", "user#2", "user#3"]));
    let read = batch.send().await.unwrap();

    assert!(written.unprocessed_items().is_none_or(HashMap::is_empty));
    assert!(read.unprocessed_keys().is_none_or(HashMap::is_empty));
    let items = &read.responses().unwrap()["state"];
    let mut entities: Vec<&str> =
        items.iter().map(|item| item["entity"].as_s().unwrap().as_str()).collect();
    entities.sort_unstable();
    assert_eq!(entities, ["user#2", "user#3"]);
    assert_eq!(aws.count(Service::DynamoDb, "BatchWriteItem").entries, 3);
    assert_eq!(aws.count(Service::DynamoDb, "BatchGetItem").entries, 3);
}

#[tokio::test]
async fn a_missing_table_is_an_error_that_is_counted() {
    let aws = Aws::start().await;
    let get = aws.dynamodb().get_item().table_name("nowhere").key("entity", text("user#1"));

    assert_eq!(code(get.send().await), "ResourceNotFoundException");

    let count = aws.count(Service::DynamoDb, "GetItem");
    assert_eq!((count.requests, count.errors), (1, 1));
}
