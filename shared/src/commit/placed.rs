use std::ops::Deref;

use super::runs::{RunIndex, Runs};
use crate::events::Event;
use crate::kafka::RecordIndex;
use crate::state::{Position, Stretch};
use crate::time::EventTime;

/// An event and where it stands in the stream.
#[derive(Debug)]
pub(super) struct Placed<'b> {
    pub(super) topic: &'b str,
    pub(super) position: Position,
    pub(super) event: Event<'b>,
    /// Which run its record belongs to.
    pub(super) run: RunIndex,
}

/// The events of a batch, each partition's in the order of its offsets.
#[derive(Debug, Default)]
pub(super) struct Events<'b> {
    placed: Vec<Placed<'b>>,
    /// One for each of them.
    outlines: Vec<Outline>,
    pub(super) runs: Runs,
}

/// What is asked of every event in the end. It stands apart from the events, which fill megabytes: none of them is
/// looked at again for it.
#[derive(Clone, Copy, Debug)]
struct Outline {
    record: RecordIndex,
    /// Of a payment, its minute.
    paid: Option<EventTime>,
}

impl<'b> Events<'b> {
    pub(super) fn with_capacity(events: usize) -> Self {
        Self {
            placed: Vec::with_capacity(events),
            outlines: Vec::with_capacity(events),
            runs: Runs::default(),
        }
    }

    /// Adds the event of a record.
    pub(super) fn push(&mut self, record: RecordIndex, placed: Placed<'b>) {
        let paid = match &placed.event {
            Event::Transaction(payment) => Some(payment.time.minute()),
            _ => None,
        };
        self.outlines.push(Outline { record, paid });
        self.placed.push(placed);
    }

    /// Brings each partition's into the order of its offsets.
    pub(super) fn sort(&mut self) {
        let both = self.placed.drain(..).zip(self.outlines.drain(..));
        let mut both: Vec<(Placed<'_>, Outline)> = both.collect();
        both.sort_by_key(|(Placed { position, .. }, _)| {
            (position.source, position.partition, position.offset)
        });
        (self.placed, self.outlines) = both.into_iter().unzip();
    }

    /// The record of the event at this place.
    pub(super) fn record(&self, place: usize) -> RecordIndex {
        self.outlines[place].record
    }

    /// The records of payments, and the minute of each.
    pub(super) fn payments(&self) -> impl Iterator<Item = (RecordIndex, EventTime)> {
        self.outlines.iter().filter_map(|outline| Some((outline.record, outline.paid?)))
    }

    /// The offsets around an event's own that the batch holds without a gap.
    pub(super) fn run(&self, placed: &Placed<'_>) -> Stretch {
        self.runs.offsets(placed.run)
    }
}

impl<'b> Deref for Events<'b> {
    type Target = [Placed<'b>];

    fn deref(&self) -> &[Placed<'b>] {
        &self.placed
    }
}
