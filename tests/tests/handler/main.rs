//! The handler in this process, on embedded endpoints: what it answers and when it fails.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "../support/mod.rs"]
mod support;

mod odd_events;
mod unreadable_state;

use std::time::Duration;

use analytics::Analytics;
use millrace_endpoints::{FaultKind, Service};
use millrace_lambda::{BatchHandler, Deadlines, HandlerError};
use millrace_shared::delivery::Deadline;

use crate::support::{Aws, Resources};

/// A function on resources of its own, with these variables besides the required ones.
async fn function(aws: &Aws, variables: &[(&str, &str)]) -> (Analytics, Resources) {
    // One alert a payment is easier to count than two.
    let variables = [&[("DETECTORS_OFF", "velocity")][..], variables].concat();
    aws.analytics(&variables).await
}

fn deadlines() -> Deadlines {
    let minute = Deadline::after(Duration::from_mins(1));
    Deadlines { work: minute, finish: minute }
}

fn record(topic: &str, offset: &str, value: &str) -> String {
    let value = base64_simd::STANDARD.encode_to_string(value);
    let members = r#""partition":0,"timestamp":1767600000000"#;
    format!(r#"{{"topic":"{topic}",{offset}{members},"value":"{value}"}}"#)
}

/// A payment above the limit, of this user.
fn payment(offset: i64, user: &str) -> String {
    let value = format!(
        r#"{{"user_id":"{user}","amount":12000,"currency":"EUR","timestamp":"2026-01-05T08:00:00Z"}}"#
    );
    record("transactions", &format!(r#""offset":{offset},"#), &value)
}

fn event(records: &[String]) -> String {
    let records = records.join(",");
    format!(
        r#"{{"eventSource":"aws:kafka","eventSourceArn":"arn:main","records":{{"transactions-0":[{records}]}}}}"#
    )
}

async fn answer(function: &Analytics, event: &str) -> Result<String, HandlerError> {
    let response = function.handle(event.as_bytes(), deadlines()).await?;
    Ok(serde_json::to_string(&response).unwrap())
}

const SUCCESS: &str = r#"{"batchItemFailures":[]}"#;

#[tokio::test]
async fn a_cold_payment_is_told_of_once_by_its_own_record_when_something_later_comes() {
    let aws = Aws::embedded().await;
    let (function, _) = function(&aws, &[("FEATURES", "on")]).await;
    let acted = |offset: i64, time: &str| {
        let value =
            format!(r#"{{"user_id":"a","event_type":"view","timestamp":"2026-01-05T{time}:00Z"}}"#);
        record("user-events", &format!(r#""offset":{offset},"#), &value)
    };
    let paid = |offset: i64, time: &str| {
        let value = format!(r#"{{"user_id":"a","amount":20,"timestamp":"2026-01-05T{time}:00Z"}}"#);
        record("transactions", &format!(r#""offset":{offset},"#), &value)
    };
    let of_topic = |topic: &str, records: &[String]| {
        event(records).replace("transactions-0", &format!("{topic}-0"))
    };
    let published = || aws.endpoints().published();
    // Each topic has a mapping of its own, and each batch comes twice.
    let batches = [
        of_topic("user-events", &[acted(0, "08:00")]),
        of_topic("transactions", &[paid(0, "08:20"), paid(1, "09:00")]),
        of_topic("user-events", &[acted(1, "08:50")]),
        of_topic("transactions", &[paid(2, "10:00")]),
        of_topic("user-events", &[acted(2, "10:04"), acted(3, "10:05")]),
    ];
    for (number, batch) in batches.iter().enumerate() {
        for _ in 0..2 {
            assert_eq!(answer(&function, batch).await.unwrap(), SUCCESS);
        }
        assert_eq!(published().len(), usize::from(number == 4), "after batch {number}");
    }
    let alert: serde_json::Value = serde_json::from_str(&published()[0].message).unwrap();
    assert_eq!(alert["detector"], "cold_transaction");
    assert_eq!((&alert["topic"], &alert["offset"]), (&"transactions".into(), &2.into()));
    assert_eq!(alert["event_time"], "2026-01-05T10:00:00.000Z");
}

#[tokio::test]
async fn a_batch_is_done_once_however_often_it_comes() {
    let aws = Aws::embedded().await;
    let (function, resources) = function(&aws, &[]).await;
    let event =
        event(&[payment(1, "a"), payment(2, "b"), record("transactions", r#""offset":3,"#, "?")]);
    for _ in 0..2 {
        assert_eq!(answer(&function, &event).await.unwrap(), SUCCESS);
    }
    let published = aws.endpoints().published();
    assert_eq!(published.len(), 2);
    assert_eq!(published[0].attributes["detector"], "high_value");
    // A dead record is no part of any state, so it is told as often as it comes, under one id.
    let ids = aws.letter_ids(&resources);
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);

    let sum = |name: &str| -> f64 {
        let data = aws.endpoints().metrics();
        data.iter().filter(|datum| datum.name == name).map(|datum| datum.statistics.sum).sum()
    };
    assert!((sum("Duplicates") - 2.0).abs() < 1e-9);
    assert!((sum("DeadRecords") - 2.0).abs() < 1e-9);
    assert!((sum("HighSeverityAlerts") - 2.0).abs() < 1e-9);
    assert!((sum("RecordsProcessedSuccess") - 6.0).abs() < 1e-9);
}

#[tokio::test]
async fn the_alerts_of_a_watched_detector_go_to_the_table_marked_and_to_nobody() {
    let aws = Aws::embedded().await;
    let (function, resources) = function(&aws, &[("DETECTORS_SHADOW", "high_value")]).await;
    assert_eq!(answer(&function, &event(&[payment(1, "a")])).await.unwrap(), SUCCESS);
    assert_eq!(aws.endpoints().published().len(), 0);
    let table = aws.clients.dynamodb.scan().table_name(&resources.tables.alerts);
    let rows = table.send().await.unwrap().items.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["shadow"].as_bool(), Ok(&true));
    assert!(rows[0]["day_shard"].as_s().unwrap().starts_with("SHADOW#2026-01-05#"));
    assert!(!rows[0].contains_key("severity_day_shard"));

    let data = aws.endpoints().metrics();
    let names: Vec<&str> = data.iter().map(|datum| datum.name.as_str()).collect();
    assert!(names.contains(&"ShadowAlerts") && !names.contains(&"Alerts"), "{names:?}");
    let high = data.iter().find(|datum| datum.name == "HighSeverityAlerts").unwrap();
    assert!(high.statistics.sum.abs() < 1e-9);
}

#[tokio::test]
async fn records_whose_state_cannot_be_written_are_reported_and_the_others_are_not() {
    let aws = Aws::embedded().await;
    let (function, _) = function(&aws, &[]).await;
    let event = event(&[payment(1, "a"), payment(2, "b"), payment(3, "a")]);
    // The first statement of three (two users and the partition) is refused for good.
    let message = "refused".to_owned();
    let error = millrace_endpoints::EntryError {
        code: "ValidationError".to_owned(),
        message,
        is_sender_fault: false,
    };
    let entries = millrace_endpoints::Entries::First(1);
    let fault = FaultKind::Partial { entries, error: Some(error) };
    aws.inject(Service::DynamoDb, "BatchExecuteStatement", fault);

    let reported = answer(&function, &event).await.unwrap();
    let item = |offset: &i64| {
        format!(r#"{{"itemIdentifier":{{"partition":"transactions-0","offset":{offset}}}}}"#)
    };
    let of = |offsets: &[i64]| {
        let items: Vec<String> = offsets.iter().map(item).collect();
        format!(r#"{{"batchItemFailures":[{}]}}"#, items.join(","))
    };
    let all_that_can_be = [of(&[1, 3]), of(&[2]), of(&[1, 2, 3])];
    assert!(all_that_can_be.contains(&reported), "{reported}");
    assert_eq!(answer(&function, &event).await.unwrap(), SUCCESS);
    let published = aws.endpoints().published();
    let ids: std::collections::BTreeSet<&str> =
        published.iter().map(|one| one.message.as_str()).collect();
    assert_eq!((published.len(), ids.len()), (3, 3));
}

#[tokio::test]
async fn without_partial_failures_any_failure_fails_the_invocation() {
    let aws = Aws::embedded().await;
    let (function, _) = function(&aws, &[("PARTIAL_FAILURES", "off")]).await;
    let event = event(&[payment(1, "a"), payment(2, "b")]);
    aws.inject(Service::DynamoDb, "BatchGetItem", FaultKind::AccessDenied);
    let error = answer(&function, &event).await.unwrap_err();
    let expected = "2 of 2 records are not done, and PARTIAL_FAILURES is off; the whole batch has \
                    to come again";
    assert_eq!(error.to_string(), expected);
    assert_eq!(answer(&function, &event).await.unwrap(), SUCCESS);
}

#[tokio::test]
async fn a_record_that_can_be_neither_buried_nor_reported_fails_the_invocation() {
    let aws = Aws::embedded().await;
    let (function, _) = function(&aws, &[]).await;
    let event = event(&[record("transactions", "", "no offset")]);
    aws.inject(Service::Sqs, "SendMessageBatch", FaultKind::AccessDenied);
    let error = answer(&function, &event).await.unwrap_err();
    assert!(matches!(error, HandlerError::Unreportable(_)), "{error}");
    assert_eq!(answer(&function, &event).await.unwrap(), SUCCESS);
}

#[tokio::test]
async fn what_is_no_msk_event_is_said_to_be_none() {
    let aws = Aws::embedded().await;
    let (function, _) = function(&aws, &[]).await;
    for body in ["null", r#"{"Records":[]}"#, "", "[]"] {
        let error = answer(&function, body).await.unwrap_err();
        assert!(error.to_string().starts_with("not an MSK event: "), "{error}");
    }
    assert_eq!(answer(&function, r#"{"records":{}}"#).await.unwrap(), SUCCESS);
}

#[tokio::test]
async fn a_deadline_that_has_passed_reports_everything_and_loses_nothing() {
    let aws = Aws::embedded().await;
    let (function, _) = function(&aws, &[]).await;
    let event = event(&[payment(1, "a"), record("transactions", r#""offset":2,"#, "?")]);
    let late = Deadline::after(Duration::ZERO);
    let deadlines = Deadlines { work: late, finish: late };
    let response = function.handle(event.as_bytes(), deadlines).await.unwrap();
    assert_eq!(response.failures(), 2);
    assert_eq!(answer(&function, &event).await.unwrap(), SUCCESS);
    assert_eq!(aws.endpoints().published().len(), 1);
}

#[tokio::test]
async fn the_cluster_of_a_dead_letter_is_the_configured_one() {
    let aws = Aws::embedded().await;
    let (function, resources) = function(&aws, &[("CLUSTER_NAME", "blue")]).await;
    let event = event(&[record("transactions", r#""offset":2,"#, "?")]);
    assert_eq!(answer(&function, &event).await.unwrap(), SUCCESS);
    let letters = aws.endpoints().queue_messages(&resources.queue_url);
    let letter: serde_json::Value = serde_json::from_str(&letters[0].body).unwrap();
    assert_eq!(letter["cluster"], "blue");
}
