use std::collections::BTreeMap;

use millrace_lambda::config::Variable;

use super::*;
use crate::stream_map::StreamMap;

const REQUIRED: [(&str, &str); 3] = [
    ("ARCHIVE_BUCKET", "archive"),
    ("DEAD_LETTER_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/123456789012/dead"),
    ("STREAM_NAME", "all"),
];

fn read(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables: BTreeMap<&str, &str> =
        REQUIRED.into_iter().chain(changes.iter().copied()).collect();
    Config::read(&|name| variables.get(name).map(|text| (*text).to_owned()))
}

/// The sentences of a refusal.
fn refused(changes: &[(&str, &str)]) -> Vec<String> {
    read(changes).unwrap_err().to_string().lines().map(str::to_owned).collect()
}

#[test]
fn what_has_no_default_is_enough() {
    let config = read(&[]).unwrap();
    let streams = StreamMap::new(BTreeMap::new(), Some("all".to_owned()));
    let packing = Packing { max_bytes: 1_024_000, is_on: true };
    assert_eq!(config.destination, Destination::Firehose { streams, packing });
    assert_eq!((config.envelope, config.partial_failures), (Envelope::Line, true));
    assert_eq!((config.requests_in_flight, config.endpoint_url), (4, None));
    assert_eq!(config.deadline_margin, Duration::from_millis(1_500));
}

#[test]
fn what_is_set_is_what_counts() {
    let config = read(&[
        ("STREAM_MAP", "orders.eu = orders-stream, clicks=clicks"),
        ("ENVELOPE", "RAW"),
        ("PACKING", "off"),
        ("RECORD_BYTES", "5120"),
        ("PARTIAL_FAILURES", "off"),
        ("REQUESTS_IN_FLIGHT", "64"),
        ("MILLRACE_ENDPOINT_URL", "http://127.0.0.1:4566"),
    ])
    .unwrap();
    let Destination::Firehose { streams, packing } = config.destination else { panic!("firehose") };
    assert_eq!(streams.stream("orders.eu"), Some("orders-stream"));
    assert_eq!(streams.stream("other"), Some("all"));
    assert_eq!(packing, Packing { max_bytes: 5_120, is_on: false });
    assert_eq!((config.envelope, config.partial_failures), (Envelope::Raw, false));
    assert_eq!(config.requests_in_flight, 64);
    assert_eq!(config.endpoint_url.as_deref(), Some("http://127.0.0.1:4566"));
}

#[test]
fn s3_needs_no_stream() {
    let config = read(&[("DESTINATION", "s3"), ("STREAM_NAME", ""), ("COMPRESSION", "zstd")]);
    assert_eq!(config.unwrap().destination, Destination::Archive(Compression::Zstd));
}

#[test]
fn a_topic_without_a_stream_refuses_to_start() {
    let none = ("STREAM_NAME", "");
    let map = ("STREAM_MAP", "orders=o");
    assert!(refused(&[none])[0].starts_with("STREAM_NAME is not set; "));
    assert!(refused(&[none, map])[0].starts_with("STREAM_NAME is not set; "));
    let sentences = refused(&[none, map, ("TOPICS", "orders, clicks,views")]);
    assert!(sentences[0].starts_with("TOPICS is `clicks,views`; "), "{sentences:?}");
    assert!(read(&[none, map, ("TOPICS", "orders")]).is_ok());
    assert!(read(&[map, ("TOPICS", "orders,clicks")]).is_ok());
}

#[test]
fn every_missing_variable_is_named_with_what_it_wants() {
    let sentences = Config::read(&|_| None).unwrap_err().to_string();
    let required: Vec<&Variable> =
        VARIABLES.iter().filter(|variable| variable.default.is_none()).collect();
    assert_eq!(required.len(), 2);
    for variable in required {
        let sentence = format!("{} is not set; set it to {}", variable.name, variable.wants);
        assert!(sentences.lines().any(|line| line == sentence), "{sentences}");
    }
}

#[test]
fn every_wrong_variable_is_named_with_what_it_wants() {
    for variable in VARIABLES {
        let wrong = "~ wrong \"'";
        let sentences = refused(&[(variable.name, wrong)]);
        let start = format!("{} is `{wrong}`; set it to ", variable.name);
        assert!(sentences.iter().any(|line| line.starts_with(&start)), "{sentences:?}");
        assert_eq!(sentences.len(), 1, "{sentences:?}");
    }
}

#[test]
fn values_out_of_range_are_refused() {
    for (name, value) in [
        ("ARCHIVE_BUCKET", "ab"),
        ("ARCHIVE_BUCKET", "Archive"),
        ("DEAD_LETTER_QUEUE_URL", "dead-letters"),
        ("DESTINATION", "kinesis"),
        ("STREAM_MAP", "orders"),
        ("STREAM_MAP", "orders=a,orders=b"),
        ("STREAM_MAP", "orders="),
        ("TOPICS", "a b"),
        ("RECORD_BYTES", "5119"),
        ("RECORD_BYTES", "1024001"),
        ("REQUESTS_IN_FLIGHT", "0"),
        ("REQUESTS_IN_FLIGHT", "65"),
        ("DEADLINE_MARGIN_MS", "99"),
        ("METRICS_NAMESPACE", "AWS/Firehose"),
    ] {
        let sentences = refused(&[(name, value)]);
        assert!(sentences.iter().all(|line| line.starts_with(name)), "{sentences:?}");
    }
}

/// One row per variable, in order, and no other.
#[test]
fn the_documentation_lists_exactly_these_variables() {
    let documentation = include_str!("../../README.md");
    let rows: Vec<&str> = documentation
        .lines()
        .filter(|line| VARIABLES.iter().any(|one| line.starts_with(&format!("| `{}` |", one.name))))
        .collect();
    let expected: Vec<String> = VARIABLES
        .iter()
        .map(|variable| {
            let default = match variable.default {
                None => "required".to_owned(),
                Some("") => "empty".to_owned(),
                Some(default) => format!("`{default}`"),
            };
            format!("| `{}` | {default} | {} |", variable.name, variable.wants)
        })
        .collect();
    assert_eq!(rows, expected, "README.md should hold\n{}", expected.join("\n"));
}
