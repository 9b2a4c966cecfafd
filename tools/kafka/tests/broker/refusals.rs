//! What goes wrong is said in a sentence that helps.

use std::time::{Duration, Instant};

use millrace_event_source_mapping::{Polled, Source};
use millrace_kafka::{
    Acks, Cluster as Looked, Connection, Consumer, ConsumerSettings, KafkaError, Password,
    Producer, ProducerSettings, Security, TopicSpec, create_topics,
};
use tokio::net::TcpListener;

use crate::cluster::{Cluster, take};

/// An address where nobody listens.
async fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test]
async fn a_broker_that_is_away_is_named_with_what_was_tried() {
    let servers = nowhere().await;
    let error = Looked::of(&Connection::plaintext(&servers)).await.unwrap_err().to_string();
    let start = format!("no broker at {servers} answered within 5 s (");
    assert!(error.starts_with(&start) && error.contains("Connection refused"), "{error}");
    assert!(error.ends_with("does it expect plaintext?"), "{error}");
}

#[tokio::test]
async fn a_consumer_whose_brokers_go_away_waits_for_them_and_then_says_so() {
    let mut cluster = Cluster::with_topic(1).await;
    if !cluster.is_embedded {
        return; // it is not ours to stop
    }
    cluster.fill(0, 0..3).await;
    let settings = ConsumerSettings { patience: Duration::from_secs(1), ..cluster.settings() };
    let mut consumer = Consumer::join(&cluster.connection, &settings).await.unwrap();
    take(&mut consumer, 3).await;
    cluster.stop();
    let error = loop {
        match consumer.poll().await {
            Ok(Polled::CaughtUp(_)) => {}
            Ok(other) => panic!("{other:?}"),
            Err(error) => break error,
        }
    };
    let KafkaError::Unreachable { waited, .. } = &error else { panic!("{error}") };
    assert!(*waited >= settings.patience, "{waited:?}");
    let (told, servers) = (error.to_string(), cluster.connection.bootstrap_servers());
    assert!(told.starts_with(&format!("no broker at {servers} answered within ")), "{told}");
}

#[tokio::test]
async fn what_cannot_be_delivered_is_counted_by_its_reason() {
    let connection = Connection::plaintext(nowhere().await);
    let settings = ProducerSettings {
        delivery_timeout: Duration::from_millis(200),
        ..ProducerSettings::default()
    };
    let deliveries = tokio::task::spawn_blocking(move || {
        let producer = Producer::new(&connection, &settings, None).unwrap();
        let record = millrace_kafka_event::KafkaRecord::at("a", 0, 0);
        producer.send(&record, Instant::now()).unwrap();
        producer.flush(Duration::from_secs(30)).unwrap();
        producer.deliveries()
    });
    let deliveries = deliveries.await.unwrap();
    assert_eq!((deliveries.delivered, deliveries.failures()), (0, 1));
    let (reason, _) = deliveries.failed.first_key_value().unwrap();
    assert!(reason.contains("timed out"), "{reason}");
}

#[tokio::test]
async fn a_topic_that_is_not_there_is_named() {
    let cluster = Cluster::with_topic(1).await;
    let settings = ConsumerSettings::new("ordres", "any");
    let error = Consumer::join(&cluster.connection, &settings).await.err().unwrap().to_string();
    assert!(error.starts_with("there is no topic `ordres` at "), "{error}");
    assert!(error.contains("topics create"), "{error}");
}

#[tokio::test]
async fn an_embedded_broker_of_another_process_says_why_it_creates_no_topic() {
    let cluster = Cluster::with_topic(1).await;
    if !cluster.is_embedded {
        return;
    }
    let topics = [TopicSpec::new("new", 3)];
    let error = create_topics(&cluster.connection, &topics).await.unwrap_err().to_string();
    assert!(error.contains("`new`") && error.contains("when it is started"), "{error}");
}

#[test]
fn settings_that_exclude_each_other_are_refused() {
    let connection = Connection::plaintext("127.0.0.1:9092");
    let settings = ProducerSettings { acks: Acks::Leader, ..ProducerSettings::default() };
    let error = Producer::new(&connection, &settings, None).err().unwrap().to_string();
    assert!(error.contains("needs the acknowledgement of all replicas"), "{error}");
}

#[test]
#[cfg(not(feature = "tls"))]
fn without_tls_a_build_says_how_to_get_it() {
    let security =
        Security::ScramSha512 { user: "ann".to_owned(), password: Password::new("secret") };
    let error = Connection::new("b-1:9096", security).unwrap_err().to_string();
    assert!(error.starts_with("SCRAM needs TLS") && error.contains("--features tls"), "{error}");
}

#[test]
fn no_password_is_shown() {
    let security =
        Security::ScramSha512 { user: "ann".to_owned(), password: Password::new("secret") };
    assert!(!format!("{security:?}").contains("secret"));
}
