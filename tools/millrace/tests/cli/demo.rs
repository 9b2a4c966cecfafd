use std::collections::BTreeMap;

use millrace_generator::Settings;
use serde_json::{Value, json};

use crate::command::run;
use crate::expected::{Stream, samples};

/// A seed with which a batch comes again within so few records.
const SEED: u64 = 2;
const RECORDS: u64 = 3_000;

fn settings() -> Settings {
    Settings { seed: SEED, records: RECORDS, ..Settings::default() }
}

fn arguments() -> Vec<String> {
    ["demo", "--records", &RECORDS.to_string(), "--seed", &SEED.to_string()]
        .map(str::to_owned)
        .into()
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
    let again = [stream.events_again, stream.tombstones_again, stream.dead_again];
    assert!(!again.contains(&0), "this seed shows too little: {again:?}");
    let events = tally.user_events + tally.transactions + tally.sensor_events;
    let expected = json!({
        "records": samples::RECORDS + RECORDS + tally.redelivered_records,
        "applied": samples::APPLIED + events,
        "duplicates": samples::DUPLICATES + stream.events_again,
        "tombstones": samples::TOMBSTONES + tally.tombstones + stream.tombstones_again,
        "failed": 0,
        "batches": samples::FILES + stream.batches,
    });
    for (name, expected) in expected.as_object().expect("an object") {
        assert_eq!(&report[name], expected, "{name}");
    }
    assert!(report["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0));
}

#[test]
fn dead_records_alerts_and_requests_are_counted_by_kind() {
    let done = demo(&["--json"]);
    let report: Value = serde_json::from_str(&done.stdout).expect("one JSON object");
    let stream = Stream::of(settings());

    let dead: u64 = samples::DEAD.iter().map(|(_, count)| count).sum();
    let reported = counts(&report["dead_records"]);
    let total = dead + stream.tally.dead_records() + stream.dead_again;
    assert_eq!(reported.values().sum::<u64>(), total);
    for (reason, count) in samples::DEAD {
        assert!(reported[reason] >= count, "{reason}: {reported:?}");
    }

    let alerts = counts(&report["alerts"]);
    for (detector, of_samples) in samples::ALERTS {
        assert_eq!(alerts[detector], of_samples + stream.alerts[detector], "{detector}");
    }
    // Ten clicks of each bot, and those of the bot under events/.
    let bots = stream.tally.bots.len() as u64;
    assert!(bots > 0 && alerts["rapid_clicks"] >= bots + 2 && alerts["rapid_activity"] >= bots + 2);
    assert!(alerts["unusual_amount"] >= stream.tally.fraud.len() as u64 + 2);
    assert_eq!(report["alerts_published"], alerts.values().sum::<u64>());

    // Each invocation of the two functions publishes its metrics once.
    let requests = &report["requests"];
    let batches = report["batches"].as_u64().expect("a count");
    assert_eq!(requests["cloudwatch"]["PutMetricData"], 2 * batches);
    let alerts_total: u64 = alerts.values().sum();
    let publishes = requests["sns"]["PublishBatch"].as_u64().expect("a count");
    assert!((alerts_total.div_ceil(10)..=alerts_total).contains(&publishes), "{publishes}");
    let letters = requests["sqs"]["SendMessageBatch"].as_u64().expect("a count");
    let total = total + samples::WRONG_BASE64; // which relay buries as well
    assert!((total.div_ceil(10)..=total).contains(&letters), "{letters}");
}

#[test]
fn every_record_is_a_line_of_the_archive_as_often_as_it_was_handed_over() {
    let done = demo(&["--json"]);
    let report: Value = serde_json::from_str(&done.stdout).expect("one JSON object");
    let archive = &report["archive"];
    let stream = Stream::of(settings());
    let records = samples::RECORDS + RECORDS + stream.tally.redelivered_records;
    let expected = json!({
        "lines": records - samples::WRONG_BASE64,
        "dead_records": samples::WRONG_BASE64,
        "oversize": 0,
        "missing": 0,
        "surplus": 0,
        "retries": 0,
        // Each batch of a topic fits into one, and the stream's batches have one topic each.
        "entries": samples::TOPICS + stream.batches,
        "requests": report["requests"]["firehose"]["PutRecordBatch"],
        "objects": 1,
    });
    for (name, expected) in expected.as_object().expect("an object") {
        assert_eq!(&archive[name], expected, "{name}");
    }
    let number = |name: &str| archive[name].as_u64().expect("a count");
    // No line is over 5 KB, so that each would be billed as one step.
    assert_eq!(number("bytes_billed_unpacked"), 5_120 * number("lines"));
    let rounded_up = number("bytes_billed") - number("bytes_sent");
    assert!(rounded_up < 5_120 * number("entries"), "{rounded_up}");
    assert!((1..number("bytes_sent")).contains(&number("object_bytes")));
}

#[test]
fn the_summary_for_a_person_says_the_same_in_less_than_seventy_five_lines() {
    let done = demo(&[]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    let stream = Stream::of(settings());
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert!(lines.len() < 75, "{} lines", lines.len());
    assert!(!done.stdout.contains('\u{1b}'), "no colours where there is no terminal");
    assert!(lines[0].ends_with("every one is accounted for"), "{}", lines[0]);
    let high_value = 2 + stream.alerts["high_value"];
    let rows: Vec<Vec<&str>> = lines.iter().map(|line| line.split_whitespace().collect()).collect();
    let high_value = high_value.to_string();
    assert!(rows.contains(&vec!["high_value", &high_value, "HIGH"]), "{}", done.stdout);
    assert!(done.stdout.contains("is above the limit of 10000."), "{}", done.stdout);
    let archived = samples::RECORDS + RECORDS + stream.tally.redelivered_records - 2;
    let note = format!("Archive  {} of relay, 2 dead records", thousands(archived));
    assert!(lines.iter().any(|line| *line == note), "{}", done.stdout);
    // Where an unknown topic's record stood, from events/unknown-topic.json.
    assert!(done.stdout.contains("orders, partition 0, offset 77"), "{}", done.stdout);
}

#[test]
fn wrong_options_are_refused_with_what_they_should_be() {
    for (arguments, told) in [
        (["demo", "--records", "0"], "0 is not in 1.."),
        (["demo", "--batch-size", "10001"], "from 1 to 10000"),
        (["demo", "--endpoint-url", "localhost:8000"], "begin with http://"),
    ] {
        let done = run(&arguments);
        assert_eq!(done.code, Some(2));
        assert!(done.stderr.contains(told), "{}", done.stderr);
    }
}

/// `1,234 lines`
fn thousands(number: u64) -> String {
    format!("{},{:03} lines", number / 1_000, number % 1_000)
}

fn counts(object: &Value) -> BTreeMap<&str, u64> {
    let members = object.as_object().expect("an object of counts");
    let count = |value: &Value| value.as_u64().expect("a count");
    members.iter().map(|(name, value)| (name.as_str(), count(value))).collect()
}
