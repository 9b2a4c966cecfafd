use std::f32::consts::LN_10;

use serde::{Deserialize, Serialize};

use super::Seen;

/// The share of a feature's values that lie in its tail.
const TAIL: f32 = 0.03;
/// -log10 of that share: the score at which the tail begins.
const SCORE_AT_TAIL: f32 = 1.522_878_8;
/// The least rates of the quantile, and of the mean excess above it.
const QUANTILE_RATE: f32 = 0.002;
const EXCESS_RATE: f32 = 0.02;
/// An excess enters its mean as no more than so many times that mean, once there were so many
/// readings: one huge value must not make the tail so heavy that the next ones hide in it.
const EXCESS_LIMIT: f32 = 5.0;
const EXCESS_FREE: u16 = 200;
/// The first readings have no score.
const LEAST_SEEN: u16 = 10;
/// No single feature scores higher: a probability of 10^-15 is none that a stream can support.
const SCORE_LIMIT: f32 = 15.0;
/// No feature is taken for larger, so that a feature over almost nothing stays finite.
const FEATURE_LIMIT: f32 = 1e6;
/// The least mean excess that is divided by.
const LEAST_EXCESS: f32 = 1e-9;

/// Turns a feature into -log10 of the probability of a value as large, by what the stream itself
/// has shown: 8 bytes.
///
/// The tail above the quantile q, where 3 % of the values lie, is taken for exponential with mean
/// excess m; below q the score rises in proportion. q follows the stream by stochastic
/// approximation (Robbins and Monro, 1951) with steps in units of m.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct TailScore {
    quantile: f32,
    excess: f32,
}

impl TailScore {
    /// Scores a feature, 0 to 15, and learns from it. The tail is taken for no steeper than with a
    /// mean excess of `least_share` of the quantile, so that a feature which hardly varies does not
    /// make a whole anomaly of a hair's breadth.
    pub(in super::super) fn take(&mut self, feature: f32, seen: Seen, least_share: f32) -> f32 {
        let feature = feature.min(FEATURE_LIMIT);
        let score = if seen.0 < LEAST_SEEN { 0.0 } else { self.score(feature, least_share) };
        self.learn(feature, seen);
        score.min(SCORE_LIMIT)
    }

    fn score(self, feature: f32, least_share: f32) -> f32 {
        if feature > self.quantile {
            let usual = self.excess.max(least_share * self.quantile).max(LEAST_EXCESS);
            return SCORE_AT_TAIL + (feature - self.quantile) / (usual * LN_10);
        }
        if self.quantile > 0.0 { SCORE_AT_TAIL * feature / self.quantile } else { 0.0 }
    }

    fn learn(&mut self, feature: f32, seen: Seen) {
        let step = 2.0 * seen.rate(QUANTILE_RATE) * self.excess;
        if feature <= self.quantile {
            self.quantile -= step * TAIL;
            return;
        }
        let mut excess = feature - self.quantile;
        self.quantile += step * (1.0 - TAIL);
        if seen.0 >= EXCESS_FREE && self.excess > 0.0 {
            excess = excess.min(EXCESS_LIMIT * self.excess);
        }
        let rate = EXCESS_RATE.max(1.0 / (1.0 + TAIL * f32::from(seen.0)));
        self.excess += rate * (excess - self.excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers from 0 to 1, all as probable.
    fn scattered(count: u16) -> impl Iterator<Item = (Seen, f32)> {
        let mut random = fastrand::Rng::with_seed(1);
        (0..count).map(move |seen| (Seen(seen), random.f32()))
    }

    #[test]
    fn an_exponential_feature_scores_its_own_probability() {
        // -ln(u) of an even u is exponential: a value a has the probability e^-a.
        let mut tail = TailScore::default();
        for (seen, even) in scattered(20_000) {
            tail.take(-(1.0 - even).ln(), seen, 0.0);
        }
        for probability in [1e-3_f32, 1e-4, 1e-6] {
            let mut tail = tail;
            let score = tail.take(-probability.ln(), Seen(20_000), 0.0);
            let expected = -probability.log10();
            assert!((score - expected).abs() < 0.25 * expected, "{score} for {expected}");
        }
    }

    #[test]
    fn about_three_in_a_hundred_are_in_the_tail() {
        let mut tail = TailScore::default();
        let mut in_tail = 0;
        for (seen, feature) in scattered(20_000) {
            let score = tail.take(feature, seen, 0.0);
            in_tail += u32::from(seen.0 >= 10_000 && score > SCORE_AT_TAIL);
        }
        // The quantile takes its time: its steps are small against an even distribution.
        assert!((200..500).contains(&in_tail), "{in_tail} of 10,000");
    }

    #[test]
    fn one_huge_value_does_not_hide_the_next() {
        let mut tail = TailScore::default();
        for (seen, feature) in scattered(1_000) {
            tail.take(feature, seen, 0.0);
        }
        let first = tail.take(1e30, Seen(1_000), 0.0);
        let second = tail.take(20.0, Seen(1_001), 0.0);
        assert!((first - SCORE_LIMIT).abs() < 1e-6 && second > 10.0, "{first}, then {second}");
        assert!(tail.quantile.is_finite() && tail.excess.is_finite());
    }

    #[test]
    fn a_hairs_breadth_above_what_hardly_varies_is_nothing_with_a_least_excess() {
        let steady = TailScore { quantile: 1.0, excess: 1e-6 };
        assert!(steady.score(1.000_1, 0.0) > SCORE_LIMIT);
        assert!(steady.score(1.000_1, 0.1) < SCORE_AT_TAIL + 0.01);
        // 2.3 excesses of a tenth, above which a tenth of the values in the tail are.
        assert!((steady.score(1.230_26, 0.1) - SCORE_AT_TAIL - 1.0).abs() < 1e-3);
    }

    #[test]
    fn the_score_at_the_tail_is_that_of_its_share() {
        assert!((SCORE_AT_TAIL + TAIL.log10()).abs() < 1e-6);
    }
}
