use std::collections::HashMap;

use super::runs::Runs;
use super::topics::{TopicRule, Topics};
use crate::events::{self, Event};
use crate::kafka::{Batch, DeadRecord, Entry, Offset, Record, RecordIndex};
use crate::state::{PartitionId, Position, SourceId, Stretch};

/// The records of a batch, sorted by what is to be done with them.
#[derive(Debug)]
pub(super) struct Triage<'b> {
    /// Those that hold an event, each partition's in the order of its offsets.
    pub(super) events: Vec<Placed<'b>>,
    /// Those that can never succeed.
    pub(super) dead: Vec<DeadRecord<'b>>,
    /// Those without a value.
    pub(super) tombstones: Vec<RecordIndex>,
}

/// An event and where it stands in the stream.
#[derive(Debug)]
pub(super) struct Placed<'b> {
    pub(super) record: Record<'b>,
    pub(super) position: Position,
    pub(super) event: Event<'b>,
    /// The offsets around its own that the event holds without a gap.
    pub(super) run: Stretch,
}

/// Decodes and parses every record by itself.
pub(super) fn triage<'b>(batch: &'b Batch<'_>, cluster: &str, topics: &Topics) -> Triage<'b> {
    let known: Vec<Option<(TopicRule, SourceId)>> = batch
        .topics()
        .map(|topic| topics.rule(topic).map(|rule| (rule, SourceId::new(cluster, topic))))
        .collect();
    let mut events: Vec<Placed<'b>> = Vec::with_capacity(batch.len());
    let mut runs = Runs::default();
    let mut run_of_event = Vec::with_capacity(batch.len());
    let mut dead = Vec::new();
    let mut tombstones = Vec::new();
    for entry in batch.entries() {
        let record = match entry {
            Entry::Record(record) => record,
            Entry::Dead(record) => {
                dead.push(record);
                continue;
            }
        };
        let Some((rule, source)) = known[record.topic_index().as_usize()] else {
            let detail = "no kind of event is configured for its topic; add it to TOPIC_KINDS";
            dead.push(DeadRecord::new(&record, "unknown_topic", detail));
            continue;
        };
        let Some(value) = record.value() else {
            runs.note(&record);
            tombstones.push(record.index());
            continue;
        };
        match events::parse(rule.kind, value, record.timestamp()) {
            Ok(event) => {
                let position = Position {
                    source,
                    partition: record.partition(),
                    epoch: rule.epoch,
                    offset: record.offset(),
                    time: record.timestamp(),
                };
                let offset = record.offset();
                run_of_event.push(runs.note(&record));
                events.push(Placed {
                    record,
                    position,
                    event,
                    run: Stretch::between(offset, offset),
                });
            }
            Err(error) => dead.push(DeadRecord::new(&record, error.code(), error.to_string())),
        }
    }
    for (placed, run) in events.iter_mut().zip(run_of_event) {
        placed.run = runs.offsets(run);
    }
    in_offset_order(&mut events);
    Triage { events, dead, tombstones }
}

/// Kafka hands over each partition in the order of its offsets. An event that does not (made by
/// hand, say) is brought into that order, because a watermark would take its lower offsets for
/// duplicates.
fn in_offset_order(events: &mut [Placed<'_>]) {
    let mut highest: HashMap<PartitionId, Offset> = HashMap::new();
    let mut last: Option<Position> = None;
    let in_order = events.iter().all(|placed| {
        let position = placed.position;
        let partition = position.partition_id();
        // A partition's records come in a row, so that nearly all of them end here.
        let before = match last.replace(position) {
            Some(last) if last.partition_id() == partition => Some(last.offset),
            last => {
                highest.extend(last.map(|last| (last.partition_id(), last.offset)));
                highest.get(&partition).copied()
            }
        };
        before.is_none_or(|before| before <= position.offset)
    });
    if !in_order {
        events.sort_by_key(|placed| {
            (placed.position.source, placed.position.partition, placed.position.offset)
        });
    }
}
