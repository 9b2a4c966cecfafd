//! A sink that is down for the whole invocation: what depends on it is reported, nothing is half
//! done, and the next attempt finishes it.

use std::collections::BTreeSet;
use std::time::Duration;

use millrace_endpoints::{Fault, FaultKind, Service};

use crate::function::{Function, NOON};
use crate::run::{PLENTY, event, hand_over, high_values, of_transactions, payment};

const USERS: i64 = 300;
/// The last record is dead.
const DEAD: i64 = 3_000;
/// As long as the states can be neither read nor written, nothing else is begun.
const SHORT: Duration = Duration::from_secs(3);
/// Enough to come to the sink that is down, also on a busy machine.
const LONG: Duration = Duration::from_secs(10);

/// Of 3,000 payments of 300 users each user's first is enough for an alert; one record is dead.
fn batch() -> Vec<u8> {
    let of_user = |offset| {
        let amount = if offset < USERS { 50_000 } else { 5 };
        payment(&format!("user-{}", offset % USERS), offset, NOON, amount)
    };
    let mut records: Vec<_> = (0..DEAD).map(of_user).collect();
    records.push(of_transactions(0, DEAD, "{"));
    event(&records)
}

async fn while_down(
    operation: (Service, &str),
    kind: FaultKind,
    time: Duration,
) -> (Function, BTreeSet<i64>) {
    let function = Function::start().await;
    let (service, name) = operation;
    let fault = Fault::new(service, name, kind.clone()).times(u32::MAX);
    function.aws.endpoints().inject(fault).unwrap();
    let name = format!("{service} {name} down ({}), 3,001 records", kind.name());
    let reported = hand_over(&function, &name, &batch(), time).await;
    function.aws.endpoints().clear_faults();
    function.aws.endpoints().settle().await;
    (function, reported)
}

/// Delivered again, all is done, once.
async fn then_all_is_done(function: &Function) {
    let reported = hand_over(function, "the same again, nothing down", &batch(), PLENTY).await;
    assert!(reported.is_empty());
    for user in [0, 1, USERS / 2, USERS - 1] {
        assert_eq!(function.transactions_of(&format!("user-{user}")).await, Some(10), "{user}");
    }
    let mut published = high_values(function);
    published.dedup();
    assert_eq!(published.len(), usize::try_from(USERS).unwrap());
    let letters = function.aws.endpoints().queue_messages(&function.resources.queue_url);
    assert!(!letters.is_empty());
}

/// All are reported but the dead one, which is in the queue.
fn assert_everyone(reported: &BTreeSet<i64>) {
    assert!(reported.iter().copied().eq(0..DEAD), "{} are reported", reported.len());
}

#[tokio::test]
async fn states_that_cannot_be_read_are_not_written() {
    let operation = (Service::DynamoDb, "BatchGetItem");
    let (function, reported) = while_down(operation, FaultKind::Unavailable, SHORT).await;
    assert_everyone(&reported);
    assert_eq!(function.transactions_of("user-0").await, None);
    assert!(function.published().is_empty());
    then_all_is_done(&function).await;
}

#[tokio::test]
async fn states_that_cannot_be_written_publish_nothing() {
    let operation = (Service::DynamoDb, "BatchExecuteStatement");
    let (function, reported) = while_down(operation, FaultKind::Throttle, SHORT).await;
    assert_everyone(&reported);
    assert_eq!(function.transactions_of("user-0").await, None);
    assert!(function.published().is_empty());
    then_all_is_done(&function).await;
}

/// The states are committed with their outboxes, which is what the next attempt delivers.
#[tokio::test]
async fn an_alert_topic_that_hangs_leaves_full_outboxes_and_nothing_done() {
    let operation = (Service::Sns, "PublishBatch");
    let (function, reported) = while_down(operation, FaultKind::HangBefore, LONG).await;
    assert_everyone(&reported);
    assert_eq!(function.transactions_of("user-0").await, Some(10));
    assert!(function.published().is_empty());
    then_all_is_done(&function).await;
}

#[tokio::test]
async fn rows_that_cannot_be_put_leave_their_records_reported() {
    let operation = (Service::DynamoDb, "BatchWriteItem");
    let (function, reported) = while_down(operation, FaultKind::DropBefore, LONG).await;
    assert_everyone(&reported);
    then_all_is_done(&function).await;
}

#[tokio::test]
async fn a_dead_letter_queue_that_is_down_costs_only_dead_records() {
    let operation = (Service::Sqs, "SendMessageBatch");
    let (function, reported) = while_down(operation, FaultKind::ServerError, LONG).await;
    assert!(reported.iter().eq([&DEAD]), "{} are reported", reported.len());
    assert_eq!(function.transactions_of("user-0").await, Some(10));
    then_all_is_done(&function).await;
}

/// Numbers are no effect: nothing depends on them.
#[tokio::test]
async fn a_cloudwatch_that_is_down_costs_nothing() {
    let operation = (Service::CloudWatch, "PutMetricData");
    let (function, reported) = while_down(operation, FaultKind::Unavailable, LONG).await;
    assert!(reported.is_empty());
    then_all_is_done(&function).await;
}
