use std::cell::RefCell;
use std::time::{Duration, Instant};

use millrace_shared::commit::Stored;
use millrace_shared::entity::EntityKey;

/// States that many look at and that may be some seconds old, as they were read last.
#[derive(Debug, Default)]
pub(super) struct Glances(RefCell<Option<Glance>>);

#[derive(Debug)]
struct Glance {
    keys: Vec<EntityKey>,
    states: Vec<Option<Stored>>,
    read_at: Instant,
}

impl Glances {
    /// What was read of these keys, if that is no longer ago than this.
    pub(super) fn fresh(
        &self,
        keys: &[EntityKey],
        refresh: Duration,
    ) -> Option<Vec<Option<Stored>>> {
        let last = self.0.borrow();
        let last = last.as_ref().filter(|last| last.keys == keys)?;
        (last.read_at.elapsed() < refresh).then(|| last.states.clone())
    }

    /// What was read of these keys, however long ago.
    pub(super) fn any(&self, keys: &[EntityKey]) -> Option<Vec<Option<Stored>>> {
        let last = self.0.borrow();
        last.as_ref().filter(|last| last.keys == keys).map(|last| last.states.clone())
    }

    /// Notes what was just read.
    pub(super) fn note(&self, keys: &[EntityKey], states: &[Option<Stored>]) {
        let (keys, states) = (keys.to_vec(), states.to_vec());
        *self.0.borrow_mut() = Some(Glance { keys, states, read_at: Instant::now() });
    }
}
