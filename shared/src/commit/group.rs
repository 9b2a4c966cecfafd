use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::triage::Placed;
use crate::entity::{EntityKey, EntityKind};
use crate::events::{Event, TransactionLabel};
use crate::state::{PartitionId, SourceId};

/// Into how many parts the calibration of a topic of labels is divided at most. Each partition of
/// labels has its own up to this many; from there on some share one, and a lost race now and then is
/// read again.
pub(super) const CALIBRATORS: i32 = 32;

/// The events that concern one entity, as places in the list of events, each partition's in order.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) key: EntityKey,
    pub(super) events: Vec<usize>,
}

/// All groups, by when they are committed.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// Users, sensors and merchants.
    pub(super) entities: Vec<Group>,
    /// Parts of the calibration, which count what labels turn out to be to their customers.
    pub(super) calibrators: Vec<Group>,
    /// Partitions, which say what is done for all others.
    pub(super) partitions: Vec<Group>,
    /// Which of the entities each event is about, by the event's place: its user or sensor.
    pub(super) owners: Vec<usize>,
}

impl Group {
    fn new(kind: EntityKind, id: &str) -> Self {
        Self { key: EntityKey::new(kind, id), events: Vec::new() }
    }

    /// Whether this entity decides what becomes of its records: the user or sensor.
    pub(super) fn is_owner(&self) -> bool {
        matches!(self.key.kind(), EntityKind::User | EntityKind::Sensor)
    }

    /// Whether its records are about this entity. What a partition's entity knows (how far it has
    /// been processed, who was active) is about the stream.
    pub(super) fn is_about(&self) -> bool {
        self.key.kind() != EntityKind::Partition
    }
}

/// Groups events by the entities that they concern: the user or sensor, the partition, and of a
/// label its merchant and its part of the calibration as well.
pub(super) fn group<'e>(events: &'e [Placed<'_>]) -> Groups {
    let mut groups = Groups::default();
    // Hashed for every event. What it takes to make keys collide is known to producers alone, who are
    // trusted with worse, and a batch holds 10,000 of them at most.
    let mut entities: HashMap<(EntityKind, &'e str), usize, RandomState> = HashMap::default();
    let mut calibrators: HashMap<(SourceId, i32), usize> = HashMap::new();
    let mut partitions: HashMap<PartitionId, usize> = HashMap::new();
    let mut last: Option<(PartitionId, usize)> = None;
    for (place, placed) in events.iter().enumerate() {
        let (kind, id) = owner(&placed.event);
        let all = &mut groups.entities;
        let owner = *entities.entry((kind, id)).or_insert_with(|| open(all, kind, id));
        groups.entities[owner].events.push(place);
        groups.owners.push(owner);

        let (topic, number) = (placed.record.topic(), placed.record.partition());
        if let Event::TransactionLabel(label) = &placed.event {
            if let Some(id) = merchant(label) {
                let (kind, all) = (EntityKind::Merchant, &mut groups.entities);
                let merchant = *entities.entry((kind, id)).or_insert_with(|| open(all, kind, id));
                groups.entities[merchant].events.push(place);
            }
            let (part, all) = (number.0.rem_euclid(CALIBRATORS), &mut groups.calibrators);
            let calibrator = *calibrators
                .entry((placed.position.source, part))
                .or_insert_with(|| open(all, EntityKind::Calibrator, &format!("{topic}#{part}")));
            groups.calibrators[calibrator].events.push(place);
        }

        let id = placed.position.partition_id();
        let partition = match last {
            Some((known, partition)) if known == id => partition,
            _ => *partitions.entry(id).or_insert_with(|| {
                let all = &mut groups.partitions;
                open(all, EntityKind::Partition, &format!("{topic}#{number}"))
            }),
        };
        last = Some((id, partition));
        groups.partitions[partition].events.push(place);
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

fn merchant<'a>(label: &'a TransactionLabel<'_>) -> Option<&'a str> {
    label.merchant.as_deref()
}

fn open(groups: &mut Vec<Group>, kind: EntityKind, id: &str) -> usize {
    groups.push(Group::new(kind, id));
    groups.len() - 1
}
