use serde::{Deserialize, Serialize};

use super::{Posterior, short_hash};
use crate::events::TransactionLabel;

/// How many of the last labels are remembered, so that none counts twice.
const RECENT: usize = 16;

/// A merchant or terminal, by the labels of payments to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MerchantProfile {
    /// How probably it is compromised.
    pub posterior: Posterior,
    /// How many labels counted.
    pub labels: u64,
    /// How many of these said fraud.
    pub frauds: u64,
    /// The payments of the last labels, oldest first.
    pub recent: Vec<RecentLabel>,
}

/// A payment that a label was taken of, in four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentLabel([u8; 4]);

impl MerchantProfile {
    /// Takes a label, unless one of the same payment is among the last ones: the first counts,
    /// whatever the second says.
    pub(crate) fn take(&mut self, label: &TransactionLabel<'_>) {
        let payment = RecentLabel(short_hash(label.transaction_id.as_bytes()));
        if self.recent.contains(&payment) {
            return;
        }
        if self.recent.len() >= RECENT {
            self.recent.remove(0);
        }
        self.recent.push(payment);
        self.labels += 1;
        self.frauds += u64::from(label.is_fraud);
        self.posterior.observe(label.is_fraud, label.time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::EventTime;

    fn label(transaction: &str, is_fraud: bool) -> TransactionLabel<'_> {
        TransactionLabel {
            transaction_id: transaction.into(),
            user_id: "anna".into(),
            merchant: Some("kiosk".into()),
            is_fraud,
            time: EventTime::from_millis(1_767_600_000_000),
        }
    }

    #[test]
    fn of_two_labels_of_a_payment_the_first_counts_whatever_the_second_says() {
        let mut merchant = MerchantProfile::default();
        merchant.take(&label("t-1", true));
        let once = merchant.clone();
        merchant.take(&label("t-1", true));
        merchant.take(&label("t-1", false));
        assert_eq!(merchant, once);
        merchant.take(&label("t-2", false));
        assert_eq!((merchant.labels, merchant.frauds), (2, 1));
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut merchant = MerchantProfile::default();
        for number in 0..1_000 {
            merchant.take(&label(&number.to_string(), false));
        }
        assert_eq!((merchant.labels, merchant.recent.len()), (1_000, RECENT));
    }
}
