//! `millrace poll` with processes of a function that does not behave: the pool that holds them, under
//! the mapping, over Kafka.

use std::path::PathBuf;

use millrace_runtime_api::function_binary;

use crate::command::run;
use crate::poll::{Kafka, logins, report};

fn function() -> PathBuf {
    function_binary("misbehaving-function").expect("it can be built")
}

/// The arguments of `millrace poll` of `orders` for it, and more of them.
fn poll<'a>(kafka: &'a Kafka, function: &'a str, how: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let usual = ["poll", "--once", "--json", "--topic", "orders", "--group", "orders-group"];
    let servers = ["--bootstrap-servers", kafka.servers(), "--partial-failures", "listed"];
    [&usual[..], &servers, &["--function", function, "--env", how], more].concat()
}

#[test]
fn a_response_that_is_too_large_is_a_failure_and_its_records_go_to_the_destination() {
    let kafka = Kafka::start(&["orders", "failed"]);
    kafka.produce("orders", &logins(10));
    let function = function();
    let function = function.to_str().expect("UTF-8");
    let more = ["--retries", "1", "--on-failure", "kafka://failed", "--window", "1s"];
    let finished = run(&poll(&kafka, function, "MISBEHAVIOUR=answer-too-much", &more));
    let report = report(&finished);
    assert_eq!(finished.code, Some(1), "nothing of it succeeded: {report}");
    let records = &report["records"];
    assert_eq!((records["succeeded"].as_u64(), records["stored"].as_u64()), (Some(0), Some(10)));
    // Each batch twice.
    let batches = report["given_up"]["RetryAttemptsExhausted"].as_u64().expect("a number");
    assert_eq!(report["failures"]["oversized response"].as_u64(), Some(2 * batches), "{report}");
    assert_eq!(report["lag"], serde_json::json!({"0": 0, "1": 0}), "and the topic goes on");
}

#[test]
fn a_function_process_that_never_answers_ends_it_with_nothing_committed() {
    let kafka = Kafka::start(&["orders"]);
    kafka.produce("orders", &logins(2));
    let function = function();
    let function = function.to_str().expect("UTF-8");
    let impatient = ["--timeout", "200ms"];
    let finished = run(&poll(&kafka, function, "MISBEHAVIOUR=never-answer", &impatient));
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), ""));
    let start = "millrace: the function has not answered once in 3 attempts, the last of which ended \
                 in a timeout";
    assert!(finished.stderr.starts_with(start), "{}", finished.stderr);
    assert!(finished.stderr.contains("; nothing was committed. "), "{}", finished.stderr);
    assert_eq!(kafka.committed("orders", "orders-group"), [None, None]);
}

#[test]
fn what_is_in_flight_at_once_has_a_process_each_and_processes_are_used_again() {
    let kafka = Kafka::start(&["orders"]);
    kafka.produce("orders", &logins(20));
    let meeting = tempfile::tempdir().expect("a folder");
    let folder = format!("MEETING={}", meeting.path().to_str().expect("UTF-8"));
    let function = function();
    let function = function.to_str().expect("UTF-8");
    // A record of each partition at a time; the first one's answer waits for the other's invocation.
    let more = ["--batch-size", "1", "--env", &folder];
    let finished = run(&poll(&kafka, function, "MISBEHAVIOUR=answer-together", &more));
    let report = report(&finished);
    assert_eq!((finished.code, report["invocations"].as_u64()), (Some(0), Some(20)), "{report}");
    let processes = meeting.path().read_dir().expect("it is there").count();
    assert_eq!(processes, 2, "one for each partition, and none besides");
}
