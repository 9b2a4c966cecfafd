//! `millrace redrive`: letters and batches through the real function once more, and what stays.

mod fake;
mod files;

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use self::fake::Function;
use self::files::{bucket_with, event, failed_batch, keys, payment, poison, write};
use crate::command::{Finished, millrace, run};
use crate::standing::Endpoints;

/// What the report says, a line each, without what it is about.
fn lines(done: &Finished) -> Vec<&str> {
    done.stdout.lines().skip(1).map(str::trim).collect()
}

struct Place {
    endpoints: Endpoints,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for files");
        Self { endpoints: Endpoints::start(), folder }
    }

    fn file(&self, name: &str, content: &Value) -> PathBuf {
        write(self.folder.path(), name, content)
    }

    /// Invokes the real function with an event.
    fn invoke(&self, event: &Value, more: &[&str]) -> Finished {
        let file = self.file("event.json", event);
        let file = file.to_str().expect("UTF-8");
        let at = ["--endpoint-url", &self.endpoints.url];
        run(&[&["invoke", "analytics", "--data-file", file], at.as_slice(), more].concat())
    }

    fn redrive(&self, more: &[&str]) -> Finished {
        let at = ["--endpoint-url", &self.endpoints.url];
        run(&[&["redrive", "--process", "analytics"], at.as_slice(), more].concat())
    }

    fn redrive_queue(&self, more: &[&str]) -> Finished {
        self.redrive(&[&["--queue-url", &self.endpoints.queue_url], more].concat())
    }
}

#[test]
fn letters_of_a_topic_that_was_not_configured_are_applied_once_it_is_and_then_gone() {
    let place = Place::new();
    let orders = event("orders", &[payment("orders", 0, "anna"), payment("orders", 1, "bert")]);
    place.invoke(&orders, &[]);
    // The next records come after the topic has been configured, and before the letters.
    let configured = ["--env", "TOPIC_KINDS=orders=transaction"];
    place.invoke(&event("orders", &[payment("orders", 2, "anna")]), &configured);

    let done = place.redrive_queue(&["--dry-run"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(lines(&done), ["would send 2 records of orders, partition 0 (unknown_topic)"]);

    let done = place.redrive_queue(&configured);
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    let expected = ["1 event sent", "2 applied", "0 had been applied before", "2 deleted"];
    assert_eq!(lines(&done), expected);

    let done = place.redrive_queue(&configured);
    assert_eq!(lines(&done)[0], "0 events sent", "nothing is left");
    // Twice by hand changes nothing either.
    let done = place.invoke(&orders, &configured);
    assert_eq!(done.rows("Duplicates"), [["2", "Function=analytics"]]);
}

#[test]
fn a_letter_that_is_dead_again_is_told_and_not_sent_in_circles() {
    let place = Place::new();
    place.invoke(&event("transactions", &[poison(0), payment("transactions", 1, "anna")]), &[]);
    for _ in 0..2 {
        let done = place.redrive_queue(&[]);
        assert_eq!(done.code, Some(1), "{}", done.stderr);
        let expected = [
            "1 event sent",
            "0 applied",
            "0 had been applied before",
            "1 dead again (not_json), with a new letter",
            "1 deleted",
        ];
        assert_eq!(lines(&done), expected);
    }
    let done = place.redrive_queue(&["--dry-run"]);
    assert_eq!(lines(&done), ["would send 1 record of transactions, partition 0 (not_json)"]);
}

#[test]
fn a_filter_takes_what_it_says_and_leaves_the_rest_in_the_queue() {
    let place = Place::new();
    let dead = [poison(0), poison(5), poison(9)];
    place.invoke(&event("transactions", &dead), &[]);
    let left = |more: &[&str]| {
        let done = place.redrive_queue(&[more, &["--dry-run"]].concat());
        let left = lines(&done).iter().find_map(|line| line.split_once(" record"))?.0.to_owned();
        Some(left)
    };
    assert_eq!(left(&["--offsets", "5-9"]).as_deref(), Some("1"));
    assert_eq!(left(&["--reason", "unknown_topic"]).as_deref(), Some("3"));
    assert_eq!(left(&["--topic", "transactions", "--partition", "1"]).as_deref(), Some("3"));
    assert_eq!(left(&["--until", "2026-01-05T08:00:00Z"]).as_deref(), Some("3"));
    assert_eq!(left(&["--from", "2026-01-05T08:00:01Z"]).as_deref(), Some("3"));
    // What all of them take is sent.
    let all = ["--topic", "transactions", "--partition", "0", "--reason", "not_json"];
    let at = ["--from", "2026-01-05T08:00:00Z", "--until", "2026-01-05T08:00:01Z", "--dry-run"];
    let done = place.redrive_queue(&[&all[..], &at].concat());
    assert_eq!(lines(&done), ["would send 3 records of transactions, partition 0 (not_json)"]);
    let done = place.redrive_queue(&["--offsets", "0-7"]);
    assert_eq!(lines(&done)[0], "1 record left by the filter");
    let done = place.redrive_queue(&["--dry-run", "--of", "somebody-else"]);
    assert_eq!(lines(&done), ["3 of analytics, left"]);
}

#[test]
fn a_failed_batch_is_applied_after_later_ones_whichever_way_its_payload_is_written() {
    let place = Place::new();
    let batch = |first: i64| {
        let offsets = first..first + 3;
        event(
            "transactions",
            &offsets.map(|at| payment("transactions", at, "anna")).collect::<Vec<_>>(),
        )
    };
    place.invoke(&batch(0), &[]);
    // 3 to 8 are given up, in two batches; the partition goes on.
    place.invoke(&batch(9), &[]);
    let text = failed_batch("RetryAttemptsExhausted", &Value::String(batch(3).to_string()));
    let object = failed_batch("RetriesExhausted", &batch(6));
    let others = json!({"requestContext": {"condition": "RetriesExhausted"}, "KafkaBatchInfo": {
        "recordsInfo": {"transactions-0": {"firstRecordOffset": "99", "lastRecordOffset": "104"}}}});
    let objects =
        [("aws/lambda/a/1", &text), ("aws/lambda/a/2", &object), ("aws/lambda/a/3", &others)];
    bucket_with(&place.endpoints.url, &objects);

    let from_bucket = ["--bucket", "failed", "--prefix", "aws/lambda/"];
    let done = place.redrive(&[&from_bucket[..], &["--offsets", "4-7"]].concat());
    assert_eq!(lines(&done)[0], "2 records left by the filter");
    assert!(done.stdout.contains("\n  4 applied\n"), "{}", done.stdout);
    assert!(
        done.stdout.ends_with("  0 deleted\n"),
        "what was taken in part stays: {}",
        done.stdout
    );

    let done = place.redrive(&from_bucket);
    assert_eq!(done.code, Some(1), "one cannot be read: {}", done.stdout);
    assert!(
        done.stdout.contains("aws/lambda/a/3 left: it does not hold its records"),
        "{}",
        done.stdout
    );
    assert!(done.stdout.contains("(transactions-0 offsets 99 to 104)"), "{}", done.stdout);
    assert!(
        done.stdout.contains("\n  2 applied\n  4 had been applied before\n"),
        "{}",
        done.stdout
    );
    assert_eq!(keys(&place.endpoints.url), ["aws/lambda/a/3"]);

    // From files, which are never deleted, and once more.
    let files = [place.file("1.json", &text), place.file("2.json", &object)];
    let [one, two] = files.each_ref().map(|file| file.to_str().expect("UTF-8"));
    let done = place.redrive(&["--file", one, two]);
    assert_eq!(done.code, Some(0), "{}", done.stdout);
    assert!(
        done.stdout.contains("\n  0 applied\n  6 had been applied before\n"),
        "{}",
        done.stdout
    );
    assert!(Path::new(one).exists());
}

/// I8, of what is sent again: neither the command nor the function that it runs at `trace` shows it.
#[test]
fn nothing_that_is_sent_again_stands_in_a_line() {
    // In base64: s3cr3t-key, {"userId":"s3cr3t-user","amount":12000,"currency":"EUR"}, s3cr3t {
    let key = "czNjcjN0LWtleQ==";
    let sound = "eyJ1c2VySWQiOiJzM2NyM3QtdXNlciIsImFtb3VudCI6MTIwMDAsImN1cnJlbmN5IjoiRVVSIn0=";
    let poison = "czNjcjN0IHs=";
    let place = Place::new();
    let record = |offset: i64, value: &str| {
        json!({"topic": "transactions", "partition": 0, "offset": offset,
            "timestamp": 1_767_600_000_000_i64, "key": key, "value": value})
    };
    let batch = event("transactions", &[record(0, sound), record(1, poison), record(2, sound)]);
    place.invoke(&batch, &["--env", "TOPIC_KINDS=orders=transaction"]);
    let failed = failed_batch("RetriesExhausted", &Value::String(batch.to_string()));
    let failed = place.file("failed.json", &failed);
    let failed = failed.to_str().expect("UTF-8");

    let trace = ["--env", "RUST_LOG=trace"];
    let runs = [
        place.redrive_queue(&["--dry-run"]),
        place.redrive_queue(&trace),
        place.redrive(&[&["--file", failed], &trace[..]].concat()),
    ];
    assert!(runs[1].stdout.contains("\n  2 applied\n"), "{}", runs[1].stdout);
    assert!(runs[2].stdout.contains("\n  2 had been applied before\n"), "{}", runs[2].stdout);
    for done in &runs {
        for secret in ["s3cr3t", key, sound, poison] {
            assert!(!done.stdout.contains(secret), "{}", done.stdout);
            assert!(!done.stderr.contains(secret), "{}", done.stderr);
        }
    }
}

/// Sends letters to a function that answers like this, and says what the report says.
fn answered(place: &Place, answers: &[(u16, &str)]) -> Finished {
    let function = Function::answering(answers);
    let url = function.url.clone();
    let queue = ["--queue-url", &place.endpoints.queue_url];
    let at = ["--endpoint-url", &place.endpoints.url, "--batch-size", "1"];
    let target = ["--invoke-url", &url, "--of", "analytics"];
    run(&[&["redrive"], queue.as_slice(), &at, &target].concat())
}

#[test]
fn a_message_is_deleted_only_if_its_record_is_durably_done() {
    let place = Place::new();
    let dead: Vec<Value> = (0..4).map(poison).collect();
    place.invoke(&event("transactions", &dead), &[]);
    let reported = r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"transactions-0","offset":1}}],
        "redriven":{}}"#;
    let done_once = r#"{"batchItemFailures":[],"redriven":{"applied":1}}"#;
    // An error of the function, a list with the record, what knows nothing of redrives, and success.
    let error = r#"{"errorMessage":"no table","errorType":"Config"}"#;
    let answers =
        [(200, error), (200, reported), (200, done_once), (200, r#"{"batchItemFailures":[]}"#)];
    let done = answered(&place, &answers);
    assert_eq!(done.code, Some(1));
    assert!(
        done.stdout.contains("2 not done: the function does not say what became"),
        "{}",
        done.stdout
    );
    assert!(done.stdout.contains("1 not done: reported by the function"), "{}", done.stdout);
    assert!(done.stdout.ends_with("  1 deleted\n"), "{}", done.stdout);
    let done = place.redrive_queue(&["--dry-run"]);
    assert_eq!(lines(&done), ["would send 3 records of transactions, partition 0 (not_json)"]);
}

#[test]
fn after_three_events_in_a_row_of_which_nothing_was_done_it_stops() {
    let place = Place::new();
    let dead: Vec<Value> = (0..5).map(poison).collect();
    place.invoke(&event("transactions", &dead), &[]);
    let done = answered(&place, &[(500, ""), (500, ""), (500, "")]);
    assert_eq!(done.code, Some(1));
    let expected = [
        "3 events sent",
        "0 applied",
        "0 had been applied before",
        "2 not done: not sent",
        "3 not done: the invocation was refused with status 500 (no reason given)",
        "0 deleted",
    ];
    assert_eq!(lines(&done), expected);
    let done = place.redrive_queue(&["--dry-run"]);
    assert_eq!(lines(&done), ["would send 5 records of transactions, partition 0 (not_json)"]);
}

#[test]
fn through_lambdas_api_the_request_is_signed_and_throttling_is_waited_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let batch = event("transactions", &[payment("transactions", 0, "anna")]);
    let file = write(folder.path(), "batch.json", &batch);
    let done_once = r#"{"batchItemFailures":[],"redriven":{"applied":1}}"#;
    let function = Function::answering(&[(429, "{}"), (200, done_once)]);
    let file = file.to_str().expect("UTF-8");
    let at = ["--endpoint-url", &function.url];
    let done =
        run(&[&["redrive", "--file", file, "--function", "stack-analytics"], at.as_slice()]
            .concat());
    assert_eq!(done.code, Some(0), "{}", done.stdout);
    let requests = function.requests();
    assert_eq!(requests.len(), 2);
    let path = "POST /2015-03-31/functions/stack%2Danalytics/invocations HTTP/1.1";
    assert!(requests[1].starts_with(path), "{}", requests[1]);
    assert!(requests[1].contains("AWS4-HMAC-SHA256"), "{}", requests[1]);
    assert!(requests[1].contains(r#""redrive":"ask""#), "{}", requests[1]);
}

#[test]
fn what_it_needs_is_said() {
    let refused = |arguments: &[&str]| {
        let output: Output = millrace(arguments).output().expect("the command can be run");
        (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
    };
    let (code, said) = refused(&["redrive", "--file", "x"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("--function <NAME>|--invoke-url <URL>|--process"), "{said}");
    let (code, said) = refused(&["redrive", "--process", "analytics", "--file", "x"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("--process needs --endpoint-url"), "{said}");
}
