use std::collections::BTreeMap;

use crate::random::Random;

/// For how many days a terminal is compromised, and a card, on average.
const TERMINAL_DAYS: u32 = 28;
const CARD_DAYS: u32 = 14;
/// How many terminals of 10,000, and how many cards of 5,000, become so on a day.
const TERMINALS_PER_DAY: (f64, f64) = (2.0, 10_000.0);
const CARDS_PER_DAY: (f64, f64) = (3.0, 5_000.0);

/// How long an episode of fraud lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lengths {
    /// 28 days at a terminal, 14 with a card, as in the handbook. A detector that knows this has an
    /// advantage that it would not have elsewhere.
    Fixed,
    /// As long on average, but an episode may end on any of its days.
    Random,
}

/// Who is compromised, day after day.
#[derive(Debug)]
pub(super) struct Episodes {
    lengths: Lengths,
    random: Random,
    terminals: Compromised,
    cards: Compromised,
}

/// Numbers of terminals or cards, and the day on which each is clean again.
#[derive(Debug)]
struct Compromised {
    population: u32,
    per_day: f64,
    mean_days: u32,
    until: BTreeMap<u32, u32>,
}

impl Episodes {
    pub(super) fn new(seed: u64, lengths: Lengths, customers: u32, terminals: u32) -> Self {
        let compromised = |population: u32, (count, of): (f64, f64), mean_days| Compromised {
            population,
            per_day: count * f64::from(population) / of,
            mean_days,
            until: BTreeMap::new(),
        };
        Self {
            lengths,
            random: Random::new(seed, "episodes", 0),
            terminals: compromised(terminals, TERMINALS_PER_DAY, TERMINAL_DAYS),
            cards: compromised(customers, CARDS_PER_DAY, CARD_DAYS),
        }
    }

    /// A day begins: some are clean again, others are compromised from now on.
    pub(super) fn begin_day(&mut self, day: u32) {
        self.terminals.begin_day(day, self.lengths, &mut self.random);
        self.cards.begin_day(day, self.lengths, &mut self.random);
    }

    pub(super) fn has_terminal(&self, terminal: u32) -> bool {
        self.terminals.until.contains_key(&terminal)
    }

    pub(super) fn has_card(&self, customer: u32) -> bool {
        self.cards.until.contains_key(&customer)
    }
}

impl Compromised {
    fn begin_day(&mut self, day: u32, lengths: Lengths, random: &mut Random) {
        self.until.retain(|_, until| *until > day);
        for _ in 0..self.begins(random) {
            let number = random.below(self.population as usize);
            let until = day + self.days(lengths, random);
            let known = self.until.entry(u32::try_from(number).unwrap_or_default()).or_default();
            *known = until.max(*known);
        }
    }

    /// How many episodes begin on a day: always the same, but for what is less than one.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few")]
    fn begins(&self, random: &mut Random) -> u32 {
        let whole = self.per_day.floor();
        let rest = self.per_day - whole;
        whole as u32 + u32::from(rest > 0.0 && random.chance(rest))
    }

    fn days(&self, lengths: Lengths, random: &mut Random) -> u32 {
        if lengths == Lengths::Fixed {
            return self.mean_days;
        }
        let mut days = 1;
        while !random.chance(1.0 / f64::from(self.mean_days)) {
            days += 1;
        }
        days
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compromised_on_average(lengths: Lengths) -> f64 {
        let mut episodes = Episodes::new(1, lengths, 5_000, 10_000);
        let mut sum = 0;
        for day in 0..1_100 {
            episodes.begin_day(day);
            if day >= 100 {
                sum += (0..10_000).filter(|number| episodes.has_terminal(*number)).count();
            }
        }
        f64::from(u32::try_from(sum).unwrap()) / 1_000.0
    }

    #[test]
    fn as_many_terminals_are_compromised_whether_lengths_are_fixed_or_random() {
        // Two a day for 28 days are 56, less the few that are drawn twice.
        assert!((55.0..56.1).contains(&compromised_on_average(Lengths::Fixed)));
        assert!((50.0..61.0).contains(&compromised_on_average(Lengths::Random)));
    }

    #[test]
    fn a_fixed_episode_lasts_its_days_and_no_longer() {
        let mut episodes = Episodes::new(1, Lengths::Fixed, 5_000, 10_000);
        episodes.begin_day(0);
        let first = (0..5_000).find(|number| episodes.has_card(*number)).unwrap();
        for day in 1..14 {
            episodes.begin_day(day);
            assert!(episodes.has_card(first));
        }
        episodes.begin_day(14);
        assert!(!episodes.has_card(first));
    }
}
