use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::triage::Placed;
use crate::entity::{EntityKey, EntityKind};
use crate::events::Event;
use crate::state::PartitionId;

/// The events that concern one entity, as places in the list of events, each partition's in order.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) key: EntityKey,
    pub(super) events: Vec<usize>,
}

impl Group {
    /// Whether its records are about this entity. What a partition's entity knows (how far it has
    /// been processed, who was active) is about the stream.
    pub(super) fn is_primary(&self) -> bool {
        self.key.kind() != EntityKind::Partition
    }
}

/// Groups events by the entities that they concern: the user or sensor, and the partition.
pub(super) fn group(events: &[Placed<'_>]) -> Vec<Group> {
    let mut groups = Vec::new();
    // Hashed for every event. What it takes to make keys collide is known to producers alone, who are
    // trusted with worse, and a batch holds 10,000 of them at most.
    let mut owners: HashMap<(EntityKind, &str), usize, RandomState> = HashMap::default();
    let mut partitions: HashMap<PartitionId, usize> = HashMap::new();
    let mut last: Option<(PartitionId, usize)> = None;
    for (place, placed) in events.iter().enumerate() {
        let (kind, id) = owner(&placed.event);
        let owner = *owners.entry((kind, id)).or_insert_with(|| open(&mut groups, kind, id));
        groups[owner].events.push(place);

        let id = placed.position.partition_id();
        let partition = match last {
            Some((known, partition)) if known == id => partition,
            _ => *partitions.entry(id).or_insert_with(|| {
                let (topic, number) = (placed.record.topic(), placed.record.partition());
                open(&mut groups, EntityKind::Partition, &format!("{topic}#{number}"))
            }),
        };
        last = Some((id, partition));
        groups[partition].events.push(place);
    }
    groups
}

fn owner<'a>(event: &'a Event<'_>) -> (EntityKind, &'a str) {
    match event {
        Event::UserEvent(event) => (EntityKind::User, &event.user_id),
        Event::Transaction(transaction) => (EntityKind::User, &transaction.user_id),
        Event::TransactionLabel(label) => (EntityKind::User, &label.user_id),
        Event::SensorReading(reading) => (EntityKind::Sensor, &reading.sensor_id),
    }
}

fn open(groups: &mut Vec<Group>, kind: EntityKind, id: &str) -> usize {
    groups.push(Group { key: EntityKey::new(kind, id), events: Vec::new() });
    groups.len() - 1
}
