//! Being a member of a group: which partitions are ours, and which we have to give back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use millrace_event_source_mapping::{PartitionOffset, StartingPosition};
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError as Native;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaRespErr;

use super::starts;
use crate::context::Context;
use crate::error::KafkaError;

/// What a rebalance came to.
#[derive(Debug)]
pub(super) enum Change {
    Assigned(Vec<PartitionOffset>),
    /// To be given back with [`BaseConsumer::incremental_unassign`] when what is in flight is done.
    Revoking(Vec<i32>),
    Lost(Vec<i32>),
    Failed(KafkaError),
}

/// The context of a consumer. librdkafka calls it from the thread that polls.
pub(super) struct Membership {
    pub(super) base: Context,
    pub(super) group: String,
    pub(super) topic: String,
    pub(super) start: StartingPosition,
    pub(super) is_embedded: bool,
    pub(super) patience: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Partitions that are ours, and the next offset of each.
    next: BTreeMap<i32, i64>,
    /// Those of which nothing is to be fetched.
    paused: BTreeSet<i32>,
    /// Those of which nothing has come yet that is late enough to begin with.
    too_early: BTreeSet<i32>,
    changes: Vec<Change>,
    /// The consumer is ending: nobody waits for anything any more.
    is_closing: bool,
}

impl Membership {
    pub(super) fn new(
        base: Context,
        settings: &super::ConsumerSettings,
        is_embedded: bool,
    ) -> Self {
        Self {
            base,
            group: settings.group.clone(),
            topic: settings.topic.clone(),
            start: settings.start,
            is_embedded,
            patience: settings.patience,
            state: Mutex::default(),
        }
    }

    /// What rebalances came to since the last call.
    pub(super) fn take_changes(&self) -> Vec<Change> {
        std::mem::take(&mut self.state().changes)
    }

    /// The next offset of a partition, if it is ours.
    pub(super) fn next(&self, partition: i32) -> Option<i64> {
        self.state().next.get(&partition).copied()
    }

    /// A record was read: `false` if it had been before, or is not ours to read.
    pub(super) fn advance(&self, partition: i32, offset: i64) -> Result<bool, KafkaError> {
        let mut state = self.state();
        let Some(next) = state.next.get_mut(&partition) else { return Ok(false) };
        let expected = *next;
        // Pausing can make librdkafka fetch again what it has just handed over.
        if offset < expected {
            return Ok(false);
        }
        // Compaction and transactions leave gaps, of which an embedded broker knows nothing.
        if offset > expected && self.is_embedded {
            let topic = self.topic.clone();
            return Err(KafkaError::Gap { topic, partition, expected, found: offset });
        }
        *next = offset + 1;
        Ok(true)
    }

    /// Whether a record comes before the time to start from, where the broker could not tell.
    pub(super) fn is_too_early(&self, partition: i32, timestamp: i64) -> bool {
        let StartingPosition::AtTimestamp(start) = self.start else { return false };
        let mut state = self.state();
        if timestamp >= start {
            // What follows belongs to it, whatever time it carries.
            state.too_early.remove(&partition);
        }
        state.too_early.contains(&partition)
    }

    /// The partitions that are ours.
    pub(super) fn partitions(&self) -> Vec<i32> {
        self.state().next.keys().copied().collect()
    }

    pub(super) fn set_paused(&self, partition: i32, is_paused: bool) {
        let mut state = self.state();
        if is_paused {
            state.paused.insert(partition);
        } else {
            state.paused.remove(&partition);
        }
    }

    pub(super) fn is_paused(&self, partition: i32) -> bool {
        self.state().paused.contains(&partition)
    }

    pub(super) fn is_ours(&self, partition: i32) -> bool {
        self.state().next.contains_key(&partition)
    }

    /// From now on partitions are given back at once.
    pub(super) fn close(&self) {
        self.state().is_closing = true;
    }

    /// An error that names the group.
    pub(super) fn failed(&self, reason: impl Into<String>) -> KafkaError {
        let (group, servers) = (self.group.clone(), self.base.servers().to_owned());
        KafkaError::Consumer { group, servers, reason: reason.into() }
    }

    /// These partitions are not ours any more.
    pub(super) fn forget(&self, partitions: &[i32]) {
        let mut state = self.state();
        for partition in partitions {
            state.next.remove(partition);
            state.paused.remove(partition);
        }
    }

    pub(super) fn list(&self, partitions: &[i32]) -> TopicPartitionList {
        let mut list = TopicPartitionList::with_capacity(partitions.len());
        for partition in partitions {
            list.add_partition(&self.topic, *partition);
        }
        list
    }

    fn assign(&self, consumer: &BaseConsumer<Self>, partitions: &[i32]) -> Result<(), KafkaError> {
        // A rebalance can leave everything as it is.
        let starts = if partitions.is_empty() {
            Vec::new()
        } else {
            starts::offsets(self, consumer, partitions)?
        };
        let mut list = TopicPartitionList::with_capacity(starts.len());
        let failed = |error: Native| self.failed(error.to_string());
        for start in &starts {
            let offset = Offset::Offset(start.offset);
            list.add_partition_offset(&self.topic, start.partition, offset).map_err(failed)?;
        }
        {
            let mut state = self.state();
            for start in &starts {
                state.next.insert(start.partition, start.offset);
                state.paused.remove(&start.partition);
                if self.is_embedded && start.offset == 0 {
                    state.too_early.insert(start.partition);
                }
            }
            if !starts.is_empty() {
                state.changes.push(Change::Assigned(starts));
            }
        }
        consumer.incremental_assign(&list).map_err(failed)?;
        Ok(())
    }

    fn revoke(
        &self,
        consumer: &BaseConsumer<Self>,
        partitions: Vec<i32>,
    ) -> Result<(), KafkaError> {
        let list = self.list(&partitions);
        let is_closing = self.state().is_closing;
        if is_closing || consumer.assignment_lost() {
            self.forget(&partitions);
            self.state().changes.push(Change::Lost(partitions));
            return consumer
                .incremental_unassign(&list)
                .map_err(|error| self.failed(error.to_string()));
        }
        // Nothing more of them while what is in flight is being done.
        let _ = consumer.pause(&list);
        self.state().changes.push(Change::Revoking(partitions));
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConsumerContext for Membership {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        code: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        let partitions: Vec<i32> = list
            .elements()
            .iter()
            .map(rdkafka::topic_partition_list::TopicPartitionListElem::partition)
            .collect();
        let result = match code {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => {
                self.assign(consumer, &partitions)
            }
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS => {
                self.revoke(consumer, partitions)
            }
            other => Err(self.failed(Native::Rebalance(other.into()).to_string())),
        };
        if let Err(error) = result {
            self.state().changes.push(Change::Failed(error));
        }
    }
}

impl ClientContext for Membership {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = Context::ENABLE_REFRESH_OAUTH_TOKEN;

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.base.log(level, facility, message);
    }

    fn error(&self, error: Native, reason: &str) {
        self.base.error(error, reason);
    }

    fn generate_oauth_token(
        &self,
        config: Option<&str>,
    ) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        self.base.generate_oauth_token(config)
    }
}
