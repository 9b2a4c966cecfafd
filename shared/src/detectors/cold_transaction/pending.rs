use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::alerts::PastRecord;
use crate::amount::Amount;
use crate::events::Transaction;
use crate::time::EventTime;

/// Payments that look cold and wait for what may still come, in order of arrival.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Pending(Vec<Payment>);

/// A payment, with what its alert needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Payment {
    pub(super) amount: Amount,
    pub(super) currency: String,
    pub(super) record: PastRecord,
}

impl Payment {
    pub(super) fn new(payment: &Transaction<'_>, record: PastRecord) -> Self {
        Self { amount: payment.amount, currency: payment.currency.as_ref().to_owned(), record }
    }
}

impl Pending {
    /// How many wait at most.
    const LIMIT: usize = 4;

    /// Keeps a payment, unless there is no room; says whether it did.
    pub(super) fn keep(&mut self, payment: Payment) -> bool {
        let has_room = self.0.len() < Self::LIMIT;
        if has_room {
            self.0.push(payment);
        }
        has_room
    }

    /// Forgets the payments of times that turn out not to be cold; returns how many.
    pub(super) fn withdraw(&mut self, is_warm: impl Fn(EventTime) -> bool) -> usize {
        self.0.extract_if(.., |payment| is_warm(payment.record.time)).count()
    }

    /// Takes out the payments that are `lateness` or more before a time.
    pub(super) fn release(&mut self, now: EventTime, lateness: Duration) -> Vec<Payment> {
        let is_due = |payment: &mut Payment| payment.record.time.plus(lateness) <= now;
        self.0.extract_if(.., is_due).collect()
    }
}
