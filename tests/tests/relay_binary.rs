//! The relay's binary under the Runtime API: killed, out of time, badly configured, and measured.

#![allow(clippy::unwrap_used, clippy::panic, clippy::large_futures, reason = "a test may")]

mod relay_support;

use std::sync::Arc;
use std::time::Duration;

use millrace_endpoints::{Fault, FaultKind, Service};
use millrace_generator::KafkaRecord;
use millrace_runtime_api::{FunctionProcess, FunctionSpec, Outcome, ProcessError, function_binary};
use relay_support::{Aws, event, lines, offsets, record, reported};
use serde_json::Value;

fn specification(aws: &Aws, variables: &[(&'static str, &str)]) -> FunctionSpec {
    let mut environment = aws.environment();
    environment.extend(variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let spec = FunctionSpec::new("relay", function_binary("relay").unwrap());
    environment.into_iter().fold(spec, |spec, (name, value)| spec.with_env(name, value))
}

async fn start(aws: &Aws, variables: &[(&'static str, &str)]) -> FunctionProcess {
    FunctionProcess::start(specification(aws, variables)).await.unwrap()
}

fn answer(outcome: &Outcome) -> Value {
    let Some(body) = outcome.response() else { panic!("{outcome}") };
    serde_json::from_slice(body).unwrap()
}

fn records(count: i64) -> Vec<KafkaRecord> {
    (0..count).map(|offset| record(offset, Some(br#"{"a":1}"#))).collect()
}

/// The lines in the order in which the stream took them.
fn taken(aws: &Aws) -> Vec<Value> {
    let stream = aws.endpoints().delivery_stream(&aws.stream).unwrap();
    stream.records.iter().flat_map(|data| lines(data)).collect()
}

/// Waits until the stream has taken so many records.
async fn wait_for(aws: &Aws, records: usize) {
    while aws.endpoints().delivery_stream(&aws.stream).unwrap().records.len() < records {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// 1,200 records are three requests, one after the other. The process is killed while the second
/// one waits; Lambda delivers the batch again, and nothing is missing.
#[tokio::test]
async fn killed_between_two_requests_and_delivered_again_nothing_is_missing() {
    let aws = Aws::embedded().await;
    let variables = [("PACKING", "off"), ("REQUESTS_IN_FLIGHT", "1")];
    let function = Arc::new(start(&aws, &variables).await);
    let latency = FaultKind::Latency(Duration::from_mins(10));
    let fault = Fault::new(Service::Firehose, "PutRecordBatch", latency).after(1).times(100);
    aws.endpoints().inject(fault).unwrap();

    let body = event(&records(1_200));
    let invocation = {
        let (function, body) = (Arc::clone(&function), body.clone());
        tokio::spawn(async move { function.invoke(body).await.unwrap() })
    };
    wait_for(&aws, 500).await;
    function.kill().await;
    let killed = invocation.await.unwrap();
    assert!(matches!(killed.outcome, Outcome::Crashed { .. }), "{}", killed.outcome);
    assert_eq!(taken(&aws).len(), 500);

    aws.endpoints().clear_faults();
    let again = function.invoke(body).await.unwrap();
    assert_eq!(reported(&answer(&again.outcome)), [0_i64; 0]);
    let mut offsets = offsets(&taken(&aws));
    assert_eq!(offsets.len(), 1_700);
    offsets.dedup();
    assert_eq!(offsets, (0..1_200).collect::<Vec<i64>>());
}

#[tokio::test]
async fn killed_while_archiving_and_delivered_again_every_object_is_there_once() {
    let aws = Aws::embedded().await;
    let variables = [("DESTINATION", "s3"), ("REQUESTS_IN_FLIGHT", "1")];
    let function = Arc::new(start(&aws, &variables).await);
    let latency = FaultKind::Latency(Duration::from_mins(10));
    let fault = Fault::new(Service::S3, "PutObject", latency).after(1).times(100);
    aws.endpoints().inject(fault).unwrap();

    let mut records = records(30);
    for record in &mut records {
        record.partition = i32::try_from(record.offset % 3).unwrap();
    }
    let body = event(&records);
    let invocation = {
        let (function, body) = (Arc::clone(&function), body.clone());
        tokio::spawn(async move { function.invoke(body).await.unwrap() })
    };
    while aws.endpoints().s3_objects(&aws.bucket).is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    function.kill().await;
    invocation.await.unwrap();

    aws.endpoints().clear_faults();
    let again = function.invoke(body).await.unwrap();
    assert_eq!(answer(&again.outcome)["batchItemFailures"], Value::Array(Vec::new()));
    let objects = aws.objects("topic=orders/").await;
    let all: Vec<Value> = objects.values().flat_map(|object| lines(object)).collect();
    assert_eq!((objects.len(), offsets(&all)), (3, (0..30).collect::<Vec<i64>>()));
}

/// A stream that does not answer: the deadline comes, and every record is reported.
#[tokio::test]
async fn out_of_time_every_record_is_reported() {
    let aws = Aws::embedded().await;
    let function = start(&aws, &[("DEADLINE_MARGIN_MS", "500")]).await;
    let latency = FaultKind::Latency(Duration::from_mins(10));
    let fault = Fault::new(Service::Firehose, "PutRecordBatch", latency).times(100);
    aws.endpoints().inject(fault).unwrap();
    let deadline = Duration::from_millis(1_500);
    let invoked = function.invoke_with_deadline(event(&records(20)), deadline).await.unwrap();
    assert_eq!(reported(&answer(&invoked.outcome)), (0..20).collect::<Vec<i64>>());
}

#[tokio::test]
async fn a_topic_without_a_stream_refuses_to_start() {
    let aws = Aws::embedded().await;
    let variables =
        [("STREAM_NAME", ""), ("STREAM_MAP", "clicks=clicks"), ("TOPICS", "clicks,orders")];
    let refused = FunctionProcess::start(specification(&aws, &variables)).await.unwrap_err();
    let ProcessError::InitError { message, .. } = refused else { panic!("{refused}") };
    assert!(message.starts_with("TOPICS is `orders`; set it to "), "{message}");
}

#[tokio::test]
async fn what_is_no_msk_event_fails_as_a_whole() {
    let aws = Aws::embedded().await;
    let function = start(&aws, &[]).await;
    let invoked = function.invoke("{}").await.unwrap();
    let Outcome::FunctionError { error_type, message, .. } = invoked.outcome else { panic!() };
    assert_eq!(error_type, "NotAnMskEvent");
    assert!(message.contains("`records` is missing"), "{message}");
}

/// 10,000 records in 6 MiB. What it costs is printed and not asserted: it depends on the machine.
#[tokio::test]
async fn the_largest_batch_goes_through() {
    let aws = Aws::embedded().await;
    let function = start(&aws, &[]).await;
    let value = format!(r#"{{"userId":"user-42","amount":12.50,"text":"{}"}}"#, "x".repeat(280));
    let records: Vec<_> =
        (0..10_000).map(|offset| record(offset, Some(value.as_bytes()))).collect();
    let body = event(&records);
    assert!((5_500_000..6_291_456).contains(&body.len()), "{}", body.len());
    for round in 1..=3 {
        let invoked = function.invoke(body.clone()).await.unwrap();
        assert_eq!(reported(&answer(&invoked.outcome)), [0_i64; 0]);
        let peak = invoked.peak_rss_bytes.unwrap_or_default() / 1_024;
        println!("round {round}: {:?} of CPU time, {peak} KiB at most", invoked.cpu_time);
    }
    assert_eq!(aws.count(Service::Firehose, "PutRecordBatch").requests, 6);
    assert_eq!(offsets(&taken(&aws)).len(), 30_000);
}
