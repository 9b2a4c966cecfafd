use std::fmt;

use millrace_shared::kafka::{Batch, DeadRecord, Entry, Offset, Partition, Timestamp};

/// A record to send again.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it came from.
    pub cluster: Cluster,
    /// The key of `records` that it stood under.
    pub map_key: String,
    /// Its topic, if that could be read.
    pub topic: Option<String>,
    /// Its partition, if that could be read.
    pub partition: Option<Partition>,
    /// Its offset, if that could be read.
    pub offset: Option<Offset>,
    /// When it was written, if that could be read.
    pub time: Option<Timestamp>,
    /// The record as it stands in an event.
    pub json: Vec<u8>,
}

/// What an event says of the cluster that its records come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cluster {
    /// Its `eventSource`: `aws:kafka`, say.
    pub event_source: String,
    /// What tells the cluster from others: its ARN, or the bootstrap servers where there is none.
    pub id: String,
}

impl Cluster {
    /// Whether what tells it from others is an ARN, and no list of bootstrap servers.
    pub fn has_arn(&self) -> bool {
        self.id.starts_with("arn:")
    }
}

impl Record {
    /// All records of an event, those that no function could read included.
    pub(crate) fn all_of(batch: &Batch<'_>) -> Vec<Self> {
        let cluster = Cluster {
            event_source: batch.event_source().to_owned(),
            id: batch.cluster().to_owned(),
        };
        let records = batch.entries().map(|entry| match entry {
            Entry::Record(record) => Self {
                cluster: cluster.clone(),
                map_key: record.map_key().to_owned(),
                topic: Some(record.topic().to_owned()),
                partition: Some(record.partition()),
                offset: Some(record.offset()),
                time: record.timestamp(),
                json: record.json().to_vec(),
            },
            Entry::Dead(dead) => Self::of_dead(&dead, cluster.clone()),
        });
        records.collect()
    }

    fn of_dead(dead: &DeadRecord<'_>, cluster: Cluster) -> Self {
        Self {
            cluster,
            map_key: dead.map_key.to_owned(),
            topic: dead.topic.map(str::to_owned),
            partition: dead.partition,
            offset: dead.offset,
            time: dead.timestamp,
            json: dead.json.to_vec(),
        }
    }

    /// Where it stands, for a person.
    pub fn place(&self) -> String {
        let topic = self.topic.as_deref().unwrap_or("unknown topic");
        let partition = self.partition.map_or("?".to_owned(), |partition| partition.to_string());
        let offset = self.offset.map_or("?".to_owned(), |offset| offset.to_string());
        format!("{topic}, partition {partition}, offset {offset}")
    }
}

/// Where it stands: its content stays out of logs.
impl fmt::Debug for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Record").field(&self.place()).finish()
    }
}
