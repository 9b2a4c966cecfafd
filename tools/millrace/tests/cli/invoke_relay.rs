//! `millrace invoke relay`.

use serde_json::{Value, json};

use crate::command::{Finished, run, sample};

fn invoke(path: &std::path::Path, more: &[&str]) -> Finished {
    let path = path.to_str().expect("a path in UTF-8");
    let done = run(&[&["invoke", "relay", "--data-file", path], more].concat());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    for line in done.stdout.lines() {
        let answer: Value = serde_json::from_str(line).expect("JSON on standard output");
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
    }
    done
}

impl Finished {
    /// What the delivery stream took at each invocation: records and bytes.
    fn taken(&self) -> Vec<[u64; 2]> {
        let rows = self.rows("taken");
        let number = |word: &&str| word.replace(',', "").parse().expect("a number");
        rows.iter().map(|row| [number(&row[0]), number(&row[1])]).collect()
    }

    /// The keys of new objects below a prefix, as they stand in the lines with a size.
    fn keys(&self, prefix: &str) -> Vec<&str> {
        let words = self.stderr.split_whitespace();
        words.filter(|word| word.starts_with(prefix)).collect()
    }
}

#[test]
fn the_records_of_an_event_become_one_firehose_record_and_an_object() {
    let done = invoke(&sample("fraud-burst.json"), &[]);
    // Ten lines of one topic.
    let taken = done.taken();
    assert_eq!((taken.len(), taken[0][0]), (1, 1), "{}", done.stderr);
    let sent = done.rows("BytesSent")[0][0].parse::<u64>().expect("a number");
    assert_eq!(taken[0][1], sent, "what the stream took is what the function says it sent");
    let keys = done.keys("stream/year=");
    assert_eq!(keys.len(), 1, "{}", done.stderr);
    assert!(keys[0].strip_suffix(".gz").is_some(), "{}", keys[0]);
    assert_eq!(done.rows("RecordsProcessedSuccess"), [["10", "Function=relay"]]);
    assert!(!done.stderr.contains("states"), "no tables");
}

#[test]
fn what_cannot_be_decoded_is_a_dead_letter_and_garbage_is_a_line() {
    let done = invoke(&sample("wrong-base64.json"), &[]);
    let places = |offset| ["user-events,", "partition", "0,", "offset", offset];
    assert_eq!(done.rows("wrong_base64"), [places("4157"), places("4158")]);
    assert_eq!(done.rows("DeadRecords"), [["2", "Function=relay"]]);

    let done = invoke(&sample("poison-values.json"), &[]);
    assert!(!done.stderr.contains("dead letters"), "{}", done.stderr);
    assert_eq!(done.keys("stream/").len(), 1);
}

#[test]
fn a_line_that_is_too_large_is_an_object_that_the_stream_points_at() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.json");
    let record = |offset: i64, value: &str| {
        json!({ "topic": "orders", "partition": 3, "offset": offset, "timestamp": 1_767_600_000_000_i64,
            "timestampType": "CREATE_TIME", "value": value, "headers": [] })
    };
    // 6,000 bytes of a word that is no JSON, and `1`.
    let records = [record(7, &"YWFh".repeat(2_000)), record(8, "MQ==")];
    let event = json!({ "eventSource": "aws:kafka", "records": { "orders-3": records } });
    std::fs::write(&path, event.to_string()).expect("a file");

    let done = invoke(&path, &["--env", "RECORD_BYTES=5120"]);
    assert_eq!(
        done.keys("oversize/"),
        ["oversize/topic=orders/partition=3/offset=7.json.gz"],
        "{}",
        done.stderr
    );
    assert_eq!(done.rows("Oversize"), [["1", "Function=relay"]]);
    assert_eq!(done.taken()[0][0], 2, "the other line, and the pointer once the object was there");
}

#[test]
fn without_firehose_the_second_time_overwrites_the_object_of_the_first() {
    let done = invoke(&sample("fraud-burst.json"), &["--env", "DESTINATION=s3", "--times", "2"]);
    assert_eq!(done.taken(), [[0, 0], [0, 0]]);
    assert_eq!(done.keys("topic=").len(), 1, "{}", done.stderr);
    assert_eq!(done.rows("-"), [["no", "new", "one"]]);
}
