//! What the function is told by its environment variables, read once at start-up.
//!
//! Whatever is wrong is found before the first batch, and all of it at once: a function that is not
//! told what it needs refuses to start.

mod streams;
mod variables;

#[cfg(test)]
mod tests;

use std::time::Duration;

use millrace_lambda::config::{ConfigError, Reader, is_namespace, is_url};

use crate::line::Envelope;
use crate::object::Compression;
use crate::pack::{MAX_RECORD_BYTES, Packing};
use crate::relay::Destination;
pub use variables::VARIABLES;
use variables::{
    ARCHIVE_BUCKET, COMPRESSION, DEAD_LETTER_QUEUE_URL, DEADLINE_MARGIN_MS, DESTINATION, ENVELOPE,
    METRICS_NAMESPACE, MILLRACE_ENDPOINT_URL, PACKING, PARTIAL_FAILURES, RECORD_BYTES,
    REQUESTS_IN_FLIGHT,
};

/// Everything that the function is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where lines go.
    pub destination: Destination,
    /// What is written of a record.
    pub envelope: Envelope,
    /// The bucket for oversize lines, and for the archive.
    pub archive_bucket: String,
    /// The SQS queue for dead records.
    pub dead_letter_queue_url: String,
    /// Whether Lambda reads which records failed.
    pub partial_failures: bool,
    /// How long before the function's timeout work stops.
    pub deadline_margin: Duration,
    /// The namespace of the metrics.
    pub metrics_namespace: String,
    /// Where AWS is; none for AWS itself.
    pub endpoint_url: Option<String>,
    /// How many requests may be under way: to each stream, to S3, and to SQS.
    pub requests_in_flight: usize,
}

/// The word that DESTINATION holds.
#[derive(Clone, Copy, Default)]
enum Place {
    #[default]
    Firehose,
    S3,
}

impl Config {
    /// Reads the environment of the process.
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::read(&|name| std::env::var(name).ok())
    }

    /// Reads variables from wherever `lookup` finds them.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(lookup);
        let config = Self {
            archive_bucket: reader.text(ARCHIVE_BUCKET, is_bucket_name),
            dead_letter_queue_url: reader.text(DEAD_LETTER_QUEUE_URL, is_url),
            destination: destination(&mut reader),
            envelope: reader.choice(ENVELOPE, &[("line", Envelope::Line), ("raw", Envelope::Raw)]),
            partial_failures: reader.choice(PARTIAL_FAILURES, &[("on", true), ("off", false)]),
            deadline_margin: reader.period(
                DEADLINE_MARGIN_MS,
                Duration::from_millis(1),
                100..=60_000,
            ),
            metrics_namespace: reader.text(METRICS_NAMESPACE, is_namespace),
            endpoint_url: reader.optional(MILLRACE_ENDPOINT_URL, is_url),
            requests_in_flight: reader.read(REQUESTS_IN_FLIGHT, |text| {
                text.parse().ok().filter(|count| (1..=64).contains(count))
            }),
        };
        reader.finish(config)
    }
}

/// All of the variables are read, whatever the destination is, so that none of them can be wrong.
fn destination(reader: &mut Reader<'_>) -> Destination {
    let place = reader.choice(DESTINATION, &[("firehose", Place::Firehose), ("s3", Place::S3)]);
    let is_on = reader.choice(PACKING, &[("on", true), ("off", false)]);
    let max_bytes = reader.read(RECORD_BYTES, |text| {
        text.parse().ok().filter(|bytes| (5_120..=MAX_RECORD_BYTES).contains(bytes))
    });
    let compression =
        reader.choice(COMPRESSION, &[("gzip", Compression::Gzip), ("zstd", Compression::Zstd)]);
    let streams = streams::read(reader, matches!(place, Place::Firehose));
    match place {
        Place::Firehose => Destination::Firehose { streams, packing: Packing { max_bytes, is_on } },
        Place::S3 => Destination::Archive(compression),
    }
}

fn is_bucket_name(name: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    (3..=63).contains(&name.len()) && name.bytes().all(allowed)
}
