//! Topics, created as they should be.

use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::error::RDKafkaErrorCode;

use crate::cluster::Cluster;
use crate::connection::{Connection, Security};
use crate::context::Context;
use crate::error::KafkaError;

/// A broker creates a topic at once, or not at all.
const WITHIN: Duration = Duration::from_secs(15);

/// How long to wait before looking again whether a new topic is known to the cluster.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What a topic should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicSpec {
    /// Its name.
    pub name: String,
    /// How many partitions it has.
    pub partitions: u32,
    /// How many brokers hold each partition; no more than there are.
    pub replicas: u32,
    /// Kafka's own settings by name, such as `retention.ms`.
    pub settings: Vec<(String, String)>,
}

/// What came of creating a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It is there now.
    Created,
    /// It was there before, with so many partitions, and stays as it is.
    WasThere {
        /// How many.
        partitions: u32,
    },
}

impl TopicSpec {
    /// A topic with one replica and the broker's own settings.
    pub fn new(name: impl Into<String>, partitions: u32) -> Self {
        Self { name: name.into(), partitions, replicas: 1, settings: Vec::new() }
    }

    /// As far as a cluster can have it: one of a single broker has no three replicas, nor two of them
    /// in sync.
    #[must_use]
    fn on(&self, cluster: &Cluster) -> Self {
        let brokers = u32::try_from(cluster.brokers).unwrap_or(u32::MAX).max(1);
        let mut topic = self.clone();
        topic.replicas = topic.replicas.clamp(1, brokers);
        for (name, value) in &mut topic.settings {
            let wanted = value.parse().unwrap_or(1_u32);
            if name == "min.insync.replicas" && wanted >= topic.replicas {
                *value = topic.replicas.saturating_sub(1).max(1).to_string();
            }
        }
        topic
    }
}

/// Creates the topics that are not there, and waits until the cluster knows them.
///
/// # Errors
/// When the cluster does not answer, or does not create one of them: an embedded broker of another
/// process creates none, and neither does a client that authenticates with IAM.
pub async fn create_topics(
    connection: &Connection,
    topics: &[TopicSpec],
) -> Result<Vec<Creation>, KafkaError> {
    let before = Cluster::of(connection).await?;
    let mut creations = Vec::with_capacity(topics.len());
    for topic in topics {
        if let Ok(partitions) = before.partitions(&topic.name) {
            creations.push(Creation::WasThere { partitions });
            continue;
        }
        create(connection, &before, &topic.on(&before)).await?;
        creations.push(Creation::Created);
    }
    wait_for(connection, topics).await?;
    Ok(creations)
}

/// Deletes topics, with all that is in them.
///
/// # Errors
/// When the cluster does not answer, or does not delete one of them.
pub async fn delete_topics(connection: &Connection, topics: &[String]) -> Result<(), KafkaError> {
    let context = Context::new(connection);
    let client = AdminClient::from_config_and_context(&connection.client_config(), context);
    let client = client.map_err(KafkaError::of_client)?;
    let names: Vec<&str> = topics.iter().map(String::as_str).collect();
    let options = AdminOptions::new().operation_timeout(Some(WITHIN)).request_timeout(Some(WITHIN));
    let failed = |topic: &str, reason: String| KafkaError::DeleteTopic {
        topic: topic.to_owned(),
        servers: connection.bootstrap_servers().to_owned(),
        reason,
    };
    let deleted = client.delete_topics(&names, &options).await;
    for deleted in deleted.map_err(|error| failed(&names.join(","), error.to_string()))? {
        deleted.map_err(|(topic, code)| failed(&topic, code.to_string()))?;
    }
    Ok(())
}

async fn create(
    connection: &Connection,
    cluster: &Cluster,
    topic: &TopicSpec,
) -> Result<(), KafkaError> {
    let failed = |reason: String| KafkaError::CreateTopic {
        topic: topic.name.clone(),
        servers: cluster.servers.clone(),
        reason,
    };
    if cluster.is_embedded {
        let reason = "an embedded broker creates its topics when it is started, and none later";
        return Err(failed(reason.to_owned()));
    }
    if matches!(connection.security(), Security::MskIam { .. }) {
        return Err(KafkaError::CreateWithIam);
    }
    let (Ok(partitions), Ok(replicas)) =
        (i32::try_from(topic.partitions), i32::try_from(topic.replicas))
    else {
        return Err(failed(format!("{} partitions are too many", topic.partitions)));
    };
    let context = Context::new(connection);
    let client = AdminClient::from_config_and_context(&connection.client_config(), context);
    let client = client.map_err(KafkaError::of_client)?;
    let mut new = NewTopic::new(&topic.name, partitions, TopicReplication::Fixed(replicas));
    for (name, value) in &topic.settings {
        new = new.set(name, value);
    }
    let options = AdminOptions::new().operation_timeout(Some(WITHIN)).request_timeout(Some(WITHIN));
    let created = client.create_topics([&new], &options).await;
    match created.map_err(|error| failed(error.to_string()))?.pop() {
        // Somebody else was faster.
        Some(Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists))) | None => Ok(()),
        Some(Err((_, code))) => Err(failed(code.to_string())),
    }
}

/// Brokers hear of a topic one after the other.
async fn wait_for(connection: &Connection, topics: &[TopicSpec]) -> Result<(), KafkaError> {
    let started = Instant::now();
    loop {
        let cluster = Cluster::of(connection).await?;
        let missing = topics.iter().find_map(|topic| cluster.partitions(&topic.name).err());
        match missing {
            None => return Ok(()),
            Some(error) if started.elapsed() >= WITHIN => return Err(error),
            Some(_) => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(brokers: usize) -> Cluster {
        let servers = "localhost:9092".to_owned();
        Cluster { servers, brokers, topics: [].into(), is_embedded: false }
    }

    #[test]
    fn a_small_cluster_gets_as_many_replicas_as_it_has_brokers_and_can_still_be_written_to() {
        let settings = [("min.insync.replicas", "2"), ("retention.ms", "604800000")];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let wanted = TopicSpec { replicas: 3, settings: settings.into(), ..TopicSpec::new("a", 6) };
        assert_eq!(wanted.on(&cluster(3)), wanted);
        for (brokers, replicas) in [(2, 2), (1, 1)] {
            let topic = wanted.on(&cluster(brokers));
            assert_eq!((topic.partitions, topic.replicas), (6, replicas));
            assert_eq!(topic.settings[0].1, "1", "{brokers} brokers");
            assert_eq!(topic.settings[1].1, "604800000");
        }
    }
}
