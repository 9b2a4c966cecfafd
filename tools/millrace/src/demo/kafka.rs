//! The Kafka in the middle: an embedded broker, or any other, with topics of this run.

use millrace_generator::{Partitions, Topics};
use millrace_kafka::{Broker, Connection, TopicSpec, create_topics, delete_topics};

use crate::error::Error;

/// A cluster with the stream's topics.
pub(super) struct Kafka {
    pub(super) connection: Connection,
    pub(super) topics: Topics,
    pub(super) partitions: Partitions,
    /// Of this process; it keeps little of a partition, so whoever produces has to wait for whoever
    /// reads.
    pub(super) embedded: Option<Broker>,
}

impl Kafka {
    /// Starts a broker, or uses the given one. There the topics have names of this run alone, so that
    /// nothing is counted that was there before.
    pub(super) async fn start(given: Option<Connection>) -> Result<Self, Error> {
        let partitions = Partitions::default();
        let Some(connection) = given else {
            let broker = Broker::start().await?;
            let topics = Topics::default();
            broker.create_topics(&specs(&topics, partitions)).await?;
            let connection = broker.connection().clone();
            return Ok(Self { connection, topics, partitions, embedded: Some(broker) });
        };
        let run = format!("millrace-demo-{:08x}", fastrand::u32(..));
        let named = |topic: &str| format!("{run}-{topic}").into();
        let usual = Topics::default();
        let topics = Topics {
            user_events: named(&usual.user_events),
            transactions: named(&usual.transactions),
            sensor_data: named(&usual.sensor_data),
            transaction_labels: named(&usual.transaction_labels),
        };
        create_topics(&connection, &specs(&topics, partitions)).await?;
        Ok(Self { connection, topics, partitions, embedded: None })
    }

    /// The topics of the stream.
    pub(super) fn names(&self) -> [String; 4] {
        names(&self.topics)
    }

    /// What `analytics` has to know of topics: those of the stream, and those of the sample events.
    pub(super) fn topic_kinds(&self) -> String {
        let kinds = ["user_event", "transaction", "sensor_reading", "transaction_label"];
        let mut pairs = Vec::new();
        for topics in [names(&Topics::default()), self.names()] {
            for (topic, kind) in topics.iter().zip(kinds) {
                let pair = format!("{topic}={kind}");
                if !pairs.contains(&pair) {
                    pairs.push(pair);
                }
            }
        }
        pairs.join(",")
    }

    /// What to call it.
    pub(super) fn name(&self) -> String {
        match self.embedded {
            Some(_) => "an embedded broker".to_owned(),
            None => self.connection.bootstrap_servers().to_owned(),
        }
    }

    /// Stops the broker of this process; elsewhere the topics of this run are deleted, as far as the
    /// broker can do that.
    pub(super) async fn stop(self) {
        if self.embedded.is_none() {
            let _ = delete_topics(&self.connection, &self.names()).await;
        }
    }
}

fn names(topics: &Topics) -> [String; 4] {
    let Topics { user_events, transactions, sensor_data, transaction_labels } = topics;
    [user_events, transactions, sensor_data, transaction_labels].map(ToString::to_string)
}

fn specs(topics: &Topics, partitions: Partitions) -> [TopicSpec; 4] {
    let [user_events, transactions, sensor_data, transaction_labels] = names(topics);
    [
        TopicSpec::new(user_events, partitions.user_events),
        TopicSpec::new(transactions, partitions.transactions),
        TopicSpec::new(sensor_data, partitions.sensor_data),
        TopicSpec::new(transaction_labels, partitions.transaction_labels),
    ]
}
