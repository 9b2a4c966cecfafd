//! How far a consumer group is behind.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::blocking::blocking;
use crate::cluster::{Cluster, serve};
use crate::connection::Connection;
use crate::context::Context;
use crate::error::KafkaError;

const WITHIN: Duration = Duration::from_secs(10);

/// A topic and a partition of it.
pub type Place = (String, i32);

/// Where a group stands in one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The next offset that the group reads, as far as it has committed any.
    pub committed: Option<i64>,
    /// The next offset that a producer gets.
    pub end: i64,
}

impl Standing {
    /// How many records are not committed; those before a group's first commit count from offset 0.
    pub fn lag(self) -> u64 {
        let behind = self.end - self.committed.unwrap_or_default();
        u64::try_from(behind).unwrap_or_default()
    }
}

/// Reads where a group stands, without being a member of it.
#[derive(Clone)]
pub struct GroupLag {
    group: String,
    places: Arc<Vec<Place>>,
    /// Reading serves the client, too, and that is for one at a time.
    client: Arc<Mutex<BaseConsumer<Context>>>,
}

impl GroupLag {
    /// Of a group in all partitions of these topics.
    ///
    /// # Errors
    /// When the cluster does not answer, or a topic is not there.
    pub async fn of(
        connection: &Connection,
        group: impl Into<String>,
        topics: &[String],
    ) -> Result<Self, KafkaError> {
        let (connection, group, topics) = (connection.clone(), group.into(), topics.to_vec());
        blocking(move || {
            let mut config = connection.client_config();
            config.set("group.id", &group).set("enable.auto.commit", "false");
            let client = BaseConsumer::from_config_and_context(&config, Context::new(&connection));
            let client = client.map_err(KafkaError::of_client)?;
            let cluster = Cluster::ask(&client)?;
            let mut places = Vec::new();
            for topic in topics {
                let partitions = cluster.partitions(&topic)?.cast_signed();
                places.extend((0..partitions).map(|partition| (topic.clone(), partition)));
            }
            Ok(Self { group, places: Arc::new(places), client: Arc::new(Mutex::new(client)) })
        })
        .await
    }

    /// The group.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// Where the group stands now.
    ///
    /// # Errors
    /// When the cluster does not answer within ten seconds.
    pub async fn read(&self) -> Result<BTreeMap<Place, Standing>, KafkaError> {
        let reader = self.clone();
        blocking(move || {
            let committed = reader
                .offsets(Offset::Invalid, |client, list| client.committed_offsets(list, WITHIN))?;
            let ends = reader.offsets(Offset::End, |client, list| {
                // A time of -1 is the end.
                client.offsets_for_times(list, WITHIN)
            })?;
            let mut standings = BTreeMap::new();
            for (place, end) in ends {
                let committed = committed.get(&place).copied().flatten();
                let end = end.unwrap_or_default();
                standings.insert(place, Standing { committed, end });
            }
            Ok(standings)
        })
        .await
    }

    /// What the group has committed; less work for the cluster than all of it.
    ///
    /// # Errors
    /// When the cluster does not answer within ten seconds.
    pub async fn committed(&self) -> Result<BTreeMap<Place, Option<i64>>, KafkaError> {
        let reader = self.clone();
        blocking(move || {
            reader.offsets(Offset::Invalid, |client, list| client.committed_offsets(list, WITHIN))
        })
        .await
    }

    fn offsets(
        &self,
        asked: Offset,
        ask: impl FnOnce(
            &BaseConsumer<Context>,
            TopicPartitionList,
        ) -> rdkafka::error::KafkaResult<TopicPartitionList>,
    ) -> Result<BTreeMap<Place, Option<i64>>, KafkaError> {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        serve(&client);
        let failed = |error: rdkafka::error::KafkaError| KafkaError::Offsets {
            group: self.group.clone(),
            servers: client.context().servers().to_owned(),
            reason: error.to_string(),
        };
        let mut list = TopicPartitionList::with_capacity(self.places.len());
        for (topic, partition) in &*self.places {
            list.add_partition_offset(topic, *partition, asked).map_err(failed)?;
        }
        let answered = ask(&client, list).map_err(failed)?;
        let mut offsets = BTreeMap::new();
        for element in answered.elements() {
            element.error().map_err(failed)?;
            let offset = match element.offset() {
                Offset::Offset(offset) => Some(offset),
                _ => None,
            };
            offsets.insert((element.topic().to_owned(), element.partition()), offset);
        }
        Ok(offsets)
    }
}
