use std::mem::ManuallyDrop;
use std::ops::Index;

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
///
/// An ordinary event owns no memory. So those that do are dropped by hand, and the others not looked at again to free
/// nothing.
#[derive(Debug, Default)]
pub(super) struct Events<'b> {
    placed: Vec<ManuallyDrop<Placed<'b>>>,
    /// Where those are that own memory, ascending.
    owners: Vec<usize>,
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
            owners: Vec::new(),
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
        if placed.event.owns_memory() {
            self.owners.push(self.placed.len());
        }
        self.placed.push(ManuallyDrop::new(placed));
    }

    /// Brings each partition's into the order of its offsets.
    pub(super) fn sort(&mut self) {
        let both = self.placed.drain(..).zip(self.outlines.drain(..));
        let mut both: Vec<(ManuallyDrop<Placed<'_>>, Outline)> = both.collect();
        both.sort_by_key(|(placed, _)| {
            let position = &placed.position;
            (position.source, position.partition, position.offset)
        });
        (self.placed, self.outlines) = both.into_iter().unzip();
        self.owners.clear();
        let owners = (0..).zip(&self.placed).filter(|(_, placed)| placed.event.owns_memory());
        self.owners.extend(owners.map(|(place, _)| place));
    }

    pub(super) fn len(&self) -> usize {
        self.placed.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Placed<'b>> {
        self.placed.iter().map(|placed| &**placed)
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

impl<'b> Index<usize> for Events<'b> {
    type Output = Placed<'b>;

    fn index(&self, place: usize) -> &Placed<'b> {
        &self.placed[place]
    }
}

impl Drop for Events<'_> {
    fn drop(&mut self) {
        // From the end, so that what takes the place of one is none of them.
        for owner in self.owners.drain(..).rev() {
            drop(ManuallyDrop::into_inner(self.placed.swap_remove(owner)));
        }
    }
}

#[cfg(test)]
mod tests {
    use allocation_counter::measure;

    use super::super::examples::payments;
    use super::*;
    use crate::kafka::{Batch, Offset};

    /// {"userId":"anna","amount":5}
    const PLAIN: &str = "eyJ1c2VySWQiOiJhbm5hIiwiYW1vdW50Ijo1fQ==";
    /// {"userId":"\u0061nna","amount":5}: a user who has to be spelt out.
    const ESCAPED: &str = "eyJ1c2VySWQiOiJcdTAwNjFubmEiLCJhbW91bnQiOjV9";

    fn record(offset: i64, value: &str) -> String {
        format!(
            r#"{{"topic":"pay","partition":0,"offset":{offset},"timestamp":1767600000000,"value":"{value}"}}"#
        )
    }

    #[test]
    fn what_events_own_is_freed_with_them_in_whatever_order_they_came() {
        let values = [ESCAPED, PLAIN, ESCAPED, ESCAPED, PLAIN, PLAIN, ESCAPED];
        for offsets in [[0, 1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0], [3, 0, 4, 1, 6, 2, 5]] {
            let records = offsets.iter().zip(values).map(|(offset, value)| record(*offset, value));
            let records: Vec<String> = records.collect();
            let event = format!(r#"{{"records":{{"pay-0":[{}]}}}}"#, records.join(","));
            let batch = Batch::decode(event.as_bytes()).unwrap();
            let mut owners = 0;
            let allocations = measure(|| {
                let events = payments(&batch).events;
                owners = events.iter().filter(|placed| placed.event.owns_memory()).count();
            });
            assert_eq!((owners, allocations.count_current), (4, 0), "{offsets:?}");
        }
    }

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
