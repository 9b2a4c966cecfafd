//! Payments and their labels through the handler, on embedded endpoints: what teaches, what is
//! scored by it, and how many requests of the tables it takes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use analytics::Analytics;
use millrace_endpoints::Service;
use millrace_lambda::{BatchHandler, Deadlines};
use millrace_shared::delivery::Deadline;
use serde_json::{Value, json};

use crate::support::{Aws, Item, Resources};

/// 2026-01-05T08:00:00Z.
const START: i64 = 1_767_600_000_000;
const DAY: i64 = 86_400_000;

async fn function(aws: &Aws, variables: &[(&str, &str)]) -> (Analytics, Resources) {
    let kinds = "transactions=transaction,transaction-labels=transaction_label";
    let variables = [&[("TOPIC_KINDS", kinds)][..], variables].concat();
    aws.analytics(&variables).await
}

/// A payment of 20 at a kiosk, this many days after the start.
fn payment(user: &str, number: i64, day: i64) -> Value {
    json!({
        "transactionId": format!("{user}-{number}"), "userId": user, "amount": 20, "currency": "EUR",
        "merchant": "kiosk", "timestamp": START + day * DAY + number * 1_000,
    })
}

fn label(user: &str, number: i64, day: i64, fraud: bool) -> Value {
    json!({
        "transactionId": format!("{user}-{number}"), "userId": user, "merchant": "kiosk",
        "fraud": fraud, "timestamp": START + day * DAY + number * 1_000,
    })
}

/// Hands over values of a topic as one batch of a partition, from this offset on.
async fn hand_over(function: &Analytics, topic: &str, first: i64, values: &[Value]) {
    let record = |(value, offset): (&Value, i64)| {
        let value = base64_simd::STANDARD.encode_to_string(value.to_string());
        json!({"topic": topic, "partition": 0, "offset": offset, "timestamp": START, "value": value})
    };
    let records: Vec<Value> = values.iter().zip(first..).map(record).collect();
    let event = json!({
        "eventSource": "aws:kafka", "eventSourceArn": "arn:main",
        "records": {format!("{topic}-0"): records},
    });
    let minute = Deadline::after(Duration::from_mins(1));
    let deadlines = Deadlines { work: minute, finish: minute };
    let response = function.handle(event.to_string().as_bytes(), deadlines).await.unwrap();
    assert_eq!(response.failures(), 0);
}

/// Two payments whose labels say fraud a week later, and the next one of somebody else.
async fn fraud_at_the_kiosk(function: &Analytics) {
    let before: Vec<Value> = (0..2).map(|number| payment("anna", number, 0)).collect();
    hand_over(function, "transactions", 0, &before).await;
    let labels: Vec<Value> = (0..2).map(|number| label("anna", number, 7, true)).collect();
    hand_over(function, "transaction-labels", 0, &labels).await;
    hand_over(function, "transactions", 2, &[payment("bert", 0, 8)]).await;
}

async fn alerts(aws: &Aws, resources: &Resources) -> Vec<Item> {
    let scan = aws.clients.dynamodb.scan().table_name(&resources.tables.alerts);
    scan.send().await.unwrap().items.unwrap()
}

fn number(item: &Item, name: &str) -> f64 {
    item[name].as_n().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_payment_at_a_merchant_that_labels_speak_against_is_an_alert_with_its_three_parts() {
    let aws = Aws::embedded().await;
    // What labels taught is looked up anew for each batch.
    let refresh = ("CALIBRATION_REFRESH_SECONDS", "0");
    let (function, resources) = function(&aws, &[refresh]).await;
    fraud_at_the_kiosk(&function).await;

    let rows = alerts(&aws, &resources).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    let alert = &rows[0];
    assert_eq!(alert["entity"].as_s().unwrap(), "user#bert");
    assert_eq!(alert["detector"].as_s().unwrap(), "fraud_score");
    assert_eq!(alert["severity"].as_s().unwrap(), "HIGH");
    let evidence = alert["evidence"].as_m().unwrap();
    let [score, amount, deviation, merchant] =
        ["score", "by_amount", "by_deviation", "by_merchant"].map(|name| number(evidence, name));
    assert!((0.5..=1.0).contains(&score), "{score}");
    // Two labels, and both of payments of 20: (2 + 2 · 1) / (2 + 2), whatever the merchant says.
    assert!((amount - 1.0).abs() < 1e-9, "{amount}");
    // Bert has not paid before, as anna had not when she first did.
    assert!((deviation - 1.0).abs() < 1e-9, "{deviation}");
    assert!((0.8..0.9).contains(&merchant), "{merchant}");
    let expected = 1.0 - (1.0 - amount) * (1.0 - deviation) * (1.0 - merchant);
    assert!((score - expected).abs() < 1e-9);
    assert_eq!(evidence["merchant"].as_s().unwrap(), "kiosk");

    let published = aws.endpoints().published();
    assert_eq!(published.len(), 1);
    assert_eq!(published[0].attributes["detector"], "fraud_score");
    let kiosk = aws.state_item(&resources, "merchant#kiosk").await;
    assert!(number(&kiosk, "compromised") > 0.9);
    assert!((number(&kiosk, "frauds") - 2.0).abs() < 1e-9);
    let calibrator = aws.state_item(&resources, "calibrator#transaction-labels#0").await;
    assert!((number(&calibrator, "counted") - 2.0).abs() < 1e-9);
}

#[tokio::test]
async fn in_the_shadow_the_same_alert_goes_to_the_table_and_to_nobody() {
    let aws = Aws::embedded().await;
    let (function, resources) = function(&aws, &[("DETECTORS_SHADOW", "fraud_score")]).await;
    fraud_at_the_kiosk(&function).await;
    let rows = alerts(&aws, &resources).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["detector"].as_s().unwrap(), "fraud_score");
    assert_eq!(rows[0]["shadow"].as_bool(), Ok(&true));
    assert!((0.5..=1.0).contains(&number(rows[0]["evidence"].as_m().unwrap(), "score")));
    assert_eq!(aws.endpoints().published().len(), 0);
}

#[tokio::test]
async fn scoring_writes_customers_alone_and_reads_the_calibration_once_in_a_while() {
    let aws = Aws::embedded().await;
    let refresh = ("CALIBRATION_REFRESH_SECONDS", "3600");
    let (function, resources) = function(&aws, &[refresh]).await;
    fraud_at_the_kiosk(&function).await;
    let merchant = aws.state_item(&resources, "merchant#kiosk").await;
    let calibrator = aws.state_item(&resources, "calibrator#transaction-labels#0").await;

    let requests = |operation: &str| {
        let all = aws.endpoints().requests();
        all.get(&(Service::DynamoDb, operation.to_owned())).map_or(0, |count| count.requests)
    };
    let (reads, writes) = (requests("BatchGetItem"), requests("BatchExecuteStatement"));
    for turn in 0..3 {
        let batch: Vec<Value> =
            (0..20).map(|user| payment(&format!("cleo-{turn}-{user}"), 0, 9)).collect();
        hand_over(&function, "transactions", 3 + turn * 20, &batch).await;
    }
    // One read for twenty customers, their merchant and the partition; none for the calibration,
    // which has been read within the last hour. One write for the customers, one for the
    // partition, one that clears their outboxes.
    assert_eq!(requests("BatchGetItem") - reads, 3);
    assert_eq!(requests("BatchExecuteStatement") - writes, 3 * 3);
    assert_eq!(aws.state_item(&resources, "merchant#kiosk").await, merchant);
    assert_eq!(aws.state_item(&resources, "calibrator#transaction-labels#0").await, calibrator);
}

#[tokio::test]
async fn labels_that_are_odd_are_counted_by_what_is_wrong_with_them() {
    let aws = Aws::embedded().await;
    let (function, resources) = function(&aws, &[]).await;
    hand_over(&function, "transactions", 0, &[payment("anna", 0, 0), payment("anna", 1, 0)]).await;
    let labels = [
        label("anna", 0, 7, false),
        label("anna", 0, 7, false), // the same again
        label("anna", 0, 7, true),  // the opposite
        label("anna", 9, 7, true),  // of no payment
        label("dora", 0, 7, true),  // of nobody
    ];
    hand_over(&function, "transaction-labels", 0, &labels).await;
    let data = aws.endpoints().metrics();
    let count = |fate: &str| -> f64 {
        let of_fate = data.iter().filter(|datum| {
            datum.name == "Labels" && datum.dimensions.values().any(|value| value == fate)
        });
        of_fate.map(|datum| datum.statistics.sum).sum()
    };
    let counted = ["counted", "repeated", "contradicted", "unknown"].map(count);
    assert_eq!(counted.map(|count| count.round().to_string()), ["1", "1", "1", "2"]);
    let calibrator = aws.state_item(&resources, "calibrator#transaction-labels#0").await;
    assert!((number(&calibrator, "labels") - 5.0).abs() < 1e-9);
    assert!((number(&calibrator, "counted") - 1.0).abs() < 1e-9);
    assert!(number(&calibrator, "frauds").abs() < 1e-9);
}
