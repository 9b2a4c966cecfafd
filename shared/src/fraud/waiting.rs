use serde::{Deserialize, Serialize};

use super::{Bins, Labelled, short_hash};
use crate::time::EventTime;

/// How many payments of a customer wait for their label at a time, and how many that have theirs are
/// remembered.
const WAITING: usize = 24;
pub(crate) const REMEMBERED_LABELS: usize = 8;
/// A payment this many days old gives way to a newer one first.
const EXPIRY_DAYS: u16 = 60;
const DAY_MS: i64 = 86_400_000;

/// A customer's scored payments: those that wait for their label, in seven bytes each, and the last
/// few that have it, in nine, so that a second label of theirs is known for one.
///
/// Where there are more than can wait, one older than 60 days goes, else the one whose hash is the
/// largest: those that stay are a sample of all, and not only the last ones, whose labels would all
/// come too late.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    unlabelled: Vec<Unlabelled>,
    /// In the order in which their labels came.
    labelled: Vec<WithLabel>,
}

/// Three bytes that stand for an identifier.
type Hash = [u8; 3];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Unlabelled {
    transaction: Hash,
    /// Days since 1970, in two bytes.
    day: [u8; 2],
    bins: Bins,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct WithLabel {
    transaction: Hash,
    bins: Bins,
    is_fraud: bool,
    /// Which record brought the label.
    record: Hash,
}

/// What a label is to the customer whose payment it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelFate {
    /// The first of a payment that waited for it.
    Counted,
    /// Of a payment that has one, which says the same.
    Repeated,
    /// Of a payment that has one, which says the opposite.
    Contradicted,
    /// Of a payment that is not known, or no longer.
    Unknown,
}

impl Waiting {
    /// Adds a payment that has been scored.
    pub(crate) fn push(&mut self, transaction_id: &str, time: EventTime, bins: Bins) {
        let transaction = hash(transaction_id.as_bytes());
        let is_known = self.unlabelled.iter().any(|payment| payment.transaction == transaction)
            || self.labelled.iter().any(|payment| payment.transaction == transaction);
        if is_known {
            return;
        }
        let day = u16::try_from(time.as_millis().div_euclid(DAY_MS)).unwrap_or(u16::MAX);
        self.unlabelled.push(Unlabelled { transaction, day: day.to_be_bytes(), bins });
        if self.unlabelled.len() > WAITING {
            self.drop_one(day);
        }
    }

    /// Takes a label that a record brings. Of several for one payment the first counts.
    pub(crate) fn label(
        &mut self,
        transaction_id: &str,
        is_fraud: bool,
        record: [u8; 4],
    ) -> LabelFate {
        let transaction = hash(transaction_id.as_bytes());
        let before = self.labelled.iter().find(|payment| payment.transaction == transaction);
        match before {
            Some(before) if before.is_fraud == is_fraud => return LabelFate::Repeated,
            Some(_) => return LabelFate::Contradicted,
            None => {}
        }
        let Some(at) =
            self.unlabelled.iter().position(|payment| payment.transaction == transaction)
        else {
            return LabelFate::Unknown;
        };
        let Unlabelled { bins, .. } = self.unlabelled.remove(at);
        if self.labelled.len() >= REMEMBERED_LABELS {
            self.labelled.remove(0);
        }
        self.labelled.push(WithLabel { transaction, bins, is_fraud, record: shortened(record) });
        LabelFate::Counted
    }

    /// What a record's label counts for; none if it does not count.
    pub(crate) fn labelled_by(&self, transaction_id: &str, record: [u8; 4]) -> Option<Labelled> {
        let (transaction, record) = (hash(transaction_id.as_bytes()), shortened(record));
        let labelled = self
            .labelled
            .iter()
            .find(|payment| payment.transaction == transaction && payment.record == record)?;
        Some(Labelled { bins: labelled.bins, is_fraud: labelled.is_fraud })
    }

    fn drop_one(&mut self, now: u16) {
        let is_expired =
            |payment: &Unlabelled| now.abs_diff(u16::from_be_bytes(payment.day)) > EXPIRY_DAYS;
        let goes = (0..self.unlabelled.len()).max_by_key(|&at| {
            let payment = &self.unlabelled[at];
            (is_expired(payment), payment.transaction)
        });
        if let Some(at) = goes {
            self.unlabelled.remove(at);
        }
    }
}

fn hash(identifier: &[u8]) -> Hash {
    shortened(short_hash(identifier))
}

const fn shortened([first, second, third, _]: [u8; 4]) -> Hash {
    [first, second, third]
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: [u8; 4] = [1; 4];
    const TWO: [u8; 4] = [2; 4];

    fn hour(hours: i64) -> EventTime {
        EventTime::from_millis(1_767_600_000_000 + hours * 3_600_000)
    }

    fn day(payment: Unlabelled) -> u16 {
        u16::from_be_bytes(payment.day)
    }

    fn day_of(time: EventTime) -> u16 {
        u16::try_from(time.as_millis() / DAY_MS).unwrap()
    }

    fn bins() -> Bins {
        Bins::new(20.0, None)
    }

    #[test]
    fn the_first_label_of_a_payment_counts_and_no_other() {
        let mut waiting = Waiting::default();
        waiting.push("t", hour(0), bins());
        assert_eq!(waiting.labelled_by("t", ONE), None);
        assert_eq!(waiting.label("t", true, ONE), LabelFate::Counted);
        assert_eq!(waiting.label("t", true, TWO), LabelFate::Repeated);
        assert_eq!(waiting.label("t", false, TWO), LabelFate::Contradicted);
        assert_eq!(waiting.label("never seen", true, TWO), LabelFate::Unknown);
        let labelled = Labelled { bins: bins(), is_fraud: true };
        assert_eq!(waiting.labelled_by("t", ONE), Some(labelled));
        assert_eq!(waiting.labelled_by("t", TWO), None);
    }

    #[test]
    fn a_payment_that_comes_again_waits_once() {
        let mut waiting = Waiting::default();
        waiting.push("t", hour(0), bins());
        waiting.push("t", hour(1), bins());
        assert_eq!(waiting.unlabelled.len(), 1);
        waiting.label("t", true, ONE);
        waiting.push("t", hour(2), bins());
        assert_eq!(waiting.unlabelled.len(), 0);
    }

    #[test]
    fn of_more_than_can_wait_a_sample_stays_of_old_and_new() {
        let mut waiting = Waiting::default();
        for number in 0..240 {
            waiting.push(&number.to_string(), hour(number), bins());
        }
        assert_eq!(waiting.unlabelled.len(), WAITING);
        let early = waiting.unlabelled.iter().filter(|one| day(**one) < day_of(hour(120)));
        assert!((4..=20).contains(&early.count()));
    }

    #[test]
    fn what_is_older_than_sixty_days_goes_first() {
        let mut waiting = Waiting::default();
        for number in 0..24 {
            waiting.push(&format!("old {number}"), hour(0), bins());
        }
        for number in 0..24 {
            waiting.push(&format!("new {number}"), hour(61 * 24), bins());
        }
        let oldest = waiting.unlabelled.iter().copied().map(day).min();
        assert_eq!(oldest, Some(day_of(hour(61 * 24))));
    }

    #[test]
    fn it_never_takes_more_than_242_bytes() {
        let mut waiting = Waiting::default();
        for number in 0..2_000 {
            waiting.push(&number.to_string(), hour(number * 1_000_000 % 7_919), bins());
            waiting.label(&(number / 3).to_string(), number % 2 == 0, ONE);
        }
        let bytes = postcard::to_stdvec(&waiting).unwrap().len();
        assert!(bytes <= 24 * 7 + 8 * 9 + 2, "{bytes} bytes");
    }
}
