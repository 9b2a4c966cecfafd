//! I8: no payload in any log. Both functions run at `trace` over everything in `events/` and over
//! generated records, labels included, with sinks that fail in every way there is; then their lines
//! are searched for what the records held.

#![allow(clippy::unwrap_used, clippy::panic, clippy::large_futures, reason = "a test may")]

#[path = "../binary/function.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod function;
#[path = "../relay_support/mod.rs"]
mod relay_support;
#[path = "../support/mod.rs"]
mod support;

mod payload;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use millrace_endpoints::{Endpoints, FaultRates, RandomFaults};
use millrace_generator::{Generator, Rates, Settings};
use millrace_runtime_api::{FunctionProcess, FunctionSpec, LogSink, function_binary};

use payload::Payload;

/// Every line that a function writes, once.
type Lines = Arc<Mutex<BTreeSet<String>>>;

fn listening() -> (Lines, LogSink) {
    let lines = Lines::default();
    let sink = Arc::clone(&lines);
    let call = move |line: &str| {
        sink.lock().unwrap().insert(line.to_owned());
    };
    (lines, LogSink::Call(Arc::new(call)))
}

/// The events of `events/`, and those of a stream that has everything odd in it.
fn events() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../events");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_event = |path: &std::path::PathBuf| path.extension().is_some_and(|it| it == "json");
    let mut events: Vec<Vec<u8>> =
        files.filter(is_event).map(|path| std::fs::read(path).unwrap()).collect();
    assert!(events.len() > 20, "{} sample events", events.len());
    let rates = Rates {
        poison: 0.05,
        tombstones: 0.02,
        late: 0.05,
        labels: 0.5,
        trace_headers: 0.5,
        ..Rates::default()
    };
    let settings = Settings { seed: 5, records: 3_000, rates, ..Settings::default() };
    let records: Vec<_> = Generator::new(settings).collect();
    events.extend(records.chunks(500).map(millrace_generator::encode_event));
    events.push(br#"{"records":"s3cr3t-value-of-no-event"}"#.to_vec());
    events
}

/// More goes wrong than right, and nothing hangs.
fn let_things_go_wrong(endpoints: &Endpoints) {
    endpoints.inject_at_random(RandomFaults {
        seed: 11,
        rates: FaultRates {
            throttle: 0.08,
            server_error: 0.05,
            unavailable: 0.05,
            drop_before: 0.05,
            drop_after: 0.05,
            cut_short: 0.05,
            partial: 0.15,
            conflict: 0.05,
            ..FaultRates::default()
        },
        longest_latency: Duration::ZERO,
        longest_delay: Duration::ZERO,
    });
}

/// Hands every event over, some of them with hardly any time, and searches what was logged.
async fn searched(spec: FunctionSpec, endpoints: &Endpoints, format: &str) {
    let (lines, sink) = listening();
    let spec = spec.with_log(sink).with_env("RUST_LOG", "trace");
    let spec = spec.with_env("AWS_LAMBDA_LOG_FORMAT", format);
    let process = FunctionProcess::start(spec).await.unwrap();
    let_things_go_wrong(endpoints);
    let mut payload = Payload::default();
    for (number, event) in events().into_iter().enumerate() {
        payload.add(&event);
        let time = Duration::from_millis(if number % 7 == 0 { 120 } else { 20_000 });
        process.invoke_with_deadline(event, time).await.unwrap();
    }
    process.stop().await;
    let lines = lines.lock().unwrap();
    assert!(lines.len() > 30, "at trace there is more to be read than {lines:#?}");
    assert!(payload.len() > 3_000, "{}", payload.len());
    for line in lines.iter() {
        let found = payload.find_in(&without_its_time(line));
        assert!(found.is_none(), "{} logs payload, {found:?}: {line}", process.spec().name);
    }
}

/// A line of JSON says when it was written, and a record may tell of the same time of day.
fn without_its_time(line: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(line) {
        Ok(serde_json::Value::Object(mut members)) => {
            members.remove("timestamp");
            serde_json::Value::Object(members).to_string()
        }
        _ => line.to_owned(),
    }
}

async fn analytics(format: &str) {
    let aws = support::Aws::embedded().await;
    let resources = aws.resources("").await;
    let spec = function::spec(&aws, &resources).await;
    searched(spec, aws.endpoints(), format).await;
}

async fn relay(format: &str) {
    let aws = relay_support::Aws::embedded().await;
    let binary = tokio::task::spawn_blocking(|| function_binary("relay")).await.unwrap().unwrap();
    let spec = FunctionSpec::new("relay", binary).with_env("AWS_REGION", millrace_tests::REGION);
    let environment = aws.environment().into_iter();
    let spec = environment.fold(spec, |spec, (name, value)| spec.with_env(name, value));
    searched(spec, aws.endpoints(), format).await;
}

#[tokio::test]
async fn analytics_logs_no_payload_at_trace() {
    analytics("Text").await;
}

#[tokio::test]
async fn analytics_logs_no_payload_at_trace_as_json() {
    analytics("JSON").await;
}

#[tokio::test]
async fn relay_logs_no_payload_at_trace() {
    relay("Text").await;
}

#[tokio::test]
async fn relay_logs_no_payload_at_trace_as_json() {
    relay("JSON").await;
}

/// The search can find: what must not be in a line is found where it is.
#[test]
fn what_a_record_holds_is_found_in_a_line() {
    let mut payload = Payload::default();
    for event in events() {
        payload.add(&event);
    }
    for line in [
        "a payment of user-1201 is above the limit",
        r#"{"level":"INFO","value":"eyJ1c2VySWQiOiJ1c2VyLTEyMDEi"}"#,
        "s3cr3t-value-of-no-event",
    ] {
        assert!(payload.find_in(line).is_some(), "{line}");
    }
    assert!(
        payload.find_in("INFO batch done records=500 applied=489 topic=transactions").is_none()
    );
}
