use serde::{Deserialize, Serialize};

/// The least rate at which mean and variance move: the last 200 payments or so.
const MEMORY: u8 = 200;
/// An amount enters mean and variance as at most so many deviations above the mean, so that a fraud
/// does not make the next one look usual.
const CLIP: f64 = 2.5;
/// The least deviation, as a share of the mean and as such: nobody pays exactly the same for ever.
const LEAST_SHARE: f64 = 0.05;
const LEAST: f64 = 0.01;
/// From so many payments on there is a deviation to speak of.
const ENOUGH: u8 = 2;

/// The mean and the variance of a customer's payments: 9 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Amounts {
    count: u8,
    mean: f32,
    variance: f32,
}

impl Amounts {
    /// By how many deviations an amount is above the mean of those before; none if there were too
    /// few.
    pub(crate) fn deviations(self, amount: f64) -> Option<f64> {
        (self.count >= ENOUGH).then(|| (amount - f64::from(self.mean)) / self.deviation())
    }

    /// Takes an amount in.
    pub(crate) fn learn(&mut self, amount: f64) {
        let amount = if self.count > ENOUGH {
            amount.min(CLIP.mul_add(self.deviation(), self.mean.into()))
        } else {
            amount
        };
        self.count = self.count.saturating_add(1).min(MEMORY);
        let rate = 1.0 / f64::from(self.count);
        let distance = amount - f64::from(self.mean);
        self.mean = narrowed(f64::from(self.mean) + rate * distance);
        let variance = f64::from(self.variance) + rate * distance * distance;
        self.variance = narrowed((1.0 - rate) * variance);
    }

    /// The mean and the standard deviation.
    pub(crate) fn mean_and_deviation(self) -> (f64, f64) {
        (self.mean.into(), f64::from(self.variance).sqrt())
    }

    fn deviation(self) -> f64 {
        let least = (f64::from(self.mean).abs() * LEAST_SHARE).max(LEAST);
        f64::from(self.variance).sqrt().max(least)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "at most 10^24, the square of an amount")]
const fn narrowed(number: f64) -> f32 {
    number as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(amounts: &[f64]) -> Amounts {
        let mut all = Amounts::default();
        for amount in amounts {
            all.learn(*amount);
        }
        all
    }

    #[test]
    fn the_deviation_is_that_of_the_textbook() {
        // Mean 20, variance (100 + 0 + 100) / 3.
        let amounts = after(&[10.0, 20.0, 30.0]);
        let deviations = amounts.deviations(40.0).unwrap();
        assert!((deviations - 20.0 / (200.0_f64 / 3.0).sqrt()).abs() < 1e-5, "{deviations}");
    }

    #[test]
    fn one_payment_says_nothing_of_the_next() {
        assert_eq!(after(&[]).deviations(5.0), None);
        assert_eq!(after(&[10.0]).deviations(5.0), None);
        assert!(after(&[10.0, 10.0]).deviations(5.0).is_some());
    }

    #[test]
    fn a_fraud_hardly_moves_what_is_usual_and_a_new_habit_does_in_time() {
        let mut amounts = after(&[20.0; 50]);
        let before = amounts.deviations(500.0).unwrap();
        amounts.learn(500.0);
        assert!(amounts.deviations(500.0).unwrap() > before * 0.5);
        (0..500).for_each(|_| amounts.learn(500.0));
        assert!(amounts.deviations(500.0).unwrap() < 1.0);
    }

    #[test]
    fn the_largest_amounts_leave_it_finite() {
        let amounts = after(&[1e12, -1e12, 1e12, 1e-6, 1e12]);
        assert!(amounts.deviations(1e12).unwrap().is_finite());
        assert!(amounts.mean_and_deviation().1.is_finite());
    }
}
