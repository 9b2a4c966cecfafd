//! Where to begin in partitions that have just been assigned.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use millrace_event_source_mapping::{PartitionOffset, StartingPosition};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::group::Membership;
use crate::error::KafkaError;

/// How long one attempt may take, and all of them: a coordinator can be moving.
const ATTEMPT: Duration = Duration::from_secs(5);
const WITHIN: Duration = Duration::from_mins(1);
const BETWEEN: Duration = Duration::from_millis(200);

/// Offsets by partition; `None` where there is none.
type Offsets = BTreeMap<i32, Option<i64>>;

/// The committed offset of each, or the starting position's.
pub(super) fn offsets(
    member: &Membership,
    consumer: &BaseConsumer<Membership>,
    partitions: &[i32],
) -> Result<Vec<PartitionOffset>, KafkaError> {
    let committed = ask(member, consumer, partitions, Offset::Invalid, |consumer, list| {
        consumer.committed_offsets(list, ATTEMPT)
    })?;
    let new: Vec<i32> =
        partitions.iter().copied().filter(|partition| committed[partition].is_none()).collect();
    let beginnings = at(member, consumer, &new, Offset::Beginning)?;
    let starts = match member.start {
        StartingPosition::TrimHorizon => beginnings.clone(),
        StartingPosition::Latest => at(member, consumer, &new, Offset::End)?,
        // An embedded broker cannot find times: what is too early is skipped when it comes.
        StartingPosition::AtTimestamp(_) if member.is_embedded => beginnings.clone(),
        StartingPosition::AtTimestamp(millis) => {
            let mut starts = at(member, consumer, &new, Offset::Offset(millis))?;
            let ends = at(member, consumer, &new, Offset::End)?;
            // Nothing is as late as that yet.
            for (partition, start) in &mut starts {
                *start = start.or(ends[partition]);
            }
            starts
        }
    };
    for (partition, beginning) in beginnings {
        // What an embedded broker does not have any more was dropped, as there is no retention.
        let beginning = beginning.unwrap_or_default();
        if member.is_embedded && beginning > 0 && member.start != StartingPosition::Latest {
            let topic = member.topic.clone();
            return Err(KafkaError::Gap { topic, partition, expected: 0, found: beginning });
        }
    }
    let offset = |partition: &i32| {
        let start = || starts.get(partition).copied().flatten();
        let offset = committed[partition].or_else(start).unwrap_or_default();
        PartitionOffset { partition: *partition, offset }
    };
    Ok(partitions.iter().map(offset).collect())
}

/// The offsets of a time, for which the beginning and the end are special ones.
pub(super) fn at(
    member: &Membership,
    consumer: &BaseConsumer<Membership>,
    partitions: &[i32],
    time: Offset,
) -> Result<Offsets, KafkaError> {
    if partitions.is_empty() {
        return Ok(Offsets::new());
    }
    ask(member, consumer, partitions, time, |consumer, list| {
        consumer.offsets_for_times(list, ATTEMPT)
    })
}

fn ask(
    member: &Membership,
    consumer: &BaseConsumer<Membership>,
    partitions: &[i32],
    asked: Offset,
    mut question: impl FnMut(
        &BaseConsumer<Membership>,
        TopicPartitionList,
    ) -> KafkaResult<TopicPartitionList>,
) -> Result<Offsets, KafkaError> {
    let started = Instant::now();
    loop {
        let mut list = member.list(partitions);
        let answered = list.set_all_offsets(asked).and_then(|()| question(consumer, list));
        match answered.and_then(|list| read(&list)) {
            Ok(offsets) => return Ok(offsets),
            Err(error) if started.elapsed() >= WITHIN || member.base.is_hopeless() => {
                return Err(KafkaError::Offsets {
                    group: member.group.clone(),
                    servers: member.base.servers().to_owned(),
                    reason: error.to_string(),
                });
            }
            Err(_) => std::thread::sleep(BETWEEN),
        }
    }
}

fn read(list: &TopicPartitionList) -> KafkaResult<Offsets> {
    let mut offsets = Offsets::new();
    for element in list.elements() {
        element.error()?;
        let offset = match element.offset() {
            Offset::Offset(offset) => Some(offset),
            _ => None,
        };
        offsets.insert(element.partition(), offset);
    }
    Ok(offsets)
}
