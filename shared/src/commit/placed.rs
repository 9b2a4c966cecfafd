use std::ops::Deref;

use super::runs::{RunIndex, Runs};
use crate::events::Event;
use crate::kafka::RecordIndex;
use crate::state::{Position, Stretch};

/// An event and where it stands in the stream.
#[derive(Debug)]
pub(super) struct Placed<'b> {
    /// The place of its record in the batch.
    pub(super) index: RecordIndex,
    pub(super) topic: &'b str,
    pub(super) position: Position,
    pub(super) event: Event<'b>,
    /// Which run its record belongs to.
    pub(super) run: RunIndex,
}

/// The events of a batch, each partition's in the order of its offsets.
#[derive(Debug)]
pub(super) struct Events<'b> {
    placed: Vec<Placed<'b>>,
    runs: Runs,
}

impl<'b> Events<'b> {
    pub(super) fn new(placed: Vec<Placed<'b>>, runs: Runs) -> Self {
        Self { placed, runs }
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
