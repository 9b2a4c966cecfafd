//! What labels count for: their customers say it first, and the calibrators count it then.

use super::group::Group;
use super::placed::{Events, Placed};
use super::work::Work;
use crate::circumstances::Source;
use crate::events::Event;
use crate::fraud::Labelled;
use crate::state::{Body, Epoch, Position};

/// What the labels of a batch count for, and how far that has come.
///
/// ```text
///   customer: which label of which payment  ─▶ committed ─▶ calibrator: the payment's bins ─▶ committed
///   remembers the last 8 it counted                         its watermark tells duplicates
/// ```
///
/// When an invocation ends between the two, the next one finds in the customer's state what its
/// labels counted for. So no customer goes on before the calibrators know all that it would forget.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// Which entity of the batch is each event's customer, by the event's place.
    customers: Vec<usize>,
    /// By place, once the customer is committed: what the label counts for.
    counted: Vec<Option<Counted>>,
    /// By place: whether the calibrator has been committed with it, too.
    noted: Vec<bool>,
}

/// What a label counts for; none if it does not count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted(pub(super) Option<Labelled>);

impl Labels {
    /// Those of a batch with these calibrators, of whose events these entities are the owners.
    pub(super) fn of(customers: Vec<usize>, calibrators: &[Group]) -> Self {
        if calibrators.is_empty() {
            return Self::default();
        }
        let places = customers.len();
        Self { customers, counted: vec![None; places], noted: vec![false; places] }
    }

    /// What a label counts for; none if its customer has not been committed with it yet.
    pub(super) fn counted(&self, place: usize) -> Option<Counted> {
        self.counted[place]
    }

    /// Looks what became of the calibrators' labels at their customers.
    pub(super) fn follow(&mut self, calibrators: &[Work], entities: &[Work], events: &Events<'_>) {
        for &place in calibrators.iter().flat_map(|work| &work.group.events) {
            let customer = &entities[self.customers[place]];
            if self.counted[place].is_none() && customer.is_durable_at(place) {
                self.counted[place] = Some(counted(customer, &events[place]));
            }
        }
    }

    /// Notes which labels the calibrators have been committed with.
    pub(super) fn note(&mut self, calibrators: &[Work]) {
        for place in calibrators.iter().flat_map(Work::durable_places) {
            self.noted[place] = true;
        }
    }

    /// Whether a customer has counted labels that their calibrator does not know of.
    pub(super) fn are_ahead_of_calibrators(&self, customer: &Work) -> bool {
        !self.counted.is_empty()
            && customer
                .durable_places()
                .any(|place| self.counted[place].is_some() && !self.noted[place])
    }

    /// Gives up the calibrators whose next label's customer was given up, and the customers that
    /// would have to wait for a calibrator that was.
    pub(super) fn give_up(&self, calibrators: &mut [Work], entities: &mut [Work]) {
        for calibrator in calibrators.iter_mut().filter(|work| work.is_open()) {
            let next = calibrator.next_place();
            let is_stuck = next.is_some_and(|place| {
                self.counted[place].is_none() && entities[self.customers[place]].failure.is_some()
            });
            if is_stuck {
                calibrator.fail("what its customer makes of a label is not known yet");
            }
        }
        let has_failed = calibrators.iter().any(|work| work.failure.is_some());
        if !has_failed {
            return;
        }
        for customer in entities.iter_mut().filter(|work| !work.is_final()) {
            if self.are_ahead_of_calibrators(customer) {
                customer.fail("a calibrator does not know yet what its labels count for");
            }
        }
    }
}

fn counted(customer: &Work, placed: &Placed<'_>) -> Counted {
    let body = customer.stored.as_ref().map(|stored| &stored.state.body);
    Counted(match (body, &placed.event) {
        (Some(Body::User(user)), Event::TransactionLabel(label)) => {
            user.detectors.labelled_by(label, source(placed, placed.position.epoch))
        }
        _ => None,
    })
}

/// Where a record stands, as detectors are told.
pub(super) fn source<'a>(placed: &Placed<'a>, epoch: Epoch) -> Source<'a> {
    let Position { partition, offset, .. } = placed.position;
    Source { topic: placed.topic, partition, epoch, offset }
}
