//! The broker, with topics of the test's own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use millrace_generator::{KafkaRecord, Partitions, Topics};
use millrace_kafka::{
    Broker, Connection, GroupLag, Producer, ProducerSettings, TopicSpec, create_topics,
};

pub(super) struct Cluster {
    pub(super) connection: Connection,
    pub(super) topics: Topics,
    _broker: Option<Broker>,
}

/// How far a group is, as the broker says.
pub(super) struct Lag(GroupLag);

impl Cluster {
    pub(super) const PARTITIONS: Partitions =
        Partitions { user_events: 4, transactions: 2, sensor_data: 2, transaction_labels: 1 };

    pub(super) async fn start() -> Self {
        let run = format!("line-{:016x}", fastrand::u64(..));
        let named = |topic: &Arc<str>| format!("{run}-{topic}").into();
        let usual = Topics::default();
        let topics = Topics {
            user_events: named(&usual.user_events),
            transactions: named(&usual.transactions),
            sensor_data: named(&usual.sensor_data),
            transaction_labels: named(&usual.transaction_labels),
        };
        let specs = specs(&topics);
        if let Ok(servers) = std::env::var("MILLRACE_TEST_BROKER") {
            let connection = Connection::plaintext(servers);
            create_topics(&connection, &specs).await.expect("topics can be created");
            return Self { connection, topics, _broker: None };
        }
        let broker = Broker::start().await.expect("a broker can be started");
        broker.create_topics(&specs).await.expect("topics can be created");
        let connection = broker.connection().clone();
        Self { connection, topics, _broker: Some(broker) }
    }

    pub(super) fn names(&self) -> [&Arc<str>; 3] {
        [&self.topics.user_events, &self.topics.transactions, &self.topics.sensor_data]
    }

    pub(super) fn partitions(&self) -> impl Iterator<Item = (&Arc<str>, u32)> {
        let Partitions { user_events, transactions, sensor_data, .. } = Self::PARTITIONS;
        self.names().into_iter().zip([user_events, transactions, sensor_data])
    }

    /// Sends records to their partitions, and waits for the acknowledgements.
    pub(super) async fn produce(&self, records: Vec<KafkaRecord>) {
        let connection = self.connection.clone();
        let produced = tokio::task::spawn_blocking(move || {
            let settings = ProducerSettings::default();
            let producer = Producer::new(&connection, &settings, None).expect("good settings");
            for record in &records {
                producer.send(record, Instant::now()).expect("it can be sent");
            }
            producer.flush(Duration::from_mins(1)).expect("a broker acknowledges");
            let deliveries = producer.deliveries();
            assert_eq!((deliveries.delivered, deliveries.failures()), (records.len() as u64, 0));
        });
        produced.await.expect("no panic");
    }

    pub(super) async fn lag(&self, group: &str, topic: &str) -> Lag {
        let lag = GroupLag::of(&self.connection, group, &[topic.to_owned()]).await;
        Lag(lag.expect("the topic is there"))
    }
}

impl Lag {
    /// How many records are not committed.
    pub(super) async fn records(&self) -> u64 {
        let standings = self.0.read().await.expect("the broker answers");
        standings.values().map(|standing| standing.lag()).sum()
    }
}

fn specs(topics: &Topics) -> [TopicSpec; 3] {
    let partitions = Cluster::PARTITIONS;
    let spec = |topic: &Arc<str>, partitions| TopicSpec {
        // The records are of January 2026, whatever the day.
        settings: vec![("retention.ms".to_owned(), "-1".to_owned())],
        ..TopicSpec::new(&**topic, partitions)
    };
    [
        spec(&topics.user_events, partitions.user_events),
        spec(&topics.transactions, partitions.transactions),
        spec(&topics.sensor_data, partitions.sensor_data),
    ]
}

/// A client of endpoints on this machine.
pub(super) fn dynamodb(url: &str) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(url);
    aws_sdk_dynamodb::Client::from_conf(config.build())
}
