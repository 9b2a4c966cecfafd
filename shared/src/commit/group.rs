use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use smallvec::SmallVec;

use super::placed::{Events, Placed};
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
    pub(super) events: SmallVec<[usize; 4]>,
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
        Self { key: EntityKey::new(kind, id), events: SmallVec::new() }
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
///
/// Each event is noted as soon as it is parsed, while its identifiers are in the processor's cache.
/// They are compared with the keys of the groups, which stay there, and not with those of other events.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    groups: Groups,
    /// Places among the entities, by kind and identifier. Hashed for every event. What it takes to make
    /// keys collide is known to producers alone, who are trusted with worse, and a batch holds 10,000
    /// of them at most.
    entities: HashTable<usize>,
    hasher: RandomState,
    calibrators: HashMap<(SourceId, i32), usize>,
    partitions: HashMap<PartitionId, usize>,
    /// The partition of the event before, and its place: a partition's events come in a row.
    last: Option<(PartitionId, usize)>,
}

impl Grouping {
    /// Groups events that are there already.
    pub(super) fn of(events: &Events<'_>) -> Groups {
        let mut grouping = Self::default();
        for placed in events.iter() {
            grouping.note(placed);
        }
        grouping.groups()
    }

    /// All groups of the events that were noted.
    pub(super) fn groups(self) -> Groups {
        self.groups
    }

    /// Notes the event that comes next.
    pub(super) fn note(&mut self, placed: &Placed<'_>) {
        let place = self.groups.owners.len();
        let (kind, id) = owner(&placed.event);
        let owner = self.entity(kind, id);
        self.groups.entities[owner].events.push(place);
        self.groups.owners.push(owner);
        if let Event::TransactionLabel(label) = &placed.event {
            self.note_label(place, placed, label);
        }
        let partition = self.partition(placed);
        self.groups.partitions[partition].events.push(place);
    }

    fn note_label(&mut self, place: usize, placed: &Placed<'_>, label: &TransactionLabel<'_>) {
        if let Some(id) = label.merchant.as_deref() {
            let merchant = self.entity(EntityKind::Merchant, id);
            self.groups.entities[merchant].events.push(place);
        }
        let part = placed.position.partition.0.rem_euclid(CALIBRATORS);
        let all = &mut self.groups.calibrators;
        let id = || format!("{}#{part}", placed.topic);
        let calibrator = *self
            .calibrators
            .entry((placed.position.source, part))
            .or_insert_with(|| open(all, EntityKind::Calibrator, &id()));
        self.groups.calibrators[calibrator].events.push(place);
    }

    /// The place of an entity, which is a new one if there is none.
    fn entity(&mut self, kind: EntityKind, id: &str) -> usize {
        let (all, hasher) = (&mut self.groups.entities, &self.hasher);
        let is_it = |place: &usize| all[*place].key.kind() == kind && all[*place].key.id() == id;
        let hash_of = |place: &usize| hash(hasher, &all[*place].key);
        match self.entities.entry(hasher.hash_one((kind, id)), is_it, hash_of) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(vacant) => *vacant.insert(open(all, kind, id)).get(),
        }
    }

    fn partition(&mut self, placed: &Placed<'_>) -> usize {
        let id = placed.position.partition_id();
        if let Some((known, partition)) = self.last
            && known == id
        {
            return partition;
        }
        let all = &mut self.groups.partitions;
        let partition = *self.partitions.entry(id).or_insert_with(|| {
            let id = format!("{}#{}", placed.topic, placed.position.partition);
            open(all, EntityKind::Partition, &id)
        });
        self.last = Some((id, partition));
        partition
    }
}

fn hash(hasher: &RandomState, key: &EntityKey) -> u64 {
    hasher.hash_one((key.kind(), key.id()))
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
    groups.push(Group::new(kind, id));
    groups.len() - 1
}
