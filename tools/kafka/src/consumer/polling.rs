//! The thread that polls librdkafka.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use millrace_event_source_mapping::PartitionOffset;
use millrace_kafka_event::KafkaRecord;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError as Native, RDKafkaErrorCode};
use rdkafka::topic_partition_list::Offset;
use tokio::sync::mpsc;

use super::group::{Change, Membership};
use super::record::record;
use super::starts;
use crate::error::KafkaError;

/// How long to wait for something to happen before looking whether to stop.
const WAIT: Duration = Duration::from_millis(100);
/// How long a broker may take to show that it is there again.
const SHOW: Duration = Duration::from_millis(250);

/// The most records that are handed over at once, and their most bytes, about.
const MOST_RECORDS: usize = 500;
const MOST_BYTES: usize = 512 * 1024;

/// What the thread has to tell.
#[derive(Debug)]
pub(super) enum Told {
    Records(Vec<KafkaRecord>),
    Changed(Change),
    CaughtUp(PartitionOffset),
    Failed(KafkaError),
}

/// Polls until it is told to stop, nobody listens any more, or it cannot go on.
pub(super) fn run(
    consumer: &BaseConsumer<Membership>,
    told: &mpsc::Sender<Told>,
    stop: &AtomicBool,
) {
    let member = consumer.context();
    let mut polling = Polling {
        consumer,
        topic: member.topic.as_str().into(),
        burst: Vec::new(),
        news: Vec::new(),
    };
    while !stop.load(Ordering::Relaxed) {
        let result = polling.gather();
        let is_over = result.is_err();
        if let Err(error) = result {
            polling.news.push(Told::Failed(error));
        }
        // Changes come behind the records that were there before them.
        let records = std::mem::take(&mut polling.burst);
        let records = (!records.is_empty()).then_some(Told::Records(records));
        for news in records.into_iter().chain(polling.news.drain(..)) {
            if told.blocking_send(news).is_err() {
                return;
            }
        }
        if is_over {
            return;
        }
    }
}

struct Polling<'a> {
    consumer: &'a BaseConsumer<Membership>,
    topic: Arc<str>,
    burst: Vec<KafkaRecord>,
    news: Vec<Told>,
}

impl Polling<'_> {
    /// Waits for something, and takes what is there besides.
    fn gather(&mut self) -> Result<(), KafkaError> {
        let member = self.consumer.context();
        self.look_for_brokers()?;
        let (mut wait, mut bytes) = (WAIT, 0);
        while self.burst.len() < MOST_RECORDS && bytes < MOST_BYTES {
            let polled = self.consumer.poll(wait);
            let changes = member.take_changes();
            let has_changes = !changes.is_empty();
            for change in changes {
                self.news.push(match change {
                    Change::Failed(error) => return Err(error),
                    change => Told::Changed(change),
                });
            }
            match polled {
                None => break,
                Some(Ok(message)) => {
                    let record = record(&message, &self.topic);
                    bytes += record.value.as_ref().map_or(0, Vec::len) + 64;
                    self.take(record)?;
                }
                Some(Err(Native::PartitionEOF(partition))) => self.end(partition),
                Some(Err(error)) => self.trouble(&error)?,
            }
            if has_changes {
                break;
            }
            wait = Duration::ZERO;
        }
        Ok(())
    }

    /// Where all brokers have been away for too long, there is nothing to wait for.
    fn look_for_brokers(&self) -> Result<(), KafkaError> {
        let member = self.consumer.context();
        let Some(away_for) = member.base.away_for() else { return Ok(()) };
        match self.consumer.fetch_metadata(Some(&self.topic), SHOW) {
            Ok(_) => member.base.is_back(),
            Err(error) if away_for >= member.patience => {
                return Err(member.base.unreachable(away_for, &error.to_string()));
            }
            Err(_) => {}
        }
        Ok(())
    }

    fn take(&mut self, record: KafkaRecord) -> Result<(), KafkaError> {
        let member = self.consumer.context();
        if !member.advance(record.partition, record.offset)? {
            return Ok(());
        }
        if !member.is_too_early(record.partition, record.timestamp) {
            self.burst.push(record);
        }
        Ok(())
    }

    /// Nothing more is in the partition for now. Its last offsets can be no records (markers of
    /// transactions, say): librdkafka's position is behind them, and ours is not.
    fn end(&mut self, partition: i32) {
        let member = self.consumer.context();
        let Some(next) = member.next(partition) else { return };
        let position = self.consumer.position().ok();
        let position = position.as_ref().and_then(|list| {
            match list.find_partition(&member.topic, partition)?.offset() {
                Offset::Offset(offset) => Some(offset),
                _ => None,
            }
        });
        let offset = position.unwrap_or(next).max(next);
        self.news.push(Told::CaughtUp(PartitionOffset { partition, offset }));
    }

    /// Most of what goes wrong passes, and librdkafka tries again.
    fn trouble(&self, error: &Native) -> Result<(), KafkaError> {
        use RDKafkaErrorCode as Code;
        let member = self.consumer.context();
        if let Some(reason) = member.base.fatal() {
            return Err(member.failed(reason));
        }
        match error.rdkafka_error_code() {
            Some(Code::AutoOffsetReset) => Err(self.gap(error)),
            Some(Code::Authentication) => Err(member.base.unreachable(Duration::ZERO, "")),
            Some(
                Code::UnknownTopic
                | Code::UnknownTopicOrPartition
                | Code::TopicAuthorizationFailed
                | Code::GroupAuthorizationFailed
                | Code::ClusterAuthorizationFailed
                | Code::InconsistentGroupProtocol
                | Code::InvalidSessionTimeout
                | Code::InvalidGroupId
                | Code::Fatal,
            ) => Err(member.failed(error.to_string())),
            _ => Ok(()),
        }
    }

    /// The offset that was next is not there any more.
    fn gap(&self, error: &Native) -> KafkaError {
        let member = self.consumer.context();
        let partitions = member.partitions();
        let Ok(beginnings) = starts::at(member, self.consumer, &partitions, Offset::Beginning)
        else {
            return member.failed(error.to_string());
        };
        for (partition, beginning) in beginnings {
            if let (Some(found), Some(expected)) = (beginning, member.next(partition))
                && found > expected
            {
                let topic = member.topic.clone();
                return KafkaError::Gap { topic, partition, expected, found };
            }
        }
        member.failed(error.to_string())
    }
}
