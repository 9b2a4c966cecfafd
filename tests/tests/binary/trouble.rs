//! Sinks that fail, deadlines that come, logs that must not tell.

use std::time::Duration;

use millrace_endpoints::{Entries, EntryError, FaultKind, Service};
use millrace_runtime_api::{Deadline, InvokeOptions, Outcome};
use serde_json::{Value, json};

use crate::function::{Function, event, payment, record};

#[tokio::test]
async fn of_a_batch_that_fails_in_part_only_that_part_is_reported() {
    let function = Function::start().await;
    // One statement of the request that writes anna's, bert's and the partition's state is refused
    // for good; the first is anna's.
    let error = EntryError {
        code: "AccessDenied".to_owned(),
        message: "no".to_owned(),
        is_sender_fault: true,
    };
    let refused = FaultKind::Partial { entries: Entries::At(vec![0]), error: Some(error) };
    function.aws.inject(Service::DynamoDb, "BatchExecuteStatement", refused);
    let event = event(&[payment("anna", 0), payment("bert", 1), payment("anna", 2)]);
    let expected = [("transactions-0".to_owned(), 0), ("transactions-0".to_owned(), 2)];
    assert_eq!(function.reported(&event).await, expected);
    assert_eq!(function.transactions_of("anna").await, None);
    assert_eq!(function.transactions_of("bert").await, Some(1));
}

#[tokio::test]
async fn a_table_that_does_not_exist_is_a_failure_that_the_log_explains_without_payload() {
    let function = Function::start_with(&[("STATE_TABLE", "no-such-table")]).await;
    let reported = function.reported(&event(&[payment("anna", 7)])).await;
    assert_eq!(reported, [("transactions-0".to_owned(), 7)]);
    let log = function.process.log_lines().join("\n");
    assert!(log.contains("BatchGetItem") && log.contains("no-such-table"), "{log}");
    assert!(log.contains("offset=7"), "{log}");
    assert!(!log.contains("s3cr3t") && !log.contains("anna"), "{log}");
}

#[tokio::test]
async fn no_payload_is_logged_even_at_trace() {
    let function = Function::start_with(&[("RUST_LOG", "trace")]).await;
    let poison = record(1, r#"{"userId":"anna","amount":"s3cr3t"}"#);
    assert_eq!(function.reported(&event(&[payment("anna", 0), poison])).await, []);
    let log = function.process.log_lines().join("\n");
    assert!(log.contains("records=2"), "{log}");
    assert!(!log.contains("s3cr3t") && !log.contains("anna"), "{log}");
}

#[tokio::test]
async fn work_stops_before_the_deadline_and_the_rest_is_reported() {
    let function = Function::start_with(&[("DEADLINE_MARGIN_MS", "500")]).await;
    let hang = FaultKind::Latency(Duration::from_secs(20));
    function.aws.inject(Service::DynamoDb, "BatchGetItem", hang);
    let event = event(&[payment("anna", 0), payment("bert", 1)]);
    let deadline = Duration::from_secs(2);
    let outcome = function.process.invoke_with_deadline(event.to_string(), deadline).await;
    let Outcome::Response(answer) = outcome.unwrap().outcome else { panic!("it was to answer") };
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 2);

    function.aws.endpoints().clear_faults();
    assert_eq!(function.reported(&event).await, []);
    assert_eq!(function.transactions_of("anna").await, Some(1));
}

/// `cargo lambda` sends a duration where Lambda sends a time.
#[tokio::test]
async fn a_deadline_that_is_a_duration_does_not_keep_it_from_working() {
    let function = Function::start().await;
    let options = InvokeOptions { deadline: Deadline::Raw(60_000), ..InvokeOptions::default() };
    let body = event(&[payment("anna", 0)]).to_string();
    let outcome = function.process.invoke_with(body, &options).await.unwrap().outcome;
    assert_eq!(outcome.response().unwrap().as_ref(), br#"{"batchItemFailures":[]}"#);
}

#[tokio::test]
async fn without_partial_failures_a_failure_is_an_error_so_that_nothing_is_skipped() {
    let variables = [("PARTIAL_FAILURES", "off"), ("STATE_TABLE", "no-such-table")];
    let function = Function::start_with(&variables).await;
    let body = event(&[payment("anna", 0)]).to_string();
    let outcome = function.process.invoke(body).await.unwrap().outcome;
    let Outcome::FunctionError { error_type, message, .. } = outcome else { panic!("{outcome}") };
    assert_eq!(error_type, "PartialFailuresOff");
    assert!(message.contains("1 of 1 records"), "{message}");
}

#[tokio::test]
async fn a_topic_and_a_cloudwatch_that_fail_for_a_while_are_tried_again_or_done_without() {
    let function = Function::start().await;
    function.aws.inject(Service::Sns, "PublishBatch", FaultKind::Throttle);
    function.aws.inject(Service::CloudWatch, "PutMetricData", FaultKind::AccessDenied);
    assert_eq!(function.reported(&event(&[payment("anna", 0)])).await, []);
    assert_eq!(function.published().len(), 1);
}

/// The largest batch with as many users as records, and then all of it again.
#[tokio::test]
async fn ten_thousand_records_for_as_many_users_stay_within_bounds() {
    let function = Function::start().await;
    let records: Vec<Value> = (0..10_000).map(small_payment).collect();
    let event = event(&records);
    let outcome = function.process.invoke(event.to_string()).await.unwrap();
    assert_eq!(outcome.outcome.response().unwrap().as_ref(), br#"{"batchItemFailures":[]}"#);
    let reads = function.aws.count(Service::DynamoDb, "BatchGetItem").requests;
    let writes = function.aws.count(Service::DynamoDb, "BatchExecuteStatement").requests;
    // 10,000 users and one partition: a hundred a read, twenty-five a write.
    assert_eq!((reads, writes), (101, 401));
    assert_eq!(function.aws.count(Service::CloudWatch, "PutMetricData").requests, 1);

    assert_eq!(function.reported(&event).await, []);
    let writes_again = function.aws.count(Service::DynamoDb, "BatchExecuteStatement").requests;
    assert_eq!(writes_again, 401, "duplicates change nothing");
}

fn small_payment(number: i64) -> Value {
    let value = json!({ "userId": format!("user-{number}"), "amount": 5, "timestamp": crate::function::NOON });
    record(number, &value.to_string())
}
