//! Reading a topic as a member of a consumer group.
//!
//! ```text
//!   librdkafka ─▶ polling (a thread) ─▶ a few bursts ─▶ Consumer ─▶ the event source mapping
//!                  └ group: rebalances                   │ commit, pause, resume, release
//!                    └ starts: first offsets             └ aside: records of paused partitions
//! ```

mod group;
mod polling;
mod record;
mod settings;
mod starts;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use millrace_event_source_mapping::{PartitionOffset, Polled, Source};
use millrace_kafka_event::KafkaRecord;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::{KafkaError as Native, RDKafkaErrorCode};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tokio::sync::mpsc;

pub use settings::ConsumerSettings;

use crate::blocking::blocking;
use crate::cluster::Cluster;
use crate::connection::Connection;
use crate::context::Context;
use crate::error::KafkaError;
use group::{Change, Membership};
use polling::Told;

/// Bursts that wait to be polled: enough to keep both sides busy, little in memory.
const WAITING_BURSTS: usize = 4;

/// How long a commit waits for a rebalance or a coordinator that moves.
const COMMIT_WITHIN: Duration = Duration::from_secs(30);
const COMMIT_AGAIN: Duration = Duration::from_millis(50);

/// A member of a consumer group that reads one topic. Offsets are committed by hand, rebalances are
/// incremental: partitions are given back when what is in flight of them is done.
pub struct Consumer {
    native: Arc<BaseConsumer<Membership>>,
    told: mpsc::Receiver<Told>,
    /// To be handed over before anything else.
    ready: VecDeque<Polled>,
    /// Records that came although their partition was paused.
    aside: BTreeMap<i32, Vec<KafkaRecord>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Consumer {
    /// Joins the group.
    ///
    /// # Errors
    /// When the cluster does not answer, does not want this client, or has no such topic.
    pub async fn join(
        connection: &Connection,
        settings: &ConsumerSettings,
    ) -> Result<Self, KafkaError> {
        let cluster = Cluster::of(connection).await?;
        cluster.partitions(&settings.topic)?;
        let mut config = connection.client_config();
        settings.apply(&mut config, cluster.is_embedded);
        let member = Membership::new(Context::new(connection), settings, cluster.is_embedded);
        let native = BaseConsumer::from_config_and_context(&config, member);
        let native = Arc::new(native.map_err(KafkaError::of_client)?);
        let subscribed = native.subscribe(&[&settings.topic]);
        subscribed.map_err(|error| native.context().failed(error.to_string()))?;

        let (tell, told) = mpsc::channel(WAITING_BURSTS);
        let stop = Arc::new(AtomicBool::new(false));
        let (polled, stopped) = (Arc::clone(&native), Arc::clone(&stop));
        let thread = thread::Builder::new().name("kafka-consumer".to_owned()).spawn(move || {
            polling::run(&polled, &tell, &stopped);
            // It leaves the group when it is dropped, for which it has to be polled: here.
            polled.context().close();
        });
        let thread = thread.map_err(|error| KafkaError::Client(error.to_string()))?;
        let (ready, aside) = (VecDeque::new(), BTreeMap::new());
        Ok(Self { native, told, ready, aside, stop, thread: Some(thread) })
    }

    /// Leaves the group and waits until the group knows.
    pub async fn leave(mut self) {
        let thread = self.thread.take();
        drop(self);
        if let Some(thread) = thread {
            // It fails only if the thread panicked, and then it has left as well.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }

    /// Takes out what is not to be handed over: records of partitions that are paused, for later, and
    /// of those that are not ours any more.
    fn sort_out(&mut self, records: Vec<KafkaRecord>) -> Vec<KafkaRecord> {
        let mut wanted = Vec::with_capacity(records.len());
        for record in records {
            let partition = record.partition;
            if !self.native.context().is_ours(partition) {
                continue;
            }
            if self.native.context().is_paused(partition) {
                self.aside.entry(partition).or_default().push(record);
            } else {
                wanted.push(record);
            }
        }
        wanted
    }

    /// What a pause was of belongs to an assignment that is over.
    fn begin(&mut self, starts: &[PartitionOffset]) {
        let member = self.native.context();
        let partitions: Vec<i32> = starts.iter().map(|start| start.partition).collect();
        for partition in &partitions {
            self.aside.remove(partition);
            member.set_paused(*partition, false);
        }
        let _ = self.native.resume(&member.list(&partitions));
    }

    fn list(&self, offsets: &[PartitionOffset]) -> Result<TopicPartitionList, KafkaError> {
        let member = self.native.context();
        let mut list = TopicPartitionList::with_capacity(offsets.len());
        // What went to another member is that one's to commit.
        for committed in offsets.iter().filter(|offset| member.is_ours(offset.partition)) {
            let offset = Offset::Offset(committed.offset);
            list.add_partition_offset(&member.topic, committed.partition, offset)
                .map_err(|error| self.commit_failed(&error))?;
        }
        Ok(list)
    }

    fn commit_failed(&self, error: &Native) -> KafkaError {
        let group = self.native.context().group.clone();
        KafkaError::Commit { group, reason: error.to_string() }
    }
}

impl Source for Consumer {
    type Error = KafkaError;

    async fn poll(&mut self) -> Result<Polled, KafkaError> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Ok(ready);
            }
            let Some(told) = self.told.recv().await else {
                return Err(self.native.context().failed("its thread has ended"));
            };
            match told {
                Told::Records(records) => {
                    let records = self.sort_out(records);
                    if !records.is_empty() {
                        return Ok(Polled::Records(records));
                    }
                }
                Told::CaughtUp(end) if self.native.context().is_ours(end.partition) => {
                    // Not while records are put aside.
                    if !self.aside.contains_key(&end.partition) {
                        return Ok(Polled::CaughtUp(end));
                    }
                }
                Told::CaughtUp(_) => {}
                Told::Changed(Change::Assigned(starts)) => {
                    self.begin(&starts);
                    return Ok(Polled::Assigned(starts));
                }
                Told::Changed(Change::Revoking(partitions)) => {
                    self.aside.retain(|partition, _| !partitions.contains(partition));
                    return Ok(Polled::Revoking(partitions));
                }
                Told::Changed(Change::Lost(partitions)) => {
                    self.aside.retain(|partition, _| !partitions.contains(partition));
                    return Ok(Polled::Lost(partitions));
                }
                Told::Changed(Change::Failed(error)) | Told::Failed(error) => return Err(error),
            }
        }
    }

    async fn commit(&mut self, offsets: &[PartitionOffset]) -> Result<(), KafkaError> {
        let list = self.list(offsets)?;
        if list.count() == 0 {
            return Ok(());
        }
        let native = Arc::clone(&self.native);
        let committed = blocking(move || Ok(commit(&native, &list))).await?;
        committed.map_err(|error| self.commit_failed(&error))
    }

    fn pause(&mut self, partition: i32) -> Result<(), KafkaError> {
        let member = self.native.context();
        member.set_paused(partition, true);
        let paused = self.native.pause(&member.list(&[partition]));
        paused.map_err(|error| member.failed(error.to_string()))
    }

    fn resume(&mut self, partition: i32) -> Result<(), KafkaError> {
        let member = self.native.context();
        member.set_paused(partition, false);
        // They were read before whatever is fetched from now on.
        if let Some(records) = self.aside.remove(&partition) {
            self.ready.push_back(Polled::Records(records));
        }
        let resumed = self.native.resume(&member.list(&[partition]));
        resumed.map_err(|error| member.failed(error.to_string()))
    }

    async fn end_offsets(
        &mut self,
        partitions: &[i32],
    ) -> Result<Vec<PartitionOffset>, KafkaError> {
        let (native, partitions) = (Arc::clone(&self.native), partitions.to_vec());
        blocking(move || {
            let ends = starts::at(native.context(), &native, &partitions, Offset::End)?;
            let ends = ends.into_iter();
            Ok(ends
                .map(|(partition, offset)| PartitionOffset {
                    partition,
                    offset: offset.unwrap_or_default(),
                })
                .collect())
        })
        .await
    }

    async fn release(&mut self, partitions: &[i32]) -> Result<(), KafkaError> {
        let member = self.native.context();
        let list = member.list(partitions);
        member.forget(partitions);
        let released = self.native.incremental_unassign(&list);
        released.map_err(|error| member.failed(error.to_string()))
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.native.context().close();
        self.stop.store(true, Ordering::Relaxed);
        // A thread that waits for room to tell something ends by this.
        self.told.close();
    }
}

/// Commits, and tries again while the group is rebalancing or its coordinator moves.
fn commit(consumer: &BaseConsumer<Membership>, list: &TopicPartitionList) -> Result<(), Native> {
    use RDKafkaErrorCode as Code;
    let started = Instant::now();
    loop {
        let Err(error) = consumer.commit(list, CommitMode::Sync) else { return Ok(()) };
        let passes = matches!(
            error.rdkafka_error_code(),
            Some(
                Code::RebalanceInProgress
                    | Code::CoordinatorLoadInProgress
                    | Code::CoordinatorNotAvailable
                    | Code::NotCoordinator
                    | Code::WaitingForCoordinator
                    | Code::BrokerTransportFailure
                    | Code::RequestTimedOut
                    | Code::OperationTimedOut
            )
        );
        if !passes || started.elapsed() >= COMMIT_WITHIN {
            return Err(error);
        }
        thread::sleep(COMMIT_AGAIN);
    }
}
