//! What can go wrong with Kafka, in sentences that say what was tried and what to do.

use std::time::Duration;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    /// librdkafka refuses a setting.
    #[error("librdkafka does not take {setting}={value}: {reason}")]
    Setting {
        /// Its name, as librdkafka spells it.
        setting: String,
        /// What it was to be.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Two settings that exclude each other.
    #[error("{0}")]
    Settings(&'static str),
    /// TLS was asked for, and this build has none.
    #[error(
        "{wanted} needs TLS, which this build does not have: build again with \
         `--features tls` (needs Perl as well, for OpenSSL), such as `cargo run -p millrace --features tls -- …`"
    )]
    NoTls {
        /// What needs it.
        wanted: &'static str,
    },
    /// The client could not be made.
    #[error("cannot start a Kafka client: {0}")]
    Client(String),
    /// Nobody answered.
    #[error(
        "no broker at {servers} answered within {} s ({reason}); is the address right, does it listen \
         there, and does it expect {security}?", waited.as_secs()
    )]
    Unreachable {
        /// The addresses that were tried.
        servers: String,
        /// How long.
        waited: Duration,
        /// What the connection was to be: plaintext, TLS and so on.
        security: &'static str,
        /// What came back last.
        reason: String,
    },
    /// The brokers are there and do not want this client.
    #[error(
        "{servers} refused to authenticate with {security} ({reason}); check user, password or role"
    )]
    Refused {
        /// The addresses that were tried.
        servers: String,
        /// How the client wanted to prove who it is.
        security: &'static str,
        /// What the broker said.
        reason: String,
    },
    /// There is no such topic.
    #[error(
        "there is no topic `{topic}` at {servers}; create it first, with `millrace topics create` for example"
    )]
    UnknownTopic {
        /// The topic.
        topic: String,
        /// Where it was looked for.
        servers: String,
    },
    /// A topic could not be created.
    #[error("topic `{topic}` could not be created at {servers}: {reason}")]
    CreateTopic {
        /// The topic.
        topic: String,
        /// Where.
        servers: String,
        /// What the broker said.
        reason: String,
    },
    /// A topic could not be deleted.
    #[error("topic `{topic}` could not be deleted at {servers}: {reason}")]
    DeleteTopic {
        /// The topic.
        topic: String,
        /// Where.
        servers: String,
        /// What the broker said.
        reason: String,
    },
    /// Topics cannot be created with IAM's tokens.
    #[error(
        "topics cannot be created with IAM: rdkafka's admin client fetches no token \
         (fede1024/rust-rdkafka#757); let the template or Kafka's own tools create them"
    )]
    CreateWithIam,
    /// The embedded broker did not start.
    #[error("the embedded broker did not start: {0}")]
    Broker(String),
    /// Records were gone before they were read.
    #[error(
        "records {expected} to {} of {topic}, partition {partition}, were dropped before they were \
         read: an embedded broker keeps {} MiB of a partition; produce more slowly, or use a real broker",
        found - 1, crate::Broker::MAX_PARTITION_BYTES >> 20
    )]
    Gap {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
        /// The offset that was next.
        expected: i64,
        /// The offset that came.
        found: i64,
    },
    /// Offsets could not be read.
    #[error("the offsets of group `{group}` at {servers} cannot be read: {reason}")]
    Offsets {
        /// The consumer group.
        group: String,
        /// Where.
        servers: String,
        /// What came back.
        reason: String,
    },
    /// Offsets could not be committed.
    #[error("the offsets of group `{group}` cannot be committed: {reason}")]
    Commit {
        /// The consumer group.
        group: String,
        /// What came back.
        reason: String,
    },
    /// The consumer cannot go on.
    #[error("the consumer of group `{group}` at {servers} cannot go on: {reason}")]
    Consumer {
        /// The consumer group.
        group: String,
        /// Where.
        servers: String,
        /// What came back.
        reason: String,
    },
    /// The producer cannot go on.
    #[error("cannot produce to `{topic}`: {reason}")]
    Producer {
        /// The topic.
        topic: String,
        /// What came back.
        reason: String,
    },
    /// An embedded broker would drop what nobody has read.
    #[error(
        "an embedded broker keeps {} MiB of a partition, and one of `{topic}` is full: let somebody \
         read it and name the group (`--group {topic}=GROUP`), so that it is waited for",
        crate::Broker::MAX_PARTITION_BYTES >> 20
    )]
    Full {
        /// The topic.
        topic: String,
    },
    /// Records were not acknowledged in time.
    #[error("{records} records were not acknowledged within {} s", waited.as_secs())]
    Unacknowledged {
        /// How many.
        records: u64,
        /// How long they were waited for.
        waited: Duration,
    },
}

impl KafkaError {
    /// librdkafka's own error where a client was to be made.
    pub(crate) fn of_client(error: rdkafka::error::KafkaError) -> Self {
        match error {
            rdkafka::error::KafkaError::ClientConfig(_, reason, setting, value) => {
                Self::Setting { setting, value, reason }
            }
            rdkafka::error::KafkaError::ClientCreation(reason) => Self::Client(reason),
            other => Self::Client(other.to_string()),
        }
    }
}
