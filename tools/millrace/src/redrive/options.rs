//! What `redrive` can be told.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use jiff::Timestamp as Instant;
use millrace_redrive::{Filter, OffsetRange};
use millrace_shared::kafka::{Partition, Redrive, Timestamp};

use crate::function::Function;

/// What `redrive` can be told.
#[derive(Args, Clone, Debug)]
#[command(
    group = ArgGroup::new("source").required(true),
    group = ArgGroup::new("target").required(true),
    after_help = "docs/operations/dead-letters.md and docs/operations/failure-destination.md tell more."
)]
pub(crate) struct Options {
    /// Dead letters: the queue's URL
    #[arg(long, value_name = "URL", group = "source", help_heading = "What to send again")]
    pub(super) queue_url: Option<String>,
    /// Failed batches: the bucket of the on-failure destination
    #[arg(long, value_name = "NAME", group = "source", help_heading = "What to send again")]
    pub(super) bucket: Option<String>,
    /// Only objects whose keys begin like this
    #[arg(
        long,
        value_name = "PREFIX",
        requires = "bucket",
        default_value = "",
        hide_default_value = true,
        help_heading = "What to send again"
    )]
    pub(super) prefix: String,
    /// Failed batches or events in files; they are never deleted
    #[arg(long = "file", value_name = "FILE", num_args = 1.., group = "source", help_heading = "What to send again")]
    pub(super) files: Vec<PathBuf>,

    /// A Lambda function of the account and region in the environment: its name or ARN
    #[arg(long, value_name = "NAME", group = "target", help_heading = "Through which function")]
    pub(super) function: Option<String>,
    /// A URL that takes an event by POST and answers as the function does
    #[arg(long, value_name = "URL", group = "target", requires = "of", value_parser = crate::url, help_heading = "Through which function")]
    pub(super) invoke_url: Option<String>,
    /// The function's own binary, run here against `--endpoint-url`
    #[arg(
        long,
        value_name = "FUNCTION",
        group = "target",
        help_heading = "Through which function"
    )]
    pub(super) process: Option<Function>,
    /// An environment variable for that binary, on top of those that lead it to the endpoints
    #[arg(long = "env", value_name = "NAME=VALUE", requires = "process", value_parser = crate::invoke::variable, help_heading = "Through which function")]
    pub(super) variables: Vec<(String, String)>,
    /// Whose letters and batches to take, if not those of the function that they are sent through
    #[arg(long, value_name = "NAME", help_heading = "Through which function")]
    pub(super) of: Option<String>,

    #[command(flatten)]
    filter: FilterOptions,

    /// Only say what would be sent
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Delete nothing, also of what is done
    #[arg(long)]
    pub(super) keep: bool,
    /// Apply also what may have been applied before (`maybe_applied`): you know that it never was
    #[arg(long)]
    never_applied: bool,
    /// The most records of one event
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(super) batch_size: u16,
}

/// Which records.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Which records")]
struct FilterOptions {
    /// Of this topic
    #[arg(long, value_name = "NAME")]
    topic: Option<String>,
    /// Of this partition. Can be given again
    #[arg(long = "partition", value_name = "N")]
    partitions: Vec<i32>,
    /// With these offsets: 7, 7-12 or 7-
    #[arg(long, value_name = "RANGE")]
    offsets: Option<OffsetRange>,
    /// Given up for this reason: `not_json`, say, or `RetryAttemptsExhausted`. Can be given again
    #[arg(long = "reason", value_name = "REASON")]
    reasons: Vec<String>,
    /// Written at this time or later, such as 2026-01-05T08:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<Timestamp>,
    /// Written before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
}

impl Options {
    /// Whose letters and batches to take; none: everybody's, which only files may be.
    pub(super) fn of(&self) -> Option<&str> {
        let process = self.process.map(Function::name);
        self.of.as_deref().or_else(|| self.function.as_deref().map(function_name)).or(process)
    }

    /// What to do with records of which the function cannot tell whether they were applied.
    pub(super) fn redrive(&self) -> Redrive {
        if self.never_applied { Redrive::Apply } else { Redrive::Ask }
    }

    pub(super) fn filter(&self) -> Filter {
        let filter = self.filter.clone();
        Filter {
            topic: filter.topic,
            partitions: filter.partitions.into_iter().map(Partition).collect(),
            offsets: filter.offsets,
            reasons: filter.reasons,
            from: filter.from,
            until: filter.until,
        }
    }
}

/// The name in a name, `NAME:QUALIFIER`, or an ARN.
fn function_name(function: &str) -> &str {
    let name = function.rsplit_once(":function:").map_or(function, |(_, name)| name);
    name.split_once(':').map_or(name, |(name, _)| name)
}

fn time(text: &str) -> Result<Timestamp, String> {
    let instant: Result<Instant, _> = text.parse();
    instant
        .map(|instant| Timestamp(instant.as_millisecond()))
        .map_err(|_| "write it as 2026-01-05T08:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_known_by_its_name_however_it_is_written() {
        assert_eq!(function_name("stack-analytics"), "stack-analytics");
        assert_eq!(function_name("stack-analytics:live"), "stack-analytics");
        let arn = "arn:aws:lambda:eu-central-1:123456789012:function:stack-analytics:live";
        assert_eq!(function_name(arn), "stack-analytics");
    }

    #[test]
    fn times_are_read_in_any_zone() {
        assert_eq!(time("2026-01-05T09:00:00+01:00"), Ok(Timestamp(1_767_600_000_000)));
        assert!(time("yesterday").is_err());
    }
}
