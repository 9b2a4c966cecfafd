//! A stored state that cannot be read: its entity's records are reported and everybody else's go
//! through, until it is restored or deleted, or the function is told to start such entities afresh.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::support::{Aws, Item, Resources};
use crate::{SUCCESS, answer, event, function, payment};

const AFRESH: [(&str, &str); 1] = [("ON_UNREADABLE_STATE", "start-afresh")];

/// What a table may hold that nobody here has written: an attribute, and what it is instead.
fn broken() -> [(&'static str, AttributeValue); 6] {
    let bytes = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
    [
        ("detectors", bytes(&[1, 4, b'h', b'i'])),
        ("detectors", AttributeValue::S("text".to_owned())),
        ("watermarks", bytes(&[2, 200, 200, 1])),
        ("outbox", bytes(&[2, 9, 9])),
        ("totals", AttributeValue::N("7".to_owned())),
        ("newest", AttributeValue::S("yesterday".to_owned())),
    ]
}

async fn put(aws: &Aws, resources: &Resources, item: Item) {
    let table = &resources.tables.state;
    aws.clients.dynamodb.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
}

async fn set(aws: &Aws, resources: &Resources, entity: &str, name: &str, value: AttributeValue) {
    let mut item = aws.state_item(resources, entity).await;
    item.insert(name.to_owned(), value);
    put(aws, resources, item).await;
}

async fn payments_of(aws: &Aws, resources: &Resources, entity: &str) -> String {
    aws.state_item(resources, entity).await["transactions"].as_n().unwrap().clone()
}

fn reported(offsets: &[i64]) -> String {
    let failure = |offset: &i64| {
        format!(r#"{{"itemIdentifier":{{"partition":"transactions-0","offset":{offset}}}}}"#)
    };
    let failures: Vec<String> = offsets.iter().map(failure).collect();
    format!(r#"{{"batchItemFailures":[{}]}}"#, failures.join(","))
}

/// Offsets of Anna and Bert, by turns.
fn batch(first: i64) -> String {
    let who = |offset: i64| if offset % 2 == 1 { "anna" } else { "bert" };
    let records: Vec<String> =
        (first..first + 4).map(|offset| payment(offset, who(offset))).collect();
    event(&records)
}

#[tokio::test]
async fn its_records_are_reported_and_those_of_others_go_through_until_it_is_restored() {
    for (name, value) in broken() {
        let aws = Aws::embedded().await;
        let (function, resources) = function(&aws, &[]).await;
        assert_eq!(answer(&function, &batch(1)).await.unwrap(), SUCCESS);
        let sound = aws.state_item(&resources, "user#anna").await;
        set(&aws, &resources, "user#anna", name, value).await;
        let stands = aws.state_item(&resources, "user#anna").await;

        for _ in 0..2 {
            assert_eq!(answer(&function, &batch(5)).await.unwrap(), reported(&[5, 7]), "{name}");
        }
        assert_eq!(payments_of(&aws, &resources, "user#bert").await, "4", "{name}");
        assert_eq!(aws.state_item(&resources, "user#anna").await, stands, "{name}");

        put(&aws, &resources, sound).await;
        assert_eq!(answer(&function, &batch(5)).await.unwrap(), SUCCESS);
        assert_eq!(payments_of(&aws, &resources, "user#anna").await, "4", "{name}");
        assert_eq!(payments_of(&aws, &resources, "user#bert").await, "4", "{name}");
    }
}

#[tokio::test]
async fn deleting_it_starts_the_entity_afresh() {
    let aws = Aws::embedded().await;
    let (function, resources) = function(&aws, &[]).await;
    assert_eq!(answer(&function, &batch(1)).await.unwrap(), SUCCESS);
    let nonsense = AttributeValue::B(Blob::new([7]));
    set(&aws, &resources, "user#anna", "watermarks", nonsense).await;
    assert_eq!(answer(&function, &batch(5)).await.unwrap(), reported(&[5, 7]));

    let key = AttributeValue::S("user#anna".to_owned());
    let delete = aws.clients.dynamodb.delete_item().table_name(&resources.tables.state);
    delete.key("entity", key).send().await.unwrap();
    assert_eq!(answer(&function, &batch(5)).await.unwrap(), SUCCESS);
    assert_eq!(payments_of(&aws, &resources, "user#anna").await, "2");
    assert_eq!(payments_of(&aws, &resources, "user#bert").await, "4");
}

/// Its watermarks are kept where they can be read: what was applied before does not count twice.
#[tokio::test]
async fn told_so_the_function_starts_it_afresh_and_keeps_its_watermarks() {
    for (name, value) in broken() {
        let aws = Aws::embedded().await;
        let (function, resources) = function(&aws, &AFRESH).await;
        assert_eq!(answer(&function, &batch(1)).await.unwrap(), SUCCESS);
        set(&aws, &resources, "user#anna", name, value).await;

        let all: Vec<String> = (1..9)
            .map(|offset| payment(offset, if offset % 2 == 1 { "anna" } else { "bert" }))
            .collect();
        for _ in 0..2 {
            assert_eq!(answer(&function, &event(&all)).await.unwrap(), SUCCESS, "{name}");
        }
        // Only watermarks that are lost let her first two count once more.
        let anna = if name == "watermarks" { "4" } else { "2" };
        assert_eq!(payments_of(&aws, &resources, "user#anna").await, anna, "{name}");
        assert_eq!(payments_of(&aws, &resources, "user#bert").await, "4", "{name}");
    }
}

/// An alert that stood in a readable outbox is delivered although the state around it is lost.
#[tokio::test]
async fn told_so_the_function_delivers_the_outbox_of_what_it_starts_afresh() {
    let aws = Aws::embedded().await;
    let (function, resources) = function(&aws, &AFRESH).await;
    aws.inject(
        millrace_endpoints::Service::Sns,
        "PublishBatch",
        millrace_endpoints::FaultKind::AccessDenied,
    );
    let first = event(&[payment(1, "anna")]);
    assert_eq!(answer(&function, &first).await.unwrap(), reported(&[1]));
    assert_eq!(aws.endpoints().published().len(), 0);
    let nonsense = AttributeValue::B(Blob::new([1, 200]));
    set(&aws, &resources, "user#anna", "detectors", nonsense).await;

    assert_eq!(answer(&function, &first).await.unwrap(), SUCCESS);
    assert_eq!(aws.endpoints().published().len(), 1);
}

/// It is not broken, and would be lost to the release that comes back after this one.
#[tokio::test]
async fn a_state_of_another_release_is_never_started_afresh() {
    for (name, version) in [("detectors", 9), ("watermarks", 9), ("outbox", 9)] {
        let aws = Aws::embedded().await;
        let (function, resources) = function(&aws, &AFRESH).await;
        assert_eq!(answer(&function, &batch(1)).await.unwrap(), SUCCESS);
        let newer = AttributeValue::B(Blob::new([version, 1, 2]));
        set(&aws, &resources, "user#anna", name, newer).await;
        // Broken besides, which does not make it ours.
        set(&aws, &resources, "user#anna", "totals", AttributeValue::Bool(true)).await;
        let stands = aws.state_item(&resources, "user#anna").await;
        assert_eq!(answer(&function, &batch(5)).await.unwrap(), reported(&[5, 7]), "{name}");
        assert_eq!(aws.state_item(&resources, "user#anna").await, stands, "{name}");
    }
}

/// Without its version nothing can be written on a condition in its place.
#[tokio::test]
async fn a_state_without_a_version_is_reported_whatever_the_function_is_told() {
    let aws = Aws::embedded().await;
    let (function, resources) = function(&aws, &AFRESH).await;
    assert_eq!(answer(&function, &batch(1)).await.unwrap(), SUCCESS);
    set(&aws, &resources, "user#anna", "version", AttributeValue::S("x".to_owned())).await;
    assert_eq!(answer(&function, &batch(5)).await.unwrap(), reported(&[5, 7]));
}

/// A partition's own state is none of its records': theirs are reported until it can be read.
#[tokio::test]
async fn a_partition_starts_afresh_too() {
    let aws = Aws::embedded().await;
    let (function, resources) = function(&aws, &AFRESH).await;
    assert_eq!(answer(&function, &batch(1)).await.unwrap(), SUCCESS);
    let nonsense = AttributeValue::B(Blob::new([1, 1, 14, 1, 0]));
    set(&aws, &resources, "partition#transactions#0", "detectors", nonsense).await;
    assert_eq!(answer(&function, &batch(5)).await.unwrap(), SUCCESS);
    let partition = aws.state_item(&resources, "partition#transactions#0").await;
    assert_eq!(partition["events"].as_n().unwrap(), "4");
    assert_eq!(payments_of(&aws, &resources, "user#anna").await, "4");
}
