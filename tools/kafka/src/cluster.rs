//! What there is at the other end of a connection.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::blocking::blocking;
use crate::broker::Broker;
use crate::connection::{ANSWER_WITHIN, Connection};
use crate::context::Context;
use crate::error::KafkaError;

/// Waiting is done in parts, to serve the client meanwhile and to stop when it is of no use any more.
const PATIENCE: Duration = Duration::from_millis(250);

/// A cluster that answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its bootstrap servers, as they were asked.
    pub servers: String,
    /// How many brokers it has.
    pub brokers: usize,
    /// Its topics, those of Kafka itself apart, and how many partitions each has.
    pub topics: BTreeMap<String, u32>,
    /// Whether it is an embedded broker, of this process or of another one: such a one keeps little
    /// of a partition, creates no topics over the wire and finds no offset by its time.
    pub is_embedded: bool,
}

impl Cluster {
    /// Asks a cluster what it is.
    ///
    /// # Errors
    /// When nobody answers within five seconds, or when the client is refused.
    pub async fn of(connection: &Connection) -> Result<Self, KafkaError> {
        let connection = connection.clone();
        blocking(move || {
            let context = Context::new(&connection);
            let config = connection.client_config();
            // Without a group, so that it joins none.
            let client = BaseConsumer::from_config_and_context(&config, context);
            Self::ask(&client.map_err(KafkaError::of_client)?)
        })
        .await
    }

    /// Asks with a client that is there.
    pub(crate) fn ask(client: &BaseConsumer<Context>) -> Result<Self, KafkaError> {
        let started = Instant::now();
        loop {
            serve(client);
            let reason = match client.fetch_metadata(None, PATIENCE) {
                Ok(metadata) => {
                    let topics = metadata.topics().iter();
                    let topics = topics.filter(|topic| !topic.name().starts_with("__"));
                    let topics = topics.map(|topic| {
                        let partitions = u32::try_from(topic.partitions().len());
                        (topic.name().to_owned(), partitions.unwrap_or(u32::MAX))
                    });
                    let id = client.client().fetch_cluster_id(PATIENCE);
                    return Ok(Self {
                        servers: client.context().servers().to_owned(),
                        brokers: metadata.brokers().len(),
                        topics: topics.collect(),
                        is_embedded: id.is_some_and(|id| Broker::is_named(&id)),
                    });
                }
                Err(error) => error.to_string(),
            };
            serve(client);
            if client.context().is_hopeless() || started.elapsed() >= ANSWER_WITHIN {
                return Err(client.context().unreachable(started.elapsed(), &reason));
            }
        }
    }

    /// The partitions of a topic.
    ///
    /// # Errors
    /// When it is not there.
    pub fn partitions(&self, topic: &str) -> Result<u32, KafkaError> {
        let (topic, servers) = (topic.to_owned(), self.servers.clone());
        let found = self.topics.get(&topic).copied().filter(|partitions| *partitions > 0);
        found.ok_or(KafkaError::UnknownTopic { topic, servers })
    }
}

/// Lets a client that fetches nothing tell its errors and fetch its token.
pub(crate) fn serve(client: &BaseConsumer<Context>) {
    while client.poll(Duration::ZERO).is_some() {}
}
