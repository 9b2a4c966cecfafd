//! A broker inside this process: librdkafka's mock cluster, which speaks the real protocol over TCP.

use std::sync::mpsc;
use std::thread;

use rdkafka::mocking::MockCluster;
use tokio::sync::oneshot;

use crate::connection::Connection;
use crate::error::KafkaError;
use crate::topics::TopicSpec;

/// How it names itself; the rest is a number.
const CLUSTER_ID_PREFIX: &str = "mockCluster";

/// A running broker on a free port of 127.0.0.1. It ends, and forgets everything, when this is dropped.
///
/// It is made for trying things out, and not for keeping records:
/// - It keeps [`Broker::MAX_PARTITION_BYTES`] of a partition, and then **drops the oldest without a
///   word**. Whoever produces more waits for the consumers ([`crate::Room`]); a consumer that meets a
///   gap fails.
/// - A first consumer of a group waits three seconds for others, and a group that changes waits for
///   a second less than its session timeout.
/// - Topics are created here ([`Broker::create_topics`]) and not over the wire. One that is produced
///   to without having been created appears with four partitions.
/// - Nothing is on disk, nobody authenticates, and no offset is found by its time.
pub struct Broker {
    connection: Connection,
    orders: mpsc::Sender<Order>,
}

/// Something for the thread to do. It ends when nobody can order any more.
struct Order {
    topic: TopicSpec,
    done: oneshot::Sender<Result<(), String>>,
}

impl Broker {
    /// The bytes of a partition, as producers have sent them (compressed, that is), that are kept.
    pub const MAX_PARTITION_BYTES: usize = 5 * 1024 * 1024;

    /// Starts one, without topics.
    pub async fn start() -> Result<Self, KafkaError> {
        let (orders, received) = mpsc::channel();
        let (started, address) = oneshot::channel();
        // The mock cluster is a pointer that must not change threads.
        thread::Builder::new()
            .name("embedded-broker".to_owned())
            .spawn(move || run(started, &received))
            .map_err(|error| KafkaError::Broker(error.to_string()))?;
        let address = address.await.map_err(|error| KafkaError::Broker(error.to_string()))?;
        let address = address.map_err(KafkaError::Broker)?;
        Ok(Self { connection: Connection::plaintext(address), orders })
    }

    /// How clients connect to it.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Creates topics. Their settings are no concern of this broker, nor are their replicas: there
    /// is one of it.
    pub async fn create_topics(&self, topics: &[TopicSpec]) -> Result<(), KafkaError> {
        for topic in topics {
            let (done, created) = oneshot::channel();
            let failed = |reason: String| KafkaError::CreateTopic {
                topic: topic.name.clone(),
                servers: self.connection.bootstrap_servers().to_owned(),
                reason,
            };
            let order = Order { topic: topic.clone(), done };
            self.orders.send(order).map_err(|error| failed(error.to_string()))?;
            created.await.map_err(|error| failed(error.to_string()))?.map_err(failed)?;
        }
        Ok(())
    }

    /// Whether a cluster that names itself so is an embedded broker of this or another process.
    pub(crate) fn is_named(cluster_id: &str) -> bool {
        cluster_id.starts_with(CLUSTER_ID_PREFIX)
    }
}

fn run(started: oneshot::Sender<Result<String, String>>, orders: &mpsc::Receiver<Order>) {
    let cluster = match MockCluster::new(1) {
        Ok(cluster) => cluster,
        Err(error) => {
            let _ = started.send(Err(error.to_string()));
            return;
        }
    };
    if started.send(Ok(cluster.bootstrap_servers())).is_err() {
        return; // nobody waits for it any more
    }
    for Order { topic, done } in orders {
        let partitions = i32::try_from(topic.partitions).unwrap_or(i32::MAX);
        let created = cluster.create_topic(&topic.name, partitions, 1);
        let _ = done.send(created.map_err(|error| error.to_string()));
    }
}
