//! The sinks of the commit path in memory, one writer at a time, that never fail.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use millrace_shared::alerts::Alert;
use millrace_shared::commit::{
    Clear, CommitOutcome, DeadLetters, Delivery, Parcel, StateStore, Stored, Version, Write,
};
use millrace_shared::delivery::Deadline;
use millrace_shared::entity::EntityKey;
use millrace_shared::kafka::DeadRecord;
use millrace_shared::state::OutboxEntry;

/// The table of states.
#[derive(Default)]
pub(crate) struct States(RefCell<HashMap<EntityKey, Stored>>);

impl StateStore for States {
    async fn load(&self, keys: &[&EntityKey], _: Deadline) -> Vec<Result<Option<Stored>, String>> {
        let states = self.0.borrow();
        keys.iter().map(|key| Ok(states.get(*key).cloned())).collect()
    }

    async fn commit(&self, writes: &[Write<'_>], _: Deadline) -> Vec<CommitOutcome> {
        let mut states = self.0.borrow_mut();
        let commit = |write: &Write<'_>| {
            let version = Some(write.expected.map_or(Version::FIRST, Version::next));
            states.insert(write.key.clone(), Stored { state: Arc::clone(write.state), version });
            CommitOutcome::Committed
        };
        writes.iter().map(commit).collect()
    }

    async fn clear(&self, clears: &[Clear<'_>], _: Deadline) {
        let mut states = self.0.borrow_mut();
        for clear in clears {
            if let Some(stored) = states.get_mut(clear.key) {
                Arc::make_mut(&mut stored.state).outbox.clear();
                stored.version = stored.version.map(Version::next);
            }
        }
    }
}

/// Where alerts go.
#[derive(Default)]
pub(crate) struct Alerts(RefCell<Vec<Alert>>);

impl Alerts {
    /// Takes what came since the last time.
    pub(crate) fn take(&self) -> Vec<Alert> {
        self.0.take()
    }
}

impl Delivery for Alerts {
    async fn deliver(&self, parcels: &[Parcel<'_>], _: Deadline) -> Vec<Result<(), String>> {
        for parcel in parcels {
            if let OutboxEntry::Alert(alert) = parcel.entry {
                self.0.borrow_mut().push(alert.clone());
            }
        }
        vec![Ok(()); parcels.len()]
    }
}

/// Counts what could not be read, which the simulator's own events all can.
#[derive(Default)]
pub(crate) struct Graves(Cell<usize>);

impl Graves {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.get()
    }
}

impl DeadLetters for Graves {
    async fn bury(&self, records: &[DeadRecord<'_>], _: Deadline) -> Vec<Result<(), String>> {
        self.0.set(self.0.get() + records.len());
        vec![Ok(()); records.len()]
    }
}
