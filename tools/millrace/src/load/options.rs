//! What `load` can be told.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use millrace_generator::{Partitions, Rates, Settings, Topics};
use millrace_kafka::{Acks, Compression, ProducerSettings};

use crate::kafka::{ConnectionOptions, duration};

/// What `load` can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(super) connection: ConnectionOptions,
    #[command(flatten)]
    pub(super) stream: StreamOptions,
    #[command(flatten)]
    producer: ProducerOptions,
    /// Records a second; without it, as fast as they are taken
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) rate: Option<u32>,
    /// How many records; without this and --duration, 100,000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) records: Option<u64>,
    /// How long, such as 30s or 5m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) duration: Option<Duration>,
    /// A consumer group, and the topic it reads: its lag at the end is told. Can be given again
    #[arg(long = "group", value_name = "TOPIC=GROUP", value_parser = group)]
    pub(super) groups: Vec<(String, String)>,
    /// Wait at the end until those groups have read everything
    #[arg(long, requires = "groups")]
    pub(super) until_read: bool,
    /// Write event files into this folder, as Lambda would hand the records over, and no Kafka
    #[arg(long, value_name = "DIR", conflicts_with_all = ["rate", "duration", "groups"])]
    pub(super) to_events: Option<PathBuf>,
    /// The most records of one event file
    #[arg(long, value_name = "N", default_value_t = 1_000, requires = "to_events", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(super) batch_size: u16,
    /// Print one JSON object and nothing else
    #[arg(long)]
    pub(super) json: bool,
}

/// What is generated.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Records")]
pub(super) struct StreamOptions {
    /// The same seed and start give the same records
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// When the first event happens: `now`, or a time such as 2026-01-05T08:00:00Z. What follows
    /// comes at its own pace, some 15,000 events an hour. Event files start at that date unless told
    #[arg(long, value_name = "TIME")]
    pub(super) start: Option<Start>,
    /// How unevenly users come: 0 is equally, 1 as people do, above it a few are most of the load
    #[arg(long, value_name = "S", default_value_t = 1.0, value_parser = skew)]
    skew: f64,
    /// What chooses a record's partition
    #[arg(long, value_enum, default_value_t = Key::Entity, value_name = "WHAT")]
    pub(super) key: Key,
    /// The share of users that are bots
    #[arg(long, value_name = "SHARE", default_value_t = Rates::default().bots, value_parser = share)]
    bots: f64,
    /// The share of users whose card is abused
    #[arg(long, value_name = "SHARE", default_value_t = Rates::default().fraud, value_parser = share)]
    fraud: f64,
    /// The share of sensors that fail
    #[arg(long, value_name = "SHARE", default_value_t = Rates::default().failing_sensors, value_parser = share)]
    failing_sensors: f64,
    /// The share of records after which one comes that nobody can read
    #[arg(long, value_name = "SHARE", default_value_t = Rates::default().poison, value_parser = share)]
    poison: f64,
    /// The share of payments with an identifier that are labelled half an hour later
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    labels: f64,
    /// Another topic for user-events, transactions, sensor-data or transaction-labels
    #[arg(long = "topic", value_name = "USUAL=NAME", value_parser = topic)]
    topics: Vec<(Usual, String)>,
}

/// When the first event happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    Now,
    At(i64),
}

/// What chooses a record's partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Key {
    /// The user or the sensor it is about, so that each one's records stay in order
    Entity,
    /// Nothing: records go to all partitions in turn, without keys and without order
    None,
}

/// The topics as they are named by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Usual {
    UserEvents,
    Transactions,
    SensorData,
    TransactionLabels,
}

/// How it is sent.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Producer")]
struct ProducerOptions {
    /// Who has to have a record before it counts as written
    #[arg(long, value_enum, default_value_t = AcksOption::All)]
    acks: AcksOption,
    /// Do without idempotence: a record that is sent again may be written twice, or out of order
    #[arg(long)]
    no_idempotence: bool,
    /// How long a record waits for others to share a batch with
    #[arg(long, value_name = "TIME", default_value = "5ms", value_parser = duration)]
    linger: Duration,
    /// The most bytes of one batch
    #[arg(long, value_name = "BYTES", default_value_t = 131_072, value_parser = clap::value_parser!(u32).range(1..=2_000_000_000))]
    batch_bytes: u32,
    /// How batches are compressed
    #[arg(long, value_enum, default_value_t = Codec::Lz4)]
    compression: Codec,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum AcksOption {
    /// Every replica that is in sync
    All,
    /// The partition's leader
    #[value(name = "1")]
    Leader,
    /// Nobody; needs --no-idempotence, as 1 does
    #[value(name = "0")]
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Codec {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

impl Options {
    pub(super) fn producer(&self) -> ProducerSettings {
        ProducerSettings {
            acks: match self.producer.acks {
                AcksOption::All => Acks::All,
                AcksOption::Leader => Acks::Leader,
                AcksOption::None => Acks::None,
            },
            is_idempotent: !self.producer.no_idempotence,
            linger: self.producer.linger,
            batch_bytes: self.producer.batch_bytes,
            compression: match self.producer.compression {
                Codec::None => Compression::None,
                Codec::Gzip => Compression::Gzip,
                Codec::Snappy => Compression::Snappy,
                Codec::Lz4 => Compression::Lz4,
                Codec::Zstd => Compression::Zstd,
            },
            ..ProducerSettings::default()
        }
    }

    /// How many records there are at most, if that is known.
    pub(super) fn most_records(&self) -> Option<u64> {
        match (self.records, self.duration, self.rate) {
            (Some(records), _, _) => Some(records),
            (None, None, _) => Some(100_000),
            (None, Some(duration), Some(rate)) => {
                let records = duration.as_secs_f64() * f64::from(rate);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "not negative, and no such duration has 2⁶⁴ of them"
                )]
                let records = records.ceil() as u64;
                Some(records.max(1))
            }
            (None, Some(_), None) => None,
        }
    }
}

impl StreamOptions {
    /// What to generate, in topics with so many partitions, from this moment (epoch milliseconds).
    pub(super) fn settings(&self, partitions: Partitions, start_ms: i64) -> Settings {
        Settings {
            seed: self.seed,
            start_ms,
            records: u64::MAX,
            skew: self.skew,
            topics: self.topics(),
            partitions,
            rates: Rates {
                bots: self.bots,
                fraud: self.fraud,
                failing_sensors: self.failing_sensors,
                poison: self.poison,
                labels: self.labels,
                // A producer hands over nothing twice.
                redelivered_batches: 0.0,
                ..Rates::default()
            },
            ..Settings::default()
        }
    }

    /// The names of the topics.
    pub(super) fn topics(&self) -> Topics {
        let mut topics = Topics::default();
        for (usual, name) in &self.topics {
            let name: Arc<str> = name.as_str().into();
            match usual {
                Usual::UserEvents => topics.user_events = name,
                Usual::Transactions => topics.transactions = name,
                Usual::SensorData => topics.sensor_data = name,
                Usual::TransactionLabels => topics.transaction_labels = name,
            }
        }
        topics
    }

    /// Whether there are labels among the records.
    pub(super) fn has_labels(&self) -> bool {
        self.labels > 0.0
    }
}

impl std::str::FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "now" {
            return Ok(Self::Now);
        }
        let time: jiff::Timestamp = text
            .parse()
            .map_err(|_| "it should be `now` or a time such as 2026-01-05T08:00:00Z".to_owned())?;
        Ok(Self::At(time.as_millisecond()))
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "it should be a share from 0 to 1, such as 0.01".to_owned())
}

fn skew(text: &str) -> Result<f64, String> {
    let skew = text.parse().ok().filter(|skew| (0.0..=10.0).contains(skew));
    skew.ok_or_else(|| "it should be a number from 0 to 10".to_owned())
}

fn group(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((topic, group)) if !topic.is_empty() && !group.is_empty() => {
            Ok((topic.to_owned(), group.to_owned()))
        }
        _ => Err("it should look like TOPIC=GROUP".to_owned()),
    }
}

fn topic(text: &str) -> Result<(Usual, String), String> {
    let usual = match text.split_once('=') {
        Some(("user-events", _)) => Usual::UserEvents,
        Some(("transactions", _)) => Usual::Transactions,
        Some(("sensor-data", _)) => Usual::SensorData,
        Some(("transaction-labels", _)) => Usual::TransactionLabels,
        _ => return Err("it should look like transactions=payments".to_owned()),
    };
    match text.split_once('=') {
        Some((_, name)) if !name.is_empty() => Ok((usual, name.to_owned())),
        _ => Err("it should have a name after the `=`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn most_records(arguments: &[&str]) -> Option<u64> {
        let arguments = ["load"].iter().chain(arguments);
        Line::parse_from(arguments).options.most_records()
    }

    #[test]
    fn whatever_ends_first_ends_it() {
        assert_eq!(most_records(&[]), Some(100_000));
        assert_eq!(most_records(&["--rate", "500"]), Some(100_000));
        assert_eq!(most_records(&["--rate", "500", "--duration", "1500ms"]), Some(750));
        assert_eq!(most_records(&["--duration", "1m"]), None, "as many as can be");
        assert_eq!(most_records(&["--duration", "1m", "--records", "7"]), Some(7));
    }

    #[test]
    fn topics_can_be_named_otherwise() {
        let line = Line::parse_from(["load", "--topic", "transactions=payments"]);
        let topics = line.options.stream.topics();
        assert_eq!((&*topics.transactions, &*topics.user_events), ("payments", "user-events"));
        assert!(Line::try_parse_from(["load", "--topic", "payments=x"]).is_err());
    }
}
