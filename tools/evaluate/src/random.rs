use std::f64::consts::TAU;

use libm::{cos, exp, log};

/// A source of random numbers that is the same everywhere and for ever: `SplitMix64` (G. L. Steele,
/// D. Lea and C. H. Flood, 2014). The distributions take their functions from `libm`, because those
/// of the machine differ in their last bits.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// A source of its own for each purpose and each of its subjects.
    pub(crate) fn new(seed: u64, purpose: &str, subject: u64) -> Self {
        let mut source = Self(seed);
        for byte in purpose.bytes() {
            source.0 = source.next() ^ u64::from(byte);
        }
        source.0 = source.next() ^ subject;
        Self(source.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1, without 1: a multiple of 2⁻⁵³.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are a float's")]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number below `count`, which is not 0.
    #[expect(clippy::cast_possible_truncation, reason = "less than `count`, which is a usize")]
    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.next()) * count as u128) >> 64) as usize
    }

    /// The normal distribution (G. E. P. Box and M. E. Muller, 1958).
    pub(crate) fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let radius = (-2.0 * log(1.0 - self.unit())).sqrt();
        mean + deviation * radius * cos(TAU * self.unit())
    }

    /// The log-normal distribution with this median: `deviation` is that of the logarithm.
    pub(crate) fn log_normal(&mut self, median: f64, deviation: f64) -> f64 {
        median * exp(self.normal(0.0, deviation))
    }

    /// The exponential distribution.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * log(1.0 - self.unit())
    }

    /// The Poisson distribution, for small means (D. E. Knuth, 1969).
    pub(crate) fn poisson(&mut self, mean: f64) -> u32 {
        let limit = exp(-mean);
        let mut product = self.unit();
        let mut count = 0;
        while product > limit {
            product *= self.unit();
            count += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_the_published_one() {
        // The first numbers of SplitMix64 with the seed 1234567.
        let mut source = Random(1_234_567);
        let numbers = [source.next(), source.next(), source.next()];
        assert_eq!(
            numbers,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn distributions_have_their_means_and_deviations() {
        let mut random = Random::new(1, "test", 0);
        let count = 20_000_u32;
        let sample: Vec<f64> = (0..count).map(|_| random.normal(5.0, 2.0)).collect();
        let mean = sample.iter().sum::<f64>() / f64::from(count);
        let variance =
            sample.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / f64::from(count);
        assert!((mean - 5.0).abs() < 0.05 && (variance.sqrt() - 2.0).abs() < 0.05);
        let events: u32 = (0..count).map(|_| random.poisson(2.5)).sum();
        assert!((f64::from(events) / f64::from(count) - 2.5).abs() < 0.05);
        let below: usize = (0..count).map(|_| random.below(7)).sum();
        assert!((f64::from(u32::try_from(below).unwrap()) / f64::from(count) - 3.0).abs() < 0.05);
    }

    #[test]
    fn purposes_and_subjects_have_sources_of_their_own() {
        let first = |purpose, subject| Random::new(1, purpose, subject).unit().to_bits();
        assert_ne!(first("customer", 1), first("customer", 2));
        assert_ne!(first("customer", 1), first("terminal", 1));
        assert_eq!(first("customer", 1), first("customer", 1));
    }
}
