use std::sync::Arc;

use super::apply::{Attempt, Verdicts, apply};
use super::features;
use super::group::Group;
use super::placed::{Events, Placed};
use super::ports::{Stored, Version};
use super::surroundings::Surroundings;
use super::{Clear, CommitContext};
use crate::state::{EntityState, Position, Verdict};

/// One entity's part of a batch, on its way through the rounds.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) group: Group,
    /// The state as read or as committed last; none when it has to be read (again).
    pub(super) stored: Option<Stored>,
    /// What was applied in this round and is not durable yet.
    pub(super) attempt: Option<Attempt>,
    /// The verdicts on the events, the first ones, that the stored state knows of.
    durable: Verdicts,
    /// On how many of them nothing remains to be done. The rest comes again.
    done: usize,
    /// The version whose outbox has been delivered and still stands in the table.
    delivered: Option<Version>,
    /// Why the rest cannot be done in this invocation.
    pub(super) failure: Option<String>,
}

/// How far an entity's events have been applied.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress<'a> {
    /// All its events, as places in the list.
    pub(super) events: &'a [usize],
    /// The verdicts on the first of them.
    verdicts: &'a [Verdict],
}

impl<'a> Progress<'a> {
    /// The places that are still to be applied.
    pub(super) fn remaining(self) -> &'a [usize] {
        &self.events[self.verdicts.len()..]
    }

    /// The positions of the events that were held back.
    pub(super) fn held_back(self, events: &Events<'_>) -> Vec<Position> {
        let judged = self.events.iter().zip(self.verdicts);
        let held_back = judged.filter(|(_, verdict)| verdict.is_held_back());
        held_back.map(|(&place, _)| events[place].position).collect()
    }
}

impl Work {
    pub(super) fn new(group: Group) -> Self {
        Self {
            group,
            stored: None,
            attempt: None,
            durable: Verdicts::new(),
            done: 0,
            delivered: None,
            failure: None,
        }
    }

    /// Whether there is more to do in this invocation.
    pub(super) fn is_open(&self) -> bool {
        self.failure.is_none() && self.done < self.group.events.len()
    }

    /// Gives the rest up for this invocation.
    pub(super) fn fail(&mut self, reason: impl Into<String>) {
        self.attempt = None;
        self.failure = Some(reason.into());
    }

    /// Takes what was read: the stored state, or a new one where there is none.
    pub(super) fn loaded(&mut self, stored: Option<Stored>) {
        let kind = self.group.key.kind();
        let fresh = || Stored { state: Arc::new(EntityState::new(kind)), version: None };
        self.stored = Some(stored.unwrap_or_else(fresh));
    }

    /// Applies as many of the remaining events as can be at once.
    pub(super) fn apply(
        &mut self,
        events: &Events<'_>,
        context: &CommitContext<'_>,
        surroundings: &Surroundings<'_>,
    ) {
        let Some(stored) = &mut self.stored else { return };
        let progress = Progress { events: &self.group.events, verdicts: &self.durable };
        let state = Arc::make_mut(&mut stored.state);
        let counted = features::counted(state);
        match apply(state, progress, events, context, surroundings) {
            Ok(mut attempt) => {
                features::renew(state, counted, &mut attempt, context.settings);
                self.attempt = Some(attempt);
            }
            Err(panicked) => {
                let Placed { topic, position, .. } = &events[panicked.0];
                self.stored = None;
                self.fail(format!(
                    "a detector panicked on topic {topic}, partition {}, offset {}",
                    position.partition, position.offset
                ));
            }
        }
    }

    /// Whether this round's attempt has to be committed.
    pub(super) fn is_to_commit(&self) -> bool {
        self.attempt.as_ref().is_some_and(|attempt| attempt.changed)
    }

    /// The state has been committed: it stands at the next version, outbox and all.
    pub(super) fn committed(&mut self) {
        if let Some(stored) = &mut self.stored {
            stored.version = Some(stored.version.map_or(Version::FIRST, Version::next));
        }
        self.delivered = None;
    }

    /// What was applied in this round, if anything had to be, is in the stored state.
    pub(super) fn is_durable(&mut self) {
        let Some(attempt) = &mut self.attempt else { return };
        if self.durable.is_empty() {
            self.durable = std::mem::take(&mut attempt.verdicts);
        } else {
            self.durable.append(&mut attempt.verdicts);
        }
    }

    /// Somebody else wrote first: what was applied here never happened.
    pub(super) fn lost_the_race(&mut self, stands: Option<Stored>) {
        self.attempt = None;
        self.delivered = None;
        self.stored = stands;
    }

    /// Everything in the outbox has been delivered, and what was held back is in its queue, so what
    /// was applied is durably done.
    pub(super) fn settle(&mut self) {
        let (Some(stored), Some(_)) = (&mut self.stored, self.attempt.take()) else { return };
        if !stored.state.outbox.is_empty() {
            Arc::make_mut(&mut stored.state).outbox.clear();
            self.delivered = stored.version;
        }
        self.done = self.durable.len();
    }

    /// The outbox to clear in the end, if a delivered one still stands in the table.
    pub(super) fn clear(&self) -> Option<Clear<'_>> {
        self.delivered.map(|expected| Clear { key: &self.group.key, expected })
    }

    /// The events that are durably done, as places in the list, and the verdicts on them.
    pub(super) fn done(&self) -> impl Iterator<Item = (usize, Verdict)> {
        self.group.events.iter().copied().zip(self.durable[..self.done].iter().copied())
    }

    /// The places of the events that are not durably done.
    pub(super) fn undone(&self) -> &[usize] {
        &self.group.events[self.done..]
    }

    /// The places of the events that the stored state knows of.
    pub(super) fn durable_places(&self) -> impl Iterator<Item = usize> {
        self.group.events[..self.durable.len()].iter().copied()
    }

    /// Whether the stored state knows of the event at this place, which is one of its own.
    pub(super) fn is_durable_at(&self, place: usize) -> bool {
        self.group.events[..self.durable.len()].binary_search(&place).is_ok()
    }

    /// The place of the first event that the stored state does not know of.
    pub(super) fn next_place(&self) -> Option<usize> {
        self.group.events.get(self.durable.len()).copied()
    }

    /// The places of the events that were held back in this round.
    pub(super) fn held_back(&self) -> impl Iterator<Item = (usize, Verdict)> {
        let judged = self.group.events.iter().copied().zip(self.durable.iter().copied());
        judged.skip(self.done).filter(|(_, verdict)| verdict.is_held_back())
    }

    /// The places of the events that the stored state does not know of.
    pub(super) fn outstanding(&self) -> impl Iterator<Item = usize> {
        let judged = self.group.events.iter().zip(&self.durable);
        let held_back =
            judged.filter(|(_, verdict)| verdict.is_held_back()).map(|(place, _)| place);
        held_back.chain(&self.group.events[self.durable.len()..]).copied()
    }

    /// Whether nothing more of it will become part of the stored state in this invocation.
    pub(super) fn is_final(&self) -> bool {
        self.failure.is_some() || self.durable.len() == self.group.events.len()
    }
}
