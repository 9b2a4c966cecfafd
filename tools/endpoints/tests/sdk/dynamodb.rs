use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BatchStatementErrorCodeEnum, BatchStatementRequest,
    BillingMode, KeySchemaElement, KeyType, ReturnValuesOnConditionCheckFailure,
    ScalarAttributeType,
};
use millrace_endpoints::Service;

use crate::Aws;

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

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: u32) -> AttributeValue {
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
    let counts = aws.endpoints.requests();
    let count = counts[&(Service::DynamoDb, "BatchExecuteStatement".to_owned())];
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
