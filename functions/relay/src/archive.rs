//! Lines to S3 without Firehose: one object for each topic, partition and hour of a batch.

use std::collections::BTreeMap;

use millrace_shared::delivery::Outcome;
use millrace_shared::kafka::{
    Batch, DeadRecord, Entry, Offset, Partition, RecordIndex, TopicIndex,
};

use crate::fates::{Fate, Fates};
use crate::firehose::refused;
use crate::line::{self, Envelope};
use crate::object::{Compression, Hour, Span, archive_key};
use crate::objects::Put;

/// Writes a batch's lines and compresses them, one object at a time.
pub(crate) fn objects(
    batch: &Batch<'_>,
    envelope: Envelope,
    compression: Compression,
    fates: &mut Fates,
) -> Vec<Put> {
    let mut puts = Vec::new();
    for (group, records) in groups(batch) {
        let mut lines = Vec::new();
        let mut written = Vec::with_capacity(records.len());
        let mut span: Option<Span> = None;
        for record in records.into_iter().filter_map(|index| batch.record(index)) {
            if !line::write(envelope, &record, &mut lines) {
                fates.set(record.index(), Fate::Omitted);
                continue;
            }
            written.push(record.index());
            span = Some(widened(span, record.partition(), record.offset()));
        }
        let (Some(span), Some(topic)) = (span, batch.topics().nth(group.topic.as_usize())) else {
            continue;
        };
        let key = archive_key(topic, group.hour, span, compression);
        match compression.compress(&lines) {
            Ok(body) => puts.push(Put { key, body, records: written }),
            Err(error) => {
                fates.fail(written, &format!("could not compress: {error}"));
            }
        }
    }
    puts
}

/// Notes what the bucket said. Returns the records that it refused.
pub(crate) fn settle<'b>(
    batch: &'b Batch<'b>,
    puts: &[Put],
    outcomes: &[Outcome<()>],
    fates: &mut Fates,
) -> Vec<DeadRecord<'b>> {
    let mut dead = Vec::new();
    for (put, outcome) in puts.iter().zip(outcomes) {
        let records = put.records.iter().copied();
        match outcome {
            Outcome::Done(()) => records.for_each(|record| fates.set(record, Fate::Relayed)),
            Outcome::Refused(reason) => dead.extend(refused(batch, records, reason)),
            Outcome::Unfinished(reason) => fates.fail(records, reason),
        }
    }
    dead
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    topic: TopicIndex,
    partition: Partition,
    hour: Hour,
}

/// The records of each object, in the order of the event.
fn groups(batch: &Batch<'_>) -> BTreeMap<Group, Vec<RecordIndex>> {
    let mut groups: BTreeMap<Group, Vec<RecordIndex>> = BTreeMap::new();
    for entry in batch.entries() {
        let Entry::Record(record) = entry else { continue };
        let hour = Hour::of(record.timestamp().map(|timestamp| timestamp.0));
        let group = Group { topic: record.topic_index(), partition: record.partition(), hour };
        groups.entry(group).or_default().push(record.index());
    }
    groups
}

fn widened(span: Option<Span>, partition: Partition, offset: Offset) -> Span {
    match span {
        None => Span { partition, first: offset, last: offset, count: 1 },
        Some(span) => Span {
            first: span.first.min(offset),
            last: span.last.max(offset),
            count: span.count + 1,
            ..span
        },
    }
}
