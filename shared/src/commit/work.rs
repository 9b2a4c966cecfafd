use super::apply::{Attempt, apply};
use super::group::Group;
use super::ports::{Stored, Version};
use super::triage::Placed;
use super::{Clear, CommitContext};
use crate::state::{EntityState, Verdict};

/// One entity's part of a batch, on its way through the rounds.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) group: Group,
    /// The state as read or as committed last; none when it has to be read (again).
    pub(super) stored: Option<Stored>,
    /// What was applied in this round and is not durable yet.
    pub(super) attempt: Option<Attempt>,
    /// The verdicts on the events that are durably done; the rest is still to be applied.
    pub(super) done: Vec<Verdict>,
    /// The version whose outbox has been delivered and still stands in the table.
    delivered: Option<Version>,
    /// Why the rest cannot be done in this invocation.
    pub(super) failure: Option<String>,
}

impl Work {
    pub(super) fn new(group: Group) -> Self {
        let done = Vec::with_capacity(group.events.len());
        Self { group, stored: None, attempt: None, done, delivered: None, failure: None }
    }

    /// Whether there is more to do in this invocation.
    pub(super) fn is_open(&self) -> bool {
        self.failure.is_none() && self.done.len() < self.group.events.len()
    }

    /// Gives the rest up for this invocation.
    pub(super) fn fail(&mut self, reason: impl Into<String>) {
        self.attempt = None;
        self.failure = Some(reason.into());
    }

    /// Takes what was read: the stored state, or a new one where there is none.
    pub(super) fn loaded(&mut self, stored: Option<Stored>) {
        let fresh = || Stored { state: EntityState::new(self.group.key.kind()), version: None };
        self.stored = Some(stored.unwrap_or_else(fresh));
    }

    /// Applies as many of the remaining events as the outbox has room for.
    pub(super) fn apply(&mut self, events: &[Placed<'_>], context: &CommitContext<'_>) {
        let Some(stored) = &mut self.stored else { return };
        let remaining = &self.group.events[self.done.len()..];
        match apply(&mut stored.state, remaining, events, context) {
            Ok(attempt) => self.attempt = Some(attempt),
            Err(panicked) => {
                let record = &events[panicked.0].record;
                self.stored = None;
                self.fail(format!(
                    "a detector panicked on topic {}, partition {}, offset {}",
                    record.topic(),
                    record.partition(),
                    record.offset()
                ));
            }
        }
    }

    /// Whether this round's attempt has to be committed.
    pub(super) fn is_to_commit(&self) -> bool {
        self.attempt.as_ref().is_some_and(Attempt::changed)
    }

    /// The state has been committed: it stands at the next version, outbox and all.
    pub(super) fn committed(&mut self) {
        if let Some(stored) = &mut self.stored {
            stored.version = Some(stored.version.map_or(Version::FIRST, Version::next));
        }
        self.delivered = None;
    }

    /// Somebody else wrote first: what was applied here never happened.
    pub(super) fn lost_the_race(&mut self, stands: Option<Stored>) {
        self.attempt = None;
        self.delivered = None;
        self.stored = stands;
    }

    /// Everything in the outbox has been delivered, so what was applied is durably done.
    pub(super) fn settle(&mut self) {
        let (Some(stored), Some(attempt)) = (&mut self.stored, self.attempt.take()) else { return };
        if !stored.state.outbox.is_empty() {
            stored.state.outbox.clear();
            self.delivered = stored.version;
        }
        self.done.extend(attempt.verdicts);
    }

    /// The outbox to clear in the end, if a delivered one still stands in the table.
    pub(super) fn clear(&self) -> Option<Clear<'_>> {
        self.delivered.map(|expected| Clear { key: &self.group.key, expected })
    }

    /// The places of the events that are not durably done.
    pub(super) fn undone(&self) -> &[usize] {
        &self.group.events[self.done.len()..]
    }
}
