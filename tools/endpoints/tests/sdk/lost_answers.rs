//! Requests whose answer is lost, and requests that take effect when nobody waits for them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::SdkError;
use millrace_endpoints::{Fault, FaultKind, Service};

use crate::Aws;
use crate::dynamodb::{create_table, get, put, text};

fn order(aws: &Aws, kind: FaultKind) {
    aws.endpoints.inject(Fault::new(Service::DynamoDb, "PutItem", kind)).unwrap();
}

/// A client that waits for an answer for 50 ms.
fn impatient(aws: &Aws) -> aws_sdk_dynamodb::Client {
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_millis(50)).build();
    aws_sdk_dynamodb::Client::new(&aws.config.to_builder().timeout_config(timeouts).build())
}

#[tokio::test]
async fn of_an_answer_that_is_cut_short_the_effect_stands() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    order(&aws, FaultKind::CutShort);

    let cut = client.put_item().table_name("state").item("entity", text("user#1")).send().await;

    let error = cut.unwrap_err();
    assert!(!matches!(error, SdkError::ServiceError(_)), "{error:?}");
    assert!(get(&client, "user#1").await.is_some());
}

#[tokio::test]
async fn one_that_hangs_before_leaves_nothing_and_one_that_hangs_after_everything() {
    let aws = Aws::start().await;
    create_table(&aws.dynamodb()).await;
    let client = impatient(&aws);
    let send = |entity: &'static str| {
        client.put_item().table_name("state").item("entity", text(entity)).send()
    };

    order(&aws, FaultKind::HangBefore);
    assert!(matches!(send("before").await.unwrap_err(), SdkError::TimeoutError(_)));
    order(&aws, FaultKind::HangAfter);
    assert!(matches!(send("after").await.unwrap_err(), SdkError::TimeoutError(_)));

    assert!(get(&aws.dynamodb(), "before").await.is_none());
    assert!(get(&aws.dynamodb(), "after").await.is_some());
}

#[tokio::test]
async fn a_late_request_takes_effect_after_those_that_came_later() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    order(&aws, FaultKind::Late(Duration::from_secs(1)));

    let late = client.put_item().table_name("state").item("entity", text("user#1"));
    late.item("version", text("old")).send().await.unwrap_err();
    put(&client, "user#1", 2).await;
    aws.endpoints.settle().await;

    assert_eq!(get(&client, "user#1").await.unwrap()["version"], text("old"));
}

#[tokio::test]
async fn an_observer_is_told_of_what_took_effect_and_of_nothing_else() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    aws.endpoints.observe_dynamodb(Arc::new(move |operation: &str, asked: &[u8], _: &[u8]| {
        let asked: serde_json::Value = serde_json::from_slice(asked).unwrap();
        let entity = asked["Item"]["entity"]["S"].as_str().unwrap_or_default().to_owned();
        sink.lock().unwrap().push((operation.to_owned(), entity));
    }));
    let send = |entity: &'static str| {
        client.put_item().table_name("state").item("entity", text(entity)).send()
    };

    order(&aws, FaultKind::DropBefore);
    send("dropped before").await.unwrap_err();
    order(&aws, FaultKind::DropAfter);
    send("dropped after").await.unwrap_err();
    client.put_item().table_name("missing").item("entity", text("x")).send().await.unwrap_err();
    send("plain").await.unwrap();

    let put = |entity: &str| ("PutItem".to_owned(), entity.to_owned());
    assert_eq!(*seen.lock().unwrap(), [put("dropped after"), put("plain")]);
}
