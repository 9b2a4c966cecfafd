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

#[cfg(test)]
mod tests {
    use super::super::examples::payments;
    use super::*;
    use crate::kafka::{Batch, Offset};

    #[test]
    fn what_is_brought_into_order_keeps_its_record() {
        // The payment of offset 5 comes second, and is of the minute after.
        let event = r#"{"records":{"pay-0":[
            {"topic":"pay","partition":0,"offset":7,"timestamp":1767600000000,
             "value":"eyJ1c2VySWQiOiJhbm5hIiwiYW1vdW50Ijo1fQ=="},
            {"topic":"pay","partition":0,"offset":5,"timestamp":1767600060000,
             "value":"eyJ1c2VySWQiOiJhbm5hIiwiYW1vdW50Ijo1fQ=="}]}}"#;
        let batch = Batch::decode(event.as_bytes()).unwrap();
        let events = payments(&batch).events;
        let order: Vec<(Offset, RecordIndex)> =
            (0..2).map(|place| (events[place].position.offset, events.record(place))).collect();
        assert_eq!(order, [(Offset(5), RecordIndex(1)), (Offset(7), RecordIndex(0))]);
        let minutes = [1_767_600_060_000, 1_767_600_000_000].map(EventTime::from_millis);
        let paid = [(RecordIndex(1), minutes[0]), (RecordIndex(0), minutes[1])];
        assert_eq!(events.payments().collect::<Vec<_>>(), paid);
    }
}
