use std::time::Duration;

use fastrand::Rng;
use sha2::{Digest, Sha256};

use crate::plan::MishapRates;

/// The longest that a zombie stands still.
const LONGEST_STILL: Duration = Duration::from_secs(4);
/// The longest time of an invocation that is short of it.
const LITTLE_TIME: Duration = Duration::from_millis(400);

/// What becomes of an invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    /// Killed after so long.
    Kill { after: Duration },
    /// Stands still after so long, for so long.
    Zombie { after: Duration, still: Duration },
    /// Its answer is lost.
    AnswerLost,
    /// It has this much time.
    ShortOfTime { time: Duration },
}

/// Draws the mishaps of one function's invocations from a seed.
#[derive(Debug)]
pub(super) struct Mishaps {
    seed: u64,
    rates: MishapRates,
}

impl Mishaps {
    pub(super) fn new(seed: u64, function: &str, rates: MishapRates) -> Self {
        Self { seed: seed_of(seed, function, 0), rates }
    }

    /// What becomes of the invocation with this number, where one usually takes so long.
    pub(super) fn draw(&self, number: u64, usual: Duration) -> Option<Mishap> {
        let mut random = Rng::with_seed(seed_of(self.seed, "invocation", number));
        let place = random.f64();
        // Some come too late and hit nothing, so that the last steps are hit as often as the first.
        let after = usual.mul_f64(random.f64() * 1.2);
        let share = random.f64();
        let MishapRates { kill, zombie, answer_lost, short_of_time, .. } = self.rates;
        let mishaps = [
            (kill, Mishap::Kill { after }),
            (zombie, Mishap::Zombie { after, still: LONGEST_STILL.mul_f64(share) }),
            (answer_lost, Mishap::AnswerLost),
            (short_of_time, Mishap::ShortOfTime { time: LITTLE_TIME.mul_f64(share) }),
        ];
        let mut up_to = 0.0;
        for (rate, mishap) in mishaps {
            up_to += rate;
            if place < up_to {
                return Some(mishap);
            }
        }
        None
    }
}

/// A seed for one of many things that draw from the same seed.
pub(crate) fn seed_of(seed: u64, what: &str, number: u64) -> u64 {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(number.to_be_bytes());
    hash.update(what);
    let mut seed = [0; 8];
    seed.copy_from_slice(&hash.finalize()[..8]);
    u64::from_be_bytes(seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: MishapRates = MishapRates {
        kill: 0.2,
        zombie: 0.1,
        answer_lost: 0.05,
        short_of_time: 0.05,
        rebalance: 0.0,
    };

    fn draw(seed: u64, function: &str) -> Vec<Option<Mishap>> {
        let mishaps = Mishaps::new(seed, function, RATES);
        (0..5_000).map(|number| mishaps.draw(number, Duration::from_millis(100))).collect()
    }

    #[test]
    fn mishaps_are_those_of_the_seed_and_as_frequent_as_they_should_be() {
        let drawn = draw(1, "analytics");
        assert_eq!(drawn, draw(1, "analytics"));
        assert_ne!(drawn, draw(2, "analytics"));
        assert_ne!(drawn, draw(1, "relay"));
        // Six standard deviations of 5,000 draws at .2 and at .6: 170 and 208.
        let kills = drawn.iter().filter(|one| matches!(one, Some(Mishap::Kill { .. }))).count();
        assert!(kills.abs_diff(1_000) < 170, "{kills}");
        let none = drawn.iter().filter(|one| one.is_none()).count();
        assert!(none.abs_diff(3_000) < 208, "{none}");
    }
}
