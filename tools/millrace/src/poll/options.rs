//! What `poll` can be told.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use millrace_event_source_mapping::{Destination, PartialFailures, StartingPosition};

use crate::kafka::{ConnectionOptions, duration};

const FILTER_HELP: &str = r#"A filter pattern, such as '{"value":{"country":["DE"]}}'; can be given again, one that matches is enough"#;

/// What `poll` can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(super) template: TemplateOptions,
    #[command(flatten)]
    pub(super) function: FunctionOptions,
    #[command(flatten)]
    pub(super) settings: SettingOptions,
    #[command(flatten)]
    pub(super) connection: ConnectionOptions,
    /// Stop when everything is done that is in the topic now; the exit code says whether the function
    /// did all of it
    #[arg(long)]
    pub(super) once: bool,
    /// Print one JSON object at the end and nothing else
    #[arg(long)]
    pub(super) json: bool,
}

/// Where the mapping is described.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Template")]
pub(super) struct TemplateOptions {
    /// A template of SAM or CloudFormation that has the mapping; template.yaml if it is there
    #[arg(long, value_name = "FILE")]
    pub(super) template: Option<PathBuf>,
    /// The mapping's logical id, if --function and --topic leave several
    #[arg(long, value_name = "ID")]
    pub(super) mapping: Option<String>,
    /// A value for a parameter of the template, in place of its default
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = crate::invoke::variable)]
    pub(super) parameters: Vec<(String, String)>,
}

/// What is invoked.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Function")]
pub(super) struct FunctionOptions {
    /// analytics, relay, or the path of any executable that speaks the Lambda Runtime API; with
    /// --invoke-url, the function's name there
    #[arg(long, value_name = "NAME|PATH")]
    pub(super) function: Option<String>,
    /// An Invoke endpoint, such as that of `cargo lambda watch` or `sam local start-lambda`
    #[arg(long, value_name = "URL", conflicts_with = "variables")]
    pub(super) invoke_url: Option<String>,
    /// How long an invocation may take; the template's `Timeout`, else 60s
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) timeout: Option<Duration>,
    /// An environment variable for the function, on top of the template's and those that lead it to
    /// this machine's endpoints
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = crate::invoke::variable)]
    pub(super) variables: Vec<(String, String)>,
}

/// The mapping's settings, on top of the template's.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Mapping (instead of what the template says)")]
pub(super) struct SettingOptions {
    /// The topic
    #[arg(long, value_name = "NAME")]
    pub(super) topic: Option<String>,
    /// The consumer group
    #[arg(long, value_name = "ID")]
    pub(super) group: Option<String>,
    /// Where a new group starts: `TRIM_HORIZON`, `LATEST`, or a time such as 2026-01-05T08:00:00Z
    #[arg(long, value_name = "WHERE", value_parser = starting_position)]
    pub(super) starting_position: Option<StartingPosition>,
    /// The most records of a batch, 1 to 10000
    #[arg(long, value_name = "N")]
    pub(super) batch_size: Option<usize>,
    /// How long a batch is gathered for, up to 5m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) window: Option<Duration>,
    /// How often a batch is tried again, 0 to 10000; -1 is without end
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = retries)]
    pub(super) retries: Option<Limit<u32>>,
    /// The age from which on a record is not handed over any more; -1 is any age
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, value_parser = age)]
    pub(super) max_record_age: Option<Limit<Duration>>,
    /// Halve a batch that fails
    #[arg(long, value_enum, value_name = "on|off", num_args = 0..=1, default_missing_value = "on")]
    pub(super) bisect: Option<Switch>,
    /// How a list of failed records in the answer is read
    #[arg(long, value_enum, value_name = "READING")]
    pub(super) partial_failures: Option<Reading>,
    /// A filter pattern; can be given again, one that matches is enough
    #[arg(long = "filter", value_name = "PATTERN", help = FILTER_HELP)]
    pub(super) filters: Vec<String>,
    /// Where batches go that are given up: the ARN of a bucket, a queue or an SNS topic, a topic of
    /// Kafka, or none
    #[arg(long, value_name = "ARN|kafka://TOPIC|none", value_parser = on_failure)]
    pub(super) on_failure: Option<Limit<Destination>>,
    /// How many pollers, each with up to five invocations at once
    #[arg(long, value_name = "N")]
    pub(super) pollers: Option<usize>,
}

/// A setting that can be said to be none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Limit<T>(pub(super) Option<T>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Switch {
    On,
    Off,
}

/// Both ways in which AWS's documents can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Reading {
    /// The listed records come again, and every other one is done (the stricter reading)
    Listed,
    /// In each partition all records from the lowest listed one on come again
    FromLowest,
    /// Not at all: whatever is answered, the batch is done
    Off,
}

impl Reading {
    pub(super) const fn setting(self) -> Option<PartialFailures> {
        match self {
            Self::Listed => Some(PartialFailures::ListedOnly),
            Self::FromLowest => Some(PartialFailures::FromLowestListed),
            Self::Off => None,
        }
    }
}

fn starting_position(text: &str) -> Result<StartingPosition, String> {
    match text {
        "TRIM_HORIZON" => Ok(StartingPosition::TrimHorizon),
        "LATEST" => Ok(StartingPosition::Latest),
        time => match time.parse::<Timestamp>() {
            Ok(time) => Ok(StartingPosition::AtTimestamp(time.as_millisecond())),
            Err(_) => Err("it should be TRIM_HORIZON, LATEST or a time such as \
                           2026-01-05T08:00:00Z"
                .to_owned()),
        },
    }
}

fn retries(text: &str) -> Result<Limit<u32>, String> {
    match text {
        "-1" => Ok(Limit(None)),
        number => match number.parse() {
            Ok(number) => Ok(Limit(Some(number))),
            Err(_) => Err("it should be 0 to 10000, or -1".to_owned()),
        },
    }
}

fn age(text: &str) -> Result<Limit<Duration>, String> {
    if text == "-1" {
        return Ok(Limit(None));
    }
    duration(text).map(|age| Limit(Some(age)))
}

fn on_failure(text: &str) -> Result<Limit<Destination>, String> {
    if text == "none" {
        return Ok(Limit(None));
    }
    match text.parse() {
        Ok(destination) => Ok(Limit(Some(destination))),
        Err(error) => Err(format!("{error}, or none")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_with_their_ways_to_say_none() {
        assert_eq!(retries("-1"), Ok(Limit(None)));
        assert_eq!(retries("20"), Ok(Limit(Some(20))));
        assert!(retries("-2").is_err());
        assert_eq!(age("-1"), Ok(Limit(None)));
        assert_eq!(age("2h"), Ok(Limit(Some(Duration::from_hours(2)))));
        assert_eq!(on_failure("none"), Ok(Limit(None)));
        let topic = Destination::Kafka { topic: "failed".to_owned() };
        assert_eq!(on_failure("kafka://failed"), Ok(Limit(Some(topic))));
        let error = on_failure("failed").unwrap_err();
        assert!(error.ends_with("or kafka://TOPIC, or none"), "{error}");
    }

    #[test]
    fn a_start_is_a_name_or_a_time() {
        assert_eq!(starting_position("LATEST"), Ok(StartingPosition::Latest));
        let time = StartingPosition::AtTimestamp(1_767_600_000_500);
        assert_eq!(starting_position("2026-01-05T08:00:00.5Z"), Ok(time));
        for text in ["", "latest", "2026-01-05", "1767600000"] {
            assert!(starting_position(text).is_err(), "{text}");
        }
    }
}
