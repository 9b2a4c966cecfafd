use std::collections::HashMap;

use super::group::{Grouping, Groups};
use super::placed::{Events, Placed};
use super::topics::{TopicRule, Topics};
use crate::events;
use crate::kafka::{Batch, DeadRecord, Entry, Offset, RecordIndex};
use crate::state::{PartitionId, Position, SourceId};

/// The records of a batch, sorted by what is to be done with them.
#[derive(Debug)]
pub(super) struct Triage<'b> {
    /// Those that hold an event.
    pub(super) events: Events<'b>,
    /// The events by the entities that they concern.
    pub(super) groups: Groups,
    /// Those that can never succeed.
    pub(super) dead: Vec<DeadRecord<'b>>,
    /// Those without a value.
    pub(super) tombstones: Vec<RecordIndex>,
}

/// Decodes and parses every record by itself.
pub(super) fn triage<'b>(batch: &'b Batch<'_>, cluster: &str, topics: &Topics) -> Triage<'b> {
    let known: Vec<Option<(TopicRule, SourceId)>> = batch
        .topics()
        .map(|topic| topics.rule(topic).map(|rule| (rule, SourceId::new(cluster, topic))))
        .collect();
    let mut events = Events::with_capacity(batch.len());
    let mut grouping = Grouping::default();
    let mut order = Order::default();
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
            events.runs.note(&record);
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
                let run = events.runs.note(&record);
                let placed = Placed { topic: record.topic(), position, event, run };
                order.note(&placed.position);
                grouping.note(&placed);
                events.push(record.index(), placed);
            }
            Err(error) => dead.push(DeadRecord::new(&record, error.code(), error.to_string())),
        }
    }
    let mut groups = grouping.groups();
    if order.is_broken {
        events.sort();
        groups = Grouping::of(&events);
    }
    Triage { events, groups, dead, tombstones }
}

/// Whether each partition's events come in the order of their offsets.
///
/// Kafka hands them over like that. Of an event that does not (made by hand, say) they are brought into
/// that order, because a watermark would take its lower offsets for duplicates.
#[derive(Debug, Default)]
struct Order {
    highest: HashMap<PartitionId, Offset>,
    last: Option<Position>,
    is_broken: bool,
}

impl Order {
    fn note(&mut self, position: &Position) {
        let partition = position.partition_id();
        // A partition's records come in a row, so that nearly all of them end here.
        let before = match self.last.replace(*position) {
            Some(last) if last.partition_id() == partition => Some(last.offset),
            last => {
                self.highest.extend(last.map(|last| (last.partition_id(), last.offset)));
                self.highest.get(&partition).copied()
            }
        };
        self.is_broken |= before.is_some_and(|before| before > position.offset);
    }
}
