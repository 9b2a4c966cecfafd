use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::clock::EventClock;
use crate::time::EventTime;

/// How often a day a merchant becomes compromised, and how often one that is recovers.
const BECOMES: f64 = 1e-3;
const RECOVERS: f64 = 1.0 / 20.0;
/// What share is compromised in the long run, which is what is believed of one nothing is known of.
const PRIOR: f32 = 0.019_607_843;
/// How probable a fraud is at a merchant that is compromised, and at one that is not.
const FRAUD_IF_COMPROMISED: f64 = 0.9;
const FRAUD_IF_NOT: f64 = 0.004;
/// Nothing is ever certain, so that the next labels can always change it.
const CERTAIN: f64 = 0.999_9;
/// A label that is further behind the newest says that the newest has a wrong time.
const HORIZON: Duration = Duration::from_hours(60 * 24);
const MILLIS_A_DAY: f64 = 86_400_000.0;

/// How probably a merchant is compromised, by a filter of two states: 12 bytes.
///
/// Between labels p decays to p·exp(-r Δ) + (1 - p)(1 - exp(-h Δ)), Δ in days; each label changes it
/// by Bayes' rule. Δ is the event time between labels, so a replay gives the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Posterior {
    probability: f32,
    clock: EventClock,
}

impl Default for Posterior {
    fn default() -> Self {
        Self { probability: PRIOR, clock: EventClock::default() }
    }
}

impl Posterior {
    /// Takes a label of this time.
    pub(super) fn observe(&mut self, is_fraud: bool, time: EventTime) {
        let before = decayed(self.probability.into(), self.clock.advance(time, HORIZON));
        let likelihood = |fraud: f64| if is_fraud { fraud } else { 1.0 - fraud };
        let compromised = before * likelihood(FRAUD_IF_COMPROMISED);
        let sound = (1.0 - before) * likelihood(FRAUD_IF_NOT);
        let after = compromised / (compromised + sound);
        self.probability = narrowed(after.clamp(1.0 - CERTAIN, CERTAIN));
    }

    /// The probability at a time.
    pub fn at(&self, time: EventTime) -> f64 {
        if self.clock == EventClock::default() {
            return self.probability.into();
        }
        decayed(self.probability.into(), time.since(self.clock.newest()))
    }

    /// The time of the newest label.
    pub const fn newest(&self) -> EventTime {
        self.clock.newest()
    }
}

/// `libm`, so that it is the same on every machine.
#[expect(clippy::cast_precision_loss, reason = "a few thousand days in milliseconds")]
fn decayed(probability: f64, passed: Duration) -> f64 {
    let days = passed.as_millis() as f64 / MILLIS_A_DAY;
    probability * libm::exp(-RECOVERS * days)
        + (1.0 - probability) * (1.0 - libm::exp(-BECOMES * days))
}

#[expect(clippy::cast_possible_truncation, reason = "between 0 and 1")]
const fn narrowed(probability: f64) -> f32 {
    probability as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(days: i64) -> EventTime {
        EventTime::from_millis(1_767_600_000_000 + days * 86_400_000)
    }

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-6
    }

    #[test]
    fn a_label_changes_it_by_bayes_rule() {
        let mut posterior = Posterior::default();
        // The prior is h / (h + r) = .001 / .051.
        assert!(close(posterior.at(day(0)), 0.001 / 0.051));
        posterior.observe(true, day(0));
        let prior = 0.001 / 0.051;
        let expected = prior * 0.9 / (prior * 0.9 + (1.0 - prior) * 0.004);
        assert!(close(posterior.at(day(0)), expected));
        posterior.observe(false, day(0));
        let expected = expected * 0.1 / (expected * 0.1 + (1.0 - expected) * 0.996);
        assert!(close(posterior.at(day(0)), expected));
    }

    #[test]
    fn it_decays_towards_what_is_believed_of_an_unknown_merchant() {
        let mut posterior = Posterior::default();
        posterior.observe(true, day(0));
        let now = posterior.at(day(0));
        let expected =
            now * (-20.0_f64 / 20.0).exp() + (1.0 - now) * (1.0 - (-20.0_f64 * 0.001).exp());
        assert!(close(posterior.at(day(20)), expected));
        assert!(posterior.at(day(20)) < now);
    }

    #[test]
    fn nothing_is_ever_certain() {
        let mut posterior = Posterior::default();
        (0..1_000).for_each(|_| posterior.observe(true, day(0)));
        (0..6).for_each(|_| posterior.observe(false, day(0)));
        assert!(posterior.at(day(0)) < 0.1);
        (0..1_000).for_each(|_| posterior.observe(false, day(0)));
        (0..3).for_each(|_| posterior.observe(true, day(0)));
        assert!(posterior.at(day(0)) > 0.9);
    }

    #[test]
    fn a_label_from_the_next_century_does_not_stop_time() {
        let mut posterior = Posterior::default();
        posterior.observe(true, day(30_000));
        (0..3).for_each(|number| posterior.observe(true, day(number)));
        assert!(posterior.at(day(100)) < posterior.at(day(2)));
        let any = posterior.at(EventTime::from_millis(i64::MAX));
        assert!((0.0..=1.0).contains(&any));
    }
}
