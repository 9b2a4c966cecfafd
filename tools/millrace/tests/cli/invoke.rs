use serde_json::{Value, json};

use crate::command::{Finished, run, sample};

fn invoke(file: &str, more: &[&str]) -> Finished {
    let path = sample(file);
    let path = path.to_str().expect("a path in UTF-8");
    run(&[&["invoke", "analytics", "--data-file", path], more].concat())
}

impl Finished {
    fn answers(&self) -> Vec<Value> {
        let lines = self.stdout.lines();
        lines.map(|line| serde_json::from_str(line).expect("JSON on standard output")).collect()
    }

    /// The words that follow a name at the beginning of a line of standard error, for each such line.
    pub(crate) fn rows(&self, name: &str) -> Vec<Vec<&str>> {
        let lines = self.stderr.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        lines
            .filter(|words| words.first() == Some(&name))
            .map(|words| words[1..].to_vec())
            .collect()
    }
}

#[test]
fn a_good_event_is_answered_and_what_was_written_is_told() {
    // 10,500 and 12,000 after six ordinary payments; both are unusual as well, and the first alone is
    // more than 10,000 within a minute. That the second passes the next windows is merged with it.
    let done = invoke("fraud-burst.json", &[]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(done.answers(), [json!({ "batchItemFailures": [] })]);
    // Two users and a partition.
    assert_eq!(done.rows("states"), [["3", "0"]]);
    assert_eq!(done.rows("alerts")[0], ["5", "0"]);
    let sentence = "user#user-1201: A payment of 12000 EUR is above the limit of 10000.";
    assert!(done.stderr.contains(sentence), "{}", done.stderr);
    assert_eq!(
        done.rows("Alerts"),
        [
            ["2", "Detector=high_value", "Severity=HIGH"],
            ["2", "Detector=unusual_amount", "Severity=MEDIUM"],
            ["1", "Detector=velocity", "Severity=MEDIUM"]
        ]
    );
    assert_eq!(done.rows("RecordsProcessedSuccess"), [["10", "Function=analytics"]]);
}

#[test]
fn the_second_time_all_are_duplicates_and_no_row_is_new() {
    let done = invoke("fraud-burst.json", &["--times", "2"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(done.answers().len(), 2);
    for (table, first) in [("states", "3"), ("sessions", "0"), ("windows", "0"), ("alerts", "5")] {
        let rows = done.rows(table);
        // The heading of the published alerts begins with the same word as the table's row.
        let rows: Vec<_> = rows.iter().filter(|row| row[0] != "published").collect();
        assert_eq!(rows, [&[first, "0"], &["0", "0"]], "{table}");
    }
    assert_eq!(done.rows("Duplicates"), [["10", "Function=analytics"]], "of the second time");
    assert_eq!(done.stderr.matches("alerts published").count(), 1);
}

#[test]
fn dead_letters_are_told_with_their_places_and_without_their_content() {
    let done = invoke("wrong-base64.json", &[]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let places = |offset| ["user-events,", "partition", "0,", "offset", offset];
    assert_eq!(done.rows("wrong_base64"), [places("4157"), places("4158")]);
    assert_eq!(done.rows("DeadRecords"), [["2", "Function=analytics"]]);
}

#[test]
fn records_that_cannot_be_done_are_reported_and_that_is_no_error_of_the_command() {
    let done = invoke("tombstones.json", &["--env", "STATE_TABLE=there-is-none"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let failed = |offset: i64| json!({ "itemIdentifier": { "partition": "user-events-1", "offset": offset } });
    // The login and the logout; the two tombstones between them need no table.
    assert_eq!(done.answers(), [json!({ "batchItemFailures": [failed(3908), failed(3911)] })]);
    assert_eq!(done.rows("RecordsProcessedFailure"), [["2", "Function=analytics"]]);
    assert!(done.stderr.contains("there-is-none"), "the log names the table");
}

#[test]
fn a_failure_of_the_function_is_one_of_the_command() {
    let variables = ["--env", "STATE_TABLE=there-is-none", "--env", "PARTIAL_FAILURES=off"];
    let done = invoke("tombstones.json", &variables);
    assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""));
    let told = "the function answered with an error of the function: PartialFailuresOff: 2 of 4";
    assert!(done.stderr.contains(told), "{}", done.stderr);

    let done = invoke("tombstones.json", &["--env", "STATE_TABLE="]);
    assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""));
    assert!(done.stderr.contains("STATE_TABLE is not set"), "{}", done.stderr);
}

#[test]
fn a_file_that_is_no_event_is_told_what_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("order.json");
    let files = [
        ("", "it is empty"),
        ("order 17", "it is not JSON"),
        ("[]", "it holds a list and no object"),
        (r#"{"Records":[]}"#, "it has no `eventSource`, which should be `aws:kafka`"),
        (r#"{"eventSource":"aws:kafka"}"#, "it has no `records`"),
    ];
    for (content, found) in files {
        std::fs::write(&path, content).expect("a file");
        let path = path.to_str().expect("a path in UTF-8");
        let done = run(&["invoke", "analytics", "--data-file", path]);
        assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{content}");
        let told = format!("millrace: {path} is no MSK event: {found}");
        assert!(done.stderr.starts_with(&told), "{}", done.stderr);
    }
}

#[test]
fn a_file_that_is_not_there_and_a_function_that_does_not_exist_are_named() {
    let done = run(&["invoke", "analytics", "--data-file", "no/such/file.json"]);
    assert_eq!(done.code, Some(1));
    assert!(
        done.stderr.starts_with("millrace: no/such/file.json cannot be read"),
        "{}",
        done.stderr
    );

    let done = run(&["invoke", "analitycs", "--data-file", "no/such/file.json"]);
    assert_eq!(done.code, Some(2));
    assert!(done.stderr.contains("'analitycs'"), "{}", done.stderr);
    assert!(done.stderr.contains("possible values: analytics"), "{}", done.stderr);
}
