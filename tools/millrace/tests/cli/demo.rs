use std::collections::BTreeMap;

use millrace_generator::{Rates, Settings};
use serde_json::{Value, json};

use crate::command::run;
use crate::expected::{Stream, samples};

const SEED: u64 = 2;
const RECORDS: u64 = 3_000;
/// So that user events make several batches: the answer to the second one is held back.
const BATCH_SIZE: u64 = 500;

fn settings() -> Settings {
    let rates = Rates { labels: 0.5, ..Rates::default() };
    Settings { seed: SEED, records: RECORDS, rates, ..Settings::default() }
}

fn arguments() -> Vec<String> {
    let numbers = [RECORDS, SEED, BATCH_SIZE].map(|number| number.to_string());
    let [records, seed, size] = numbers.each_ref().map(String::as_str);
    ["demo", "--records", records, "--seed", seed, "--batch-size", size].map(str::to_owned).into()
}

fn demo(more: &[&str]) -> crate::command::Finished {
    let arguments = arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(&[&arguments, more].concat())
}

#[test]
fn the_report_is_one_object_and_its_numbers_are_those_of_what_was_handed_over() {
    let done = demo(&["--json"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!((done.stdout.lines().count(), done.stderr.as_str()), (1, ""));
    let report: Value = serde_json::from_str(&done.stdout).expect("one JSON object");
    assert_eq!(report["problems"], json!([]));

    let stream = Stream::of(settings());
    let tally = &stream.tally;
    let count = |name: &str| report[name].as_u64().expect("a count");
    let again = count("records_again");
    assert!(again > 0, "an answer is held back now and then");
    let events = tally.user_events + tally.transactions + tally.sensor_events + tally.labels;
    let expected = json!({
        "records": samples::RECORDS + RECORDS,
        "handed_over": samples::RECORDS + RECORDS + again,
        "applied": samples::APPLIED + events,
        "failed": 0,
        "kafka": {
            "servers": "an embedded broker",
            "produced": RECORDS,
            "groups": 8,
            "polled": 2 * RECORDS,
            "lag": 0,
        },
    });
    for (name, expected) in expected.as_object().expect("an object") {
        assert_eq!(&report[name], expected, "{name}");
    }
    // What came again is a duplicate unless it is a tombstone or dead.
    let duplicates = count("duplicates") - samples::DUPLICATES;
    let tombstones = count("tombstones") - samples::TOMBSTONES - tally.tombstones;
    let dead = counts(&report["dead_records"]).values().sum::<u64>();
    let dead = dead - samples::dead() - tally.dead_records();
    assert_eq!(duplicates + tombstones + dead, again);
    assert!(duplicates > 0);
    assert!(report["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0));
}

#[test]
fn dead_records_alerts_and_requests_are_counted_by_kind() {
    let done = demo(&["--json"]);
    let report: Value = serde_json::from_str(&done.stdout).expect("one JSON object");
    let stream = Stream::of(settings());

    let reported = counts(&report["dead_records"]);
    for (reason, count) in samples::DEAD {
        assert!(reported[reason] >= count, "{reason}: {reported:?}");
    }

    let alerts = counts(&report["alerts"]);
    for (detector, of_samples) in samples::ALERTS {
        // A stream as short as this has not every kind of failure.
        let of_stream = stream.alerts.get(detector).copied().unwrap_or_default();
        assert_eq!(alerts.get(detector), Some(&(of_samples + of_stream)), "{detector}: {alerts:?}");
    }
    // Ten clicks of each bot, and those of the bot under events/.
    let bots = stream.tally.bots.len() as u64;
    assert!(bots > 0 && alerts["rapid_clicks"] >= bots + 2 && alerts["rapid_activity"] >= bots + 2);
    assert!(alerts["unusual_amount"] >= stream.tally.fraud.len() as u64 + 2);
    assert_eq!(report["alerts_published"], alerts.values().sum::<u64>());

    // Each invocation publishes its metrics once.
    let requests = &report["requests"];
    let batches = |of: &Value| of["batches"].as_u64().expect("a count");
    let invocations = batches(&report) + batches(&report["archive"]);
    assert_eq!(requests["cloudwatch"]["PutMetricData"], invocations);
    let alerts_total: u64 = alerts.values().sum();
    let publishes = requests["sns"]["PublishBatch"].as_u64().expect("a count");
    assert!((alerts_total.div_ceil(10)..=alerts_total).contains(&publishes), "{publishes}");
    let letters = requests["sqs"]["SendMessageBatch"].as_u64().expect("a count");
    let total = reported.values().sum::<u64>() + samples::WRONG_BASE64; // which relay buries as well
    assert!((total.div_ceil(10)..=total).contains(&letters), "{letters}");
}

#[test]
fn every_record_is_a_line_of_the_archive_as_often_as_it_was_handed_over() {
    let done = demo(&["--json"]);
    let report: Value = serde_json::from_str(&done.stdout).expect("one JSON object");
    let archive = &report["archive"];
    let number = |name: &str| archive[name].as_u64().expect("a count");
    assert_eq!(
        number("handed_over"),
        samples::RECORDS + RECORDS + number("records_again"),
        "what came again, came again"
    );
    let expected = json!({
        "lines": number("handed_over") - samples::WRONG_BASE64,
        "dead_records": samples::WRONG_BASE64,
        "oversize": 0,
        "missing": 0,
        "surplus": 0,
        "retries": 0,
        // Each batch of a topic fits into one, and a mapping's batches have one topic each.
        "entries": samples::TOPICS + number("batches") - samples::FILES,
        "requests": report["requests"]["firehose"]["PutRecordBatch"],
        "objects": 1,
    });
    for (name, expected) in expected.as_object().expect("an object") {
        assert_eq!(&archive[name], expected, "{name}");
    }
    // No line is over 5 KB, so that each would be billed as one step.
    assert_eq!(number("bytes_billed_unpacked"), 5_120 * number("lines"));
    let rounded_up = number("bytes_billed") - number("bytes_sent");
    assert!(rounded_up < 5_120 * number("entries"), "{rounded_up}");
    assert!((1..number("bytes_sent")).contains(&number("object_bytes")));
}

#[test]
fn labels_of_payments_come_half_an_hour_later_and_each_is_told() {
    // An hour of event time.
    let records = 15_000;
    let arguments = ["demo", "--json", "--records", "15000", "--seed", "2", "--labels", "1"];
    let done = run(&arguments);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let report: Value = serde_json::from_str(&done.stdout).expect("one JSON object");
    assert_eq!(report["problems"], json!([]));
    let rates = Rates { labels: 1.0, ..Rates::default() };
    let tally = Stream::of(Settings { records, rates, ..settings() }).tally;
    assert!(tally.labels > 100, "{tally:?}");
    assert_eq!(report["labels"]["told"], samples::LABELS + tally.labels);
    // Those under events/ are of payments that nobody has seen. Topics keep no order among each
    // other, and half an hour is no second here: any label may come before its payment.
    let count = |name: &str| report["labels"][name].as_u64().expect("a count");
    assert!(count("counted") <= tally.labels, "{} of {}", count("counted"), tally.labels);
    let frauds = tally.fraud_labels.min(count("counted"));
    assert!(count("frauds") <= frauds, "{} of {frauds}", count("frauds"));
}

#[test]
fn the_summary_for_a_person_says_the_same_in_less_than_seventy_five_lines() {
    let done = demo(&[]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    let stream = Stream::of(settings());
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert!(lines.len() < 80, "{} lines", lines.len());
    assert!(!done.stdout.contains('\u{1b}'), "no colours where there is no terminal");
    assert!(lines[0].ends_with("every one is accounted for"), "{}", lines[0]);
    let high_value = 2 + stream.alerts["high_value"];
    let rows: Vec<Vec<&str>> = lines.iter().map(|line| line.split_whitespace().collect()).collect();
    let high_value = high_value.to_string();
    assert!(rows.contains(&vec!["high_value", &high_value, "HIGH"]), "{}", done.stdout);
    assert!(done.stdout.contains("is above the limit of 10000."), "{}", done.stdout);
    let labels = samples::LABELS + stream.tally.labels;
    assert!(done.stdout.contains(&format!("Labels  {labels} of payments: ")), "{}", done.stdout);
    let records = format!("{} in ", thousands(samples::RECORDS + RECORDS));
    assert!(lines[0].starts_with(&records), "{}", lines[0]);
    assert!(lines[1].contains("through an embedded broker, read by 8 groups"), "{}", lines[1]);
    let archive = lines.iter().find(|line| line.starts_with("Archive  "));
    let archive = archive.expect("the archive has its heading");
    assert!(archive.ends_with(" lines of relay, 2 dead records"), "{archive}");
    // Where an unknown topic's record stood, from events/unknown-topic.json.
    assert!(done.stdout.contains("orders, partition 0, offset 77"), "{}", done.stdout);
}

#[test]
fn a_broker_that_is_away_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let servers = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let done = run(&["demo", "--bootstrap-servers", &servers]);
    assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""));
    let start = format!("millrace: no broker at {servers} answered within 5 s (");
    assert!(done.stderr.starts_with(&start), "{}", done.stderr);
}

#[test]
fn any_other_broker_does_as_well() {
    // Nothing is said of what no test has: give one, and this runs.
    let Ok(servers) = std::env::var("MILLRACE_TEST_BROKER") else { return };
    let done = demo(&["--json", "--bootstrap-servers", &servers]);
    let report: Value = serde_json::from_str(&done.stdout).expect("one JSON object");
    assert_eq!((done.code, &report["problems"]), (Some(0), &json!([])), "{}", done.stderr);
    assert_eq!(report["kafka"]["servers"], servers);
}

#[test]
fn wrong_options_are_refused_with_what_they_should_be() {
    for (arguments, told) in [
        (["demo", "--records", "0"], "0 is not in 1.."),
        (["demo", "--batch-size", "10001"], "from 1 to 10000"),
        (["demo", "--labels", "1.5"], "from 0 to 1"),
        (["demo", "--endpoint-url", "localhost:8000"], "begin with http://"),
    ] {
        let done = run(&arguments);
        assert_eq!(done.code, Some(2));
        assert!(done.stderr.contains(told), "{}", done.stderr);
    }
}

/// `1,234 records`
fn thousands(number: u64) -> String {
    format!("{},{:03} records", number / 1_000, number % 1_000)
}

fn counts(object: &Value) -> BTreeMap<&str, u64> {
    let members = object.as_object().expect("an object of counts");
    let count = |value: &Value| value.as_u64().expect("a count");
    members.iter().map(|(name, value)| (name.as_str(), count(value))).collect()
}
