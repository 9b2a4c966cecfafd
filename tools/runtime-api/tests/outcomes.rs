//! What a function can do with an invocation, and how it is told.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::time::Duration;

use millrace_runtime_api::{
    Deadline, Exit, FunctionProcess, FunctionSpec, InvokeOptions, MAX_PAYLOAD_BYTES, Outcome,
    ProcessError,
};
use serde_json::{Value, json};

fn spec() -> FunctionSpec {
    FunctionSpec::new("probe", env!("CARGO_BIN_EXE_runtime-api-probe"))
}

async fn start() -> FunctionProcess {
    FunctionProcess::start(spec()).await.unwrap()
}

async fn outcome(process: &FunctionProcess, payload: Value) -> Outcome {
    process.invoke(payload.to_string()).await.unwrap().outcome
}

fn answer(outcome: &Outcome) -> Value {
    serde_json::from_slice(outcome.response().expect("a response")).unwrap()
}

#[tokio::test]
async fn payload_and_response_pass_unchanged_and_one_child_serves_them_all() {
    let process = start().await;
    let pid = process.pid();
    for number in 0..20 {
        let payload = json!({ "number": number, "text": "fünf \u{0}" });
        assert_eq!(answer(&outcome(&process, payload.clone()).await), payload);
    }
    assert_eq!(process.pid(), pid);
    assert_eq!(process.restarts(), 0);
}

#[tokio::test]
async fn an_error_and_a_panic_are_reported_with_their_words_and_the_child_lives_on() {
    let process = start().await;
    let Outcome::FunctionError { error_type, message, .. } =
        outcome(&process, json!({ "do": "error" })).await
    else {
        panic!("an error was due");
    };
    assert_eq!((error_type.as_str(), message.as_str()), ("Probe.Refused", "told to"));

    let Outcome::FunctionError { message, .. } = outcome(&process, json!({ "do": "panic" })).await
    else {
        panic!("an error was due");
    };
    assert_eq!(message, "Lambda panicked: told to panic");
    assert_eq!(answer(&outcome(&process, json!(1)).await), json!(1));
    assert_eq!(process.restarts(), 0);
}

#[tokio::test]
async fn a_child_that_exits_is_a_crash_with_its_last_lines_and_the_next_invocation_gets_another() {
    let process = start().await;
    let first = process.pid();
    let Outcome::Crashed { exit, mut last_log_lines } =
        outcome(&process, json!({ "do": "exit" })).await
    else {
        panic!("a crash was due");
    };
    assert_eq!(exit, Exit::Code(7));
    last_log_lines.sort();
    assert_eq!(last_log_lines, ["about to exit", "really"]);

    let next = process.invoke("2").await.unwrap();
    assert_eq!(answer(&next.outcome), json!(2));
    assert!(next.init_duration.is_some(), "it was billed for the start of a new child");
    assert_eq!(process.restarts(), 1);
    assert_ne!(process.pid(), first);
}

#[tokio::test]
async fn a_child_that_outlives_the_timeout_is_killed_and_replaced() {
    let process = start().await;
    let hour = r#"{"do":"sleep","ms":3600000}"#;
    let impatient =
        InvokeOptions { deadline: Deadline::AtTimeout, timeout: Some(Duration::from_millis(100)) };
    let invoked = process.invoke_with(hour, &impatient).await.unwrap();
    assert_eq!(invoked.outcome, Outcome::TimedOut);
    assert_eq!(answer(&outcome(&process, json!("again")).await), json!("again"));
    assert_eq!(process.restarts(), 1);
    let invoked = process.invoke_with(hour, &impatient).await.unwrap();
    assert_eq!(invoked.outcome, Outcome::TimedOut);
    assert_eq!(process.restarts(), 1, "it is replaced when it is needed");
}

#[tokio::test]
async fn five_megabytes_pass_and_more_than_six_are_refused_in_both_directions() {
    let process = start().await;
    let five = outcome(&process, json!({ "do": "big", "bytes": 5_000_000 })).await;
    assert_eq!(five.response().unwrap().len(), 5_000_002, "with the quotes of a JSON string");

    let seven = outcome(&process, json!({ "do": "big", "bytes": 7_000_000 })).await;
    let Outcome::FunctionError { error_type, .. } = seven else { panic!("an error was due") };
    assert_eq!(error_type, "Function.ResponseSizeTooLarge");

    let too_large = process.invoke(vec![b' '; MAX_PAYLOAD_BYTES + 1]).await.unwrap_err();
    assert!(matches!(too_large, ProcessError::PayloadTooLarge { bytes: 6_291_457 }));
    let mut largest = vec![b' '; MAX_PAYLOAD_BYTES];
    largest[0] = b'1';
    assert_eq!(answer(&process.invoke(largest).await.unwrap().outcome), json!(1));
    assert_eq!(process.restarts(), 0);
}

#[tokio::test]
async fn the_function_is_told_what_lambda_tells() {
    let spec = spec().with_env("TABLE", "state").with_timeout(Duration::from_secs(30));
    let process = FunctionProcess::start(spec).await.unwrap();
    let before = epoch_ms();
    let invoked = process.invoke(r#"{"do":"context"}"#).await.unwrap();
    let after = epoch_ms();
    let told = answer(&invoked.outcome);

    assert_eq!(told["request_id"], json!(invoked.request_id));
    let deadline = told["deadline_ms"].as_u64().unwrap();
    assert!((before + 30_000..=after + 30_000).contains(&deadline), "{deadline}");
    assert_eq!(told["function_arn"], "arn:aws:lambda:us-east-1:123456789012:function:probe");
    assert!(told["trace_id"].as_str().unwrap().starts_with("Root=1-"));
    let env = &told["env"];
    assert_eq!(env["TABLE"], "state");
    assert_eq!(env["AWS_LAMBDA_FUNCTION_NAME"], "probe");
    assert_eq!(env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "512");
    assert_eq!(env["AWS_REGION"], "us-east-1");
    assert_eq!(env["AWS_ACCESS_KEY_ID"], "test");
    assert_eq!(env["CARGO_PKG_NAME"], Value::Null, "the caller's own variables stay out");
}

#[tokio::test]
async fn a_test_can_tell_another_deadline_than_the_one_that_is_enforced() {
    let process = start().await;
    let before = epoch_ms();
    let context = r#"{"do":"context"}"#;
    let invoked = process.invoke_with_deadline(context, Duration::from_secs(1)).await.unwrap();
    let deadline = answer(&invoked.outcome)["deadline_ms"].as_u64().unwrap();
    assert!((before + 1_000..=epoch_ms() + 1_000).contains(&deadline), "{deadline}");

    let options = InvokeOptions { deadline: Deadline::Raw(3_000), timeout: None };
    let invoked = process.invoke_with(context, &options).await.unwrap();
    assert_eq!(answer(&invoked.outcome)["deadline_ms"], 3_000);
}

#[tokio::test]
async fn lines_of_both_outputs_are_kept() {
    let process = start().await;
    outcome(&process, json!({ "do": "log" })).await;
    for expected in ["to standard output", "to standard error"] {
        let line = process.wait_for_log(expected, Duration::from_mins(1)).await;
        assert_eq!(line.as_deref(), Some(expected));
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn memory_and_cpu_time_are_measured() {
    let process = start().await;
    let idle = process.invoke("1").await.unwrap();
    assert!(idle.init_duration.is_some());
    assert!(idle.peak_rss_bytes.unwrap() > 500_000);

    let busy = process.invoke(r#"{"do":"burn","rounds":30000000}"#).await.unwrap();
    assert_eq!(busy.init_duration, None);
    assert!(busy.cpu_time.unwrap() > idle.cpu_time.unwrap());
    assert!(busy.process_cpu_time.unwrap() >= busy.cpu_time.unwrap());

    let five = process.invoke(r#"{"do":"big","bytes":5000000}"#).await.unwrap();
    assert!(five.peak_rss_bytes.unwrap() > idle.peak_rss_bytes.unwrap() + 4_000_000);
}

fn epoch_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}
