//! What the commit path needs of the world: three sinks, each of which retries by itself until the
//! deadline and then says what became of every item.
//!
//! The functions run on one thread, so no future here needs to be `Send`.
#![expect(async_fn_in_trait, reason = "only ever used as a type parameter, on one thread")]

use std::sync::Arc;

use crate::delivery::Deadline;
use crate::entity::EntityKey;
use crate::kafka::DeadRecord;
use crate::state::{EntityState, OutboxEntry};

/// The version of a stored state: raised by one with each write, and what each write is
/// conditional on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u64);

impl Version {
    /// The version of an entity's first write.
    pub const FIRST: Self = Self(1);

    /// The version of the write after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// An entity's state as it was read.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The state, a kilobyte without what it points to, in one place on its way through the
    /// batch. A store may keep it as well: it is copied before it is changed, if somebody does.
    pub state: Arc<EntityState>,
    /// Its version; none if there was no item.
    pub version: Option<Version>,
}

/// One conditional write of an entity's whole state.
#[derive(Clone, Copy, Debug)]
pub struct Write<'a> {
    /// The entity.
    pub key: &'a EntityKey,
    /// The version that the state was read at; none: there must be no item yet.
    pub expected: Option<Version>,
    /// The state to write, outbox included.
    pub state: &'a Arc<EntityState>,
}

/// One conditional removal of an outbox that has been delivered.
#[derive(Clone, Copy, Debug)]
pub struct Clear<'a> {
    /// The entity.
    pub key: &'a EntityKey,
    /// The version that holds the outbox.
    pub expected: Version,
}

/// What became of a conditional write.
#[derive(Clone, Debug)]
pub enum CommitOutcome {
    /// It took effect: the state stands at the version after the expected one.
    Committed,
    /// Somebody else wrote first (or this very write took effect and its answer was lost). The
    /// item as it stands, if the store told it.
    Stale(Option<Box<Stored>>),
    /// It is not known to have taken effect; the reason, without payload.
    Failed(String),
}

/// The table of states.
pub trait StateStore {
    /// Reads states, consistently. One result per key, in order: the state, none if there is no
    /// item, or why it could not be read. No key twice.
    async fn load(
        &self,
        keys: &[&EntityKey],
        deadline: Deadline,
    ) -> Vec<Result<Option<Stored>, String>>;

    /// Reads states that are only looked at and that many look at, and may answer with what it read
    /// some seconds ago. One result per key, in order.
    async fn glance(
        &self,
        keys: &[EntityKey],
        deadline: Deadline,
    ) -> Vec<Result<Option<Stored>, String>> {
        self.load(&keys.iter().collect::<Vec<_>>(), deadline).await
    }

    /// Writes states, each on its own condition. One outcome per write, in order. No key twice.
    async fn commit(&self, writes: &[Write<'_>], deadline: Deadline) -> Vec<CommitOutcome>;

    /// Removes outboxes, each on its own condition. What is not cleared is found by whoever reads
    /// the state next, so nothing has to be told.
    async fn clear(&self, clears: &[Clear<'_>], deadline: Deadline);
}

/// One entry of an entity's outbox.
#[derive(Clone, Copy, Debug)]
pub struct Parcel<'a> {
    /// Whose it is.
    pub entity: &'a EntityKey,
    /// What is to be delivered.
    pub entry: &'a OutboxEntry,
}

/// Where outboxes are delivered: tables and the alert topic.
pub trait Delivery {
    /// Delivers parcels. One result per parcel, in order: delivered (or refused for good, which
    /// has been logged), or why it is not known to be.
    async fn deliver(&self, parcels: &[Parcel<'_>], deadline: Deadline) -> Vec<Result<(), String>>;
}

/// The dead-letter queue.
pub trait DeadLetters {
    /// Hands over records that can never succeed. One result per record, in order.
    async fn bury(&self, records: &[DeadRecord<'_>], deadline: Deadline)
    -> Vec<Result<(), String>>;
}
