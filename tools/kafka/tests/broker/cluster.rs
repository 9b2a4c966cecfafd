//! The broker that the tests run against: an embedded one each, or the one at `MILLRACE_TEST_BROKER`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use millrace_event_source_mapping::{PartitionOffset, Polled, Source};
use millrace_kafka::{
    Broker, Connection, Consumer, ConsumerSettings, Producer, ProducerSettings, TopicSpec,
    create_topics,
};
use millrace_kafka_event::KafkaRecord;

/// A cluster with a topic of the test's own.
pub(crate) struct Cluster {
    pub(crate) connection: Connection,
    pub(crate) topic: Arc<str>,
    pub(crate) is_embedded: bool,
    broker: Option<Broker>,
}

impl Cluster {
    pub(crate) async fn with_topic(partitions: u32) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let topic = format!("test-{}-{number}", std::process::id());
        let spec = [TopicSpec::new(&topic, partitions)];
        let topic = topic.into();
        if let Ok(servers) = std::env::var("MILLRACE_TEST_BROKER") {
            let connection = Connection::plaintext(servers);
            create_topics(&connection, &spec).await.expect("the topic can be created");
            return Self { connection, topic, is_embedded: false, broker: None };
        }
        let broker = Broker::start().await.expect("a broker can be started");
        broker.create_topics(&spec).await.expect("the topic can be created");
        let connection = broker.connection().clone();
        Self { connection, topic, is_embedded: true, broker: Some(broker) }
    }

    /// Ends an embedded broker.
    pub(crate) fn stop(&mut self) {
        self.broker = None;
    }

    /// Of a group that is the test's own, too.
    pub(crate) fn settings(&self) -> ConsumerSettings {
        // The shortest that brokers take. An embedded one takes any, and rebalances sooner for it.
        let session = if self.is_embedded { 3 } else { 6 };
        ConsumerSettings {
            session_timeout: Duration::from_secs(session),
            ..ConsumerSettings::new(&*self.topic, format!("group-of-{}", self.topic))
        }
    }

    pub(crate) async fn join(&self) -> Consumer {
        Consumer::join(&self.connection, &self.settings()).await.expect("the group can be joined")
    }

    /// A record of the test's topic.
    pub(crate) fn record(&self, partition: i32, offset: i64, value: &str) -> KafkaRecord {
        KafkaRecord {
            timestamp: 1_767_600_000_000 + offset,
            key: Some(b"key".to_vec()),
            value: Some(value.into()),
            ..KafkaRecord::at(Arc::clone(&self.topic), partition, offset)
        }
    }

    /// Sends records and waits for their acknowledgements.
    pub(crate) async fn produce(&self, records: Vec<KafkaRecord>) {
        self.produce_with(ProducerSettings::default(), records).await;
    }

    pub(crate) async fn produce_with(&self, settings: ProducerSettings, records: Vec<KafkaRecord>) {
        let connection = self.connection.clone();
        let produced = tokio::task::spawn_blocking(move || {
            let producer = Producer::new(&connection, &settings, None).expect("good settings");
            for record in &records {
                producer.send(record, Instant::now()).expect("it can be sent");
            }
            producer.flush(Duration::from_secs(30)).expect("a broker acknowledges");
            let deliveries = producer.deliveries();
            assert_eq!((deliveries.delivered, deliveries.failures()), (records.len() as u64, 0));
        });
        produced.await.expect("no panic");
    }

    /// As many records of a partition, with their offsets as values.
    pub(crate) async fn fill(&self, partition: i32, offsets: std::ops::Range<i64>) {
        let record = |offset: i64| self.record(partition, offset, &offset.to_string());
        self.produce(offsets.map(record).collect()).await;
    }
}

/// Polls until this many records came; assignments are returned with them.
pub(crate) async fn take(
    consumer: &mut Consumer,
    count: usize,
) -> (Vec<KafkaRecord>, Vec<PartitionOffset>) {
    let (mut records, mut assigned) = (Vec::new(), Vec::new());
    let mut caught_up: BTreeMap<i32, i64> = BTreeMap::new();
    while records.len() < count {
        match consumer.poll().await.expect("it can go on") {
            Polled::Records(more) => {
                let is_new = |record: &KafkaRecord| {
                    caught_up.get(&record.partition).is_none_or(|end| record.offset >= *end)
                };
                assert!(more.iter().all(is_new), "all below the end had been handed over");
                records.extend(more);
            }
            Polled::Assigned(starts) => assigned.extend(starts),
            Polled::CaughtUp(end) => _ = caught_up.insert(end.partition, end.offset),
            other => panic!("nobody else is in the group: {other:?}"),
        }
    }
    (records, assigned)
}

pub(crate) fn offsets(records: &[KafkaRecord]) -> Vec<(i32, i64)> {
    records.iter().map(|record| (record.partition, record.offset)).collect()
}
