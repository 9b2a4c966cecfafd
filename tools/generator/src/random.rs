//! Seeds and distributions.

use std::f64::consts::TAU;

use fastrand::Rng;

/// A random source of one's own for each actor, so that what one does changes nothing for the others.
pub(crate) fn source(seed: u64, stream: &str, index: u64) -> Rng {
    let mut state = seed ^ index.wrapping_mul(0xd1b5_4a32_d192_ed03);
    for byte in stream.bytes() {
        state = mixed(state ^ u64::from(byte));
    }
    Rng::with_seed(mixed(state))
}

/// `SplitMix64`'s finaliser: neighbouring seeds become unrelated ones.
fn mixed(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

pub(crate) fn chance(random: &mut Rng, probability: f64) -> bool {
    random.f64() < probability
}

pub(crate) fn between(random: &mut Rng, low: f64, high: f64) -> f64 {
    low + random.f64() * (high - low)
}

/// The standard normal distribution (Box and Muller).
pub(crate) fn normal(random: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    radius * (TAU * random.f64()).cos()
}

pub(crate) fn log_normal(random: &mut Rng, median: f64, sigma: f64) -> f64 {
    median * (sigma * normal(random)).exp()
}

pub(crate) fn exponential(random: &mut Rng, mean: f64) -> f64 {
    -mean * (1.0 - random.f64()).ln()
}

/// One of several, each with its weight.
pub(crate) fn weighted<T: Copy>(random: &mut Rng, choices: &[(T, f64)]) -> Option<T> {
    let total: f64 = choices.iter().map(|(_, weight)| weight).sum();
    let mut rest = random.f64() * total;
    for (choice, weight) in choices {
        rest -= weight;
        if rest < 0.0 {
            return Some(*choice);
        }
    }
    choices.last().map(|(choice, _)| *choice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_differ_by_seed_stream_and_index_and_are_repeatable() {
        let first = source(1, "users", 0).u64(..);
        assert_eq!(first, source(1, "users", 0).u64(..));
        assert_ne!(first, source(2, "users", 0).u64(..));
        assert_ne!(first, source(1, "sensors", 0).u64(..));
        assert_ne!(first, source(1, "users", 1).u64(..));
    }

    #[test]
    fn the_distributions_have_their_means() {
        const DRAWS: u32 = 200_000;
        let random = &mut source(7, "test", 0);
        let mean = |draw: &mut dyn FnMut() -> f64| {
            (0..DRAWS).map(|_| draw()).sum::<f64>() / f64::from(DRAWS)
        };
        assert!(mean(&mut || normal(random)).abs() < 0.01);
        let random = &mut source(7, "test", 1);
        assert!((mean(&mut || normal(random).powi(2)) - 1.0).abs() < 0.02);
        let random = &mut source(7, "test", 2);
        assert!((mean(&mut || exponential(random, 5.0)) - 5.0).abs() < 0.05);
        // exp(sigma² / 2) is 1.133 at sigma 0.5.
        let random = &mut source(7, "test", 3);
        assert!((mean(&mut || log_normal(random, 10.0, 0.5)) - 11.33).abs() < 0.1);
        let random = &mut source(7, "test", 4);
        let ones = mean(&mut || weighted(random, &[(0.0, 3.0), (1.0, 1.0)]).unwrap());
        assert!((ones - 0.25).abs() < 0.01);
    }
}
