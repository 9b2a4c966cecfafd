use std::collections::{BTreeMap, BTreeSet};

use crate::share::share;

/// A payment that a detector is judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) day: u32,
    pub(super) customer: u32,
    pub(super) is_fraud: bool,
    /// Higher is more suspicious.
    pub(super) score: f64,
}

/// How many of those with the same score are frauds, from the highest score down.
struct Tie {
    frauds: usize,
    others: usize,
}

fn ties(judged: &[Judged]) -> Vec<Tie> {
    let mut sorted: Vec<&Judged> = judged.iter().collect();
    sorted.sort_by(|one, other| other.score.total_cmp(&one.score));
    let same_score = |one: &&Judged, other: &&Judged| one.score.total_cmp(&other.score).is_eq();
    let tie = |same: &[&Judged]| {
        let frauds = same.iter().filter(|one| one.is_fraud).count();
        Tie { frauds, others: same.len() - frauds }
    };
    sorted.chunk_by(same_score).map(tie).collect()
}

/// The probability that a fraud scores higher than another payment; ties count half.
#[expect(clippy::cast_precision_loss, reason = "counts of payments are far below 2^26")]
pub(super) fn auc(judged: &[Judged]) -> f64 {
    let ties = ties(judged);
    let others: usize = ties.iter().map(|tie| tie.others).sum();
    let frauds: usize = ties.iter().map(|tie| tie.frauds).sum();
    if frauds == 0 || others == 0 {
        return 0.5;
    }
    let mut others_below = others;
    let mut wins = 0.0;
    for tie in ties {
        others_below -= tie.others;
        wins += tie.frauds as f64 * (others_below as f64 + tie.others as f64 / 2.0);
    }
    wins / (frauds as f64 * others as f64)
}

/// The area under precision over recall: the sum of precisions, each times what recall gained.
pub(super) fn average_precision(judged: &[Judged]) -> f64 {
    let ties = ties(judged);
    let all_frauds: usize = ties.iter().map(|tie| tie.frauds).sum();
    let (mut frauds, mut flagged, mut sum) = (0, 0, 0.0);
    for tie in ties {
        frauds += tie.frauds;
        flagged += tie.frauds + tie.others;
        sum += share(frauds, flagged) * share(tie.frauds, all_frauds);
    }
    sum
}

/// Of the `count` cards with the highest score of a day, the share that is compromised, as a mean
/// over the days. A card that was found is looked at no more.
#[expect(clippy::cast_precision_loss, reason = "a few days")]
pub(super) fn card_precision(judged: &[Judged], count: usize) -> f64 {
    let mut days: BTreeMap<u32, BTreeMap<u32, (f64, bool)>> = BTreeMap::new();
    for one in judged {
        let cards = days.entry(one.day).or_default();
        let (score, is_fraud) = cards.entry(one.customer).or_insert((f64::NEG_INFINITY, false));
        *score = score.max(one.score);
        *is_fraud |= one.is_fraud;
    }
    let mut found: BTreeSet<u32> = BTreeSet::new();
    let mut sum = 0.0;
    for cards in days.values() {
        let unknown = cards.iter().filter(|(card, _)| !found.contains(*card));
        let mut ranked: Vec<(u32, (f64, bool))> =
            unknown.map(|(card, one)| (*card, *one)).collect();
        ranked.sort_by(|one, other| other.1.0.total_cmp(&one.1.0));
        ranked.truncate(count);
        let compromised: Vec<u32> =
            ranked.iter().filter(|(_, (_, is_fraud))| *is_fraud).map(|(card, _)| *card).collect();
        sum += share(compromised.len(), count);
        found.extend(compromised);
    }
    if days.is_empty() { 0.0 } else { sum / days.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(rows: &[(u32, u32, bool, f64)]) -> Vec<Judged> {
        let one = |&(day, customer, is_fraud, score)| Judged { day, customer, is_fraud, score };
        rows.iter().map(one).collect()
    }

    #[test]
    fn auc_and_average_precision_are_those_by_hand() {
        // From the top: fraud; one fraud and one other at the same score; other; fraud; other.
        let rows = judged(&[
            (0, 1, true, 0.9),
            (0, 2, true, 0.8),
            (0, 3, false, 0.8),
            (0, 4, false, 0.5),
            (0, 5, true, 0.4),
            (0, 6, false, 0.1),
        ]);
        // Of 9 pairs: 3 + 2.5 + 1.
        assert!((auc(&rows) - 6.5 / 9.0).abs() < 1e-12);
        // 1/3 · 1/1 + 1/3 · 2/3 + 1/3 · 3/5.
        assert!((average_precision(&rows) - (1.0 + 2.0 / 3.0 + 0.6) / 3.0).abs() < 1e-12);
    }

    #[test]
    fn one_score_for_all_says_nothing() {
        let rows = judged(&[(0, 1, true, 0.0), (0, 2, false, 0.0), (0, 3, false, 0.0)]);
        assert!((auc(&rows) - 0.5).abs() < 1e-12);
        assert!((average_precision(&rows) - 1.0 / 3.0).abs() < 1e-12);
        assert!((auc(&rows[1..]) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_card_counts_by_its_highest_score_and_once_it_is_found_no_more() {
        let rows = judged(&[
            (0, 1, false, 0.9),
            (0, 1, true, 0.1),
            (0, 2, false, 0.8),
            (0, 3, true, 0.7),
            (1, 1, true, 0.9),
            (1, 3, true, 0.5),
            (1, 4, false, 0.4),
        ]);
        // Day 0: cards 1 (found) and 2. Day 1: card 1 is known, so cards 3 (found) and 4.
        assert!((card_precision(&rows, 2) - 0.5).abs() < 1e-12);
        assert!((card_precision(&[], 2)).abs() < 1e-12);
    }
}
