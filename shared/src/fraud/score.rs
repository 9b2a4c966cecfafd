use super::{Bins, Calibration, Posterior};
use crate::time::EventTime;

/// How much of a merchant's payments are fraud where it is compromised.
const FRAUD_IF_COMPROMISED: f64 = 0.9;

/// How probably a payment is fraud, and by what.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// By its amount.
    pub by_amount: f64,
    /// By how far it is from what its customer usually pays.
    pub by_deviation: f64,
    /// By how probably its merchant is compromised.
    pub by_merchant: f64,
}

impl Score {
    /// The score of a payment in these bins, at this time; no merchant is no reason for suspicion.
    pub(crate) fn new(
        bins: Bins,
        calibration: &Calibration,
        merchant: Option<Posterior>,
        time: EventTime,
    ) -> Self {
        let (by_amount, by_deviation) = calibration.probabilities(bins);
        let compromised = merchant.map_or(0.0, |merchant| merchant.at(time));
        Self { by_amount, by_deviation, by_merchant: FRAUD_IF_COMPROMISED * compromised }
    }

    /// All of it together, 0 to 1: as if three independent causes could each make it fraud.
    pub fn total(self) -> f64 {
        1.0 - (1.0 - self.by_amount) * (1.0 - self.by_deviation) * (1.0 - self.by_merchant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_causes_add_up_to_no_more_than_one() {
        let score = Score { by_amount: 0.5, by_deviation: 0.2, by_merchant: 0.9 };
        assert!((score.total() - (1.0 - 0.5 * 0.8 * 0.1)).abs() < 1e-12);
        let certain = Score { by_amount: 1.0, by_deviation: 1.0, by_merchant: 1.0 };
        assert!((certain.total() - 1.0).abs() < 1e-12);
        assert!(Score::default().total().abs() < 1e-12);
    }
}
