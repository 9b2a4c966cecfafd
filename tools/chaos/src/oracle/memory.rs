//! Tables, topic and queue in memory, where nothing goes wrong.

use std::cell::RefCell;
use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use millrace_shared::commit::{
    Clear, CommitOutcome, DeadLetters, Delivery, Parcel, StateStore, Stored, Version, Write,
};
use millrace_shared::delivery::Deadline;
use millrace_shared::entity::{EntityKey, EntityKind};
use millrace_shared::fraud::CalibratorProfile;
use millrace_shared::kafka::DeadRecord;
use millrace_shared::state::{Body, EntityState, OutboxEntry};

/// Whose states are kept. What is written of others is forgotten at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// All partitions.
    Partitions,
    /// One entity, and if it is a customer what its labels add to each calibrator.
    Only(EntityKey),
}

/// What a calibrator counted: in the batches until now, and in this one, which found it empty.
#[derive(Debug, Default)]
struct Taught {
    before: CalibratorProfile,
    now: CalibratorProfile,
}

/// A dead record: where it stood, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dead {
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) offset: i64,
    pub(super) code: &'static str,
}

/// What the commit path has written.
#[derive(Debug)]
pub(super) struct Memory {
    kept: RefCell<Kept>,
    states: RefCell<HashMap<EntityKey, (Version, Arc<EntityState>)>>,
    taught: RefCell<HashMap<EntityKey, Taught>>,
    delivered: RefCell<Vec<(EntityKey, OutboxEntry)>>,
    dead: RefCell<Vec<Dead>>,
}

impl Memory {
    pub(super) fn new(kept: Kept) -> Self {
        Self {
            kept: RefCell::new(kept),
            states: RefCell::default(),
            taught: RefCell::default(),
            delivered: RefCell::default(),
            dead: RefCell::default(),
        }
    }

    /// From now on keeps somebody else, of whom nothing is known.
    pub(super) fn keep(&self, kept: Kept) {
        *self.kept.borrow_mut() = kept;
        self.states.borrow_mut().clear();
    }

    pub(super) fn take_states(&self) -> HashMap<EntityKey, EntityState> {
        let states = mem::take(&mut *self.states.borrow_mut());
        states.into_iter().map(|(key, (_, state))| (key, Arc::unwrap_or_clone(state))).collect()
    }

    /// What the calibrators counted of all customers that were kept.
    pub(super) fn take_taught(&self) -> HashMap<EntityKey, CalibratorProfile> {
        let taught = mem::take(&mut *self.taught.borrow_mut());
        taught.into_iter().map(|(key, taught)| (key, taught.all())).collect()
    }

    /// What was delivered of those kept, in order.
    pub(super) fn take_delivered(&self) -> Vec<(EntityKey, OutboxEntry)> {
        mem::take(&mut *self.delivered.borrow_mut())
    }

    pub(super) fn take_dead(&self) -> Vec<Dead> {
        mem::take(&mut *self.dead.borrow_mut())
    }

    /// Notes what a customer's labels came to. A calibrator's first write of a batch begins anew, and
    /// further ones hold what the first one did.
    fn note_taught(&self, write: &Write<'_>) {
        let is_of_a_customer = matches!(
            &*self.kept.borrow(), Kept::Only(kept) if kept.kind() == EntityKind::User
        );
        let Body::Calibrator(calibrator) = &write.state.body else { return };
        if !is_of_a_customer {
            return;
        }
        let mut taught = self.taught.borrow_mut();
        let taught = taught.entry(write.key.clone()).or_default();
        if write.expected.is_none() {
            taught.before = mem::take(taught).all();
        }
        taught.now = calibrator.clone();
    }

    fn keeps(&self, key: &EntityKey) -> bool {
        match &*self.kept.borrow() {
            Kept::Partitions => key.kind() == EntityKind::Partition,
            Kept::Only(kept) => key == kept,
        }
    }
}

impl Taught {
    fn all(mut self) -> CalibratorProfile {
        self.before.calibration.add(&self.now.calibration);
        self.before.labels += self.now.labels;
        self.before
    }
}

impl StateStore for &Memory {
    async fn load(&self, keys: &[&EntityKey], _: Deadline) -> Vec<Result<Option<Stored>, String>> {
        let states = self.states.borrow();
        let stored = |key: &EntityKey| {
            let (version, state) = states.get(key)?;
            Some(Stored { state: Arc::clone(state), version: Some(*version) })
        };
        keys.iter().map(|key| Ok(stored(key))).collect()
    }

    async fn commit(&self, writes: &[Write<'_>], _: Deadline) -> Vec<CommitOutcome> {
        for write in writes {
            self.note_taught(write);
        }
        for write in writes.iter().filter(|write| self.keeps(write.key)) {
            let version = write.expected.map_or(Version::FIRST, Version::next);
            let state = (version, Arc::clone(write.state));
            self.states.borrow_mut().insert(write.key.clone(), state);
        }
        vec![CommitOutcome::Committed; writes.len()]
    }

    async fn clear(&self, clears: &[Clear<'_>], _: Deadline) {
        let mut states = self.states.borrow_mut();
        for clear in clears {
            if let Some((version, state)) = states.get_mut(clear.key) {
                *version = version.next();
                Arc::make_mut(state).outbox.clear();
            }
        }
    }
}

impl Delivery for &Memory {
    async fn deliver(&self, parcels: &[Parcel<'_>], _: Deadline) -> Vec<Result<(), String>> {
        let kept = parcels.iter().filter(|parcel| self.keeps(parcel.entity));
        let delivered = kept.map(|parcel| (parcel.entity.clone(), parcel.entry.clone()));
        self.delivered.borrow_mut().extend(delivered);
        vec![Ok(()); parcels.len()]
    }
}

impl DeadLetters for &Memory {
    async fn bury(&self, records: &[DeadRecord<'_>], _: Deadline) -> Vec<Result<(), String>> {
        let dead = records.iter().map(|record| Dead {
            topic: record.topic.unwrap_or_default().to_owned(),
            partition: record.partition.map_or(-1, |partition| partition.0),
            offset: record.offset.map_or(-1, |offset| offset.0),
            code: record.code,
        });
        self.dead.borrow_mut().extend(dead);
        vec![Ok(()); records.len()]
    }
}
