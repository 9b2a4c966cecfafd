//! Faults at random: each request of an operation draws its own, from a seed.

use std::collections::HashMap;
use std::time::Duration;

use fastrand::Rng;
use sha2::{Digest, Sha256};

use super::{Entries, FaultKind};
use crate::call::Service;

/// Of the entries of a batch that fails in part, the share that fails.
const FAILING_ENTRIES: f64 = 0.3;

/// Faults for all requests, from a seed.
///
/// What hits the n-th request for an operation depends on the seed, the rates, the operation and n,
/// and on nothing else: neither on other operations nor on the time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomFaults {
    /// The same seed gives the same faults.
    pub seed: u64,
    /// How often each kind hits.
    pub rates: FaultRates,
    /// The longest that a request waits (`latency`), drawn evenly from zero.
    pub longest_latency: Duration,
    /// The longest that a late request takes to take effect, drawn evenly from zero.
    pub longest_delay: Duration,
}

/// How often each kind of fault hits, as a share of the requests that it can hit, from 0 to 1. They
/// add up to 1 at most, since a request is hit by one.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FaultRates {
    /// [`FaultKind::Throttle`].
    pub throttle: f64,
    /// [`FaultKind::ServerError`].
    pub server_error: f64,
    /// [`FaultKind::Unavailable`].
    pub unavailable: f64,
    /// [`FaultKind::DropBefore`].
    pub drop_before: f64,
    /// [`FaultKind::DropAfter`].
    pub drop_after: f64,
    /// [`FaultKind::CutShort`].
    pub cut_short: f64,
    /// [`FaultKind::HangBefore`].
    pub hang_before: f64,
    /// [`FaultKind::HangAfter`].
    pub hang_after: f64,
    /// [`FaultKind::Late`].
    pub late: f64,
    /// [`FaultKind::Latency`].
    pub latency: f64,
    /// [`FaultKind::Partial`], of batches.
    pub partial: f64,
    /// [`FaultKind::Conflict`], of conditional statements.
    pub conflict: f64,
}

/// Makes a fault for a request with so many entries.
type Make = fn(&RandomFaults, &mut Rng, u64) -> FaultKind;

/// Random faults and how many requests have drawn.
#[derive(Debug)]
pub(crate) struct Drawn {
    faults: RandomFaults,
    requests: HashMap<(Service, String), u64>,
}

impl Drawn {
    pub(crate) fn new(faults: RandomFaults) -> Self {
        Self { faults, requests: HashMap::new() }
    }

    /// What hits the next request for an operation, which has so many entries.
    pub(crate) fn next(
        &mut self,
        service: Service,
        operation: &str,
        entries: u64,
    ) -> Option<FaultKind> {
        let number = self.requests.entry((service, operation.to_owned())).or_default();
        *number += 1;
        self.faults.draw(service, operation, *number, entries)
    }
}

impl RandomFaults {
    fn draw(
        &self,
        service: Service,
        operation: &str,
        number: u64,
        entries: u64,
    ) -> Option<FaultKind> {
        let mut random = self.source(service, operation, number);
        let mut place = random.f64();
        for (rate, kind) in self.kinds() {
            if place < rate {
                let kind = kind(self, &mut random, entries);
                return kind.fits(operation).then_some(kind);
            }
            place -= rate;
        }
        None
    }

    /// A source of randomness that only this request has.
    fn source(&self, service: Service, operation: &str, number: u64) -> Rng {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        hash.update(number.to_be_bytes());
        hash.update(service.name());
        hash.update(operation);
        let mut seed = [0; 8];
        seed.copy_from_slice(&hash.finalize()[..8]);
        Rng::with_seed(u64::from_be_bytes(seed))
    }

    /// Each kind's rate, and how the kind is made for a request with so many entries.
    fn kinds(&self) -> [(f64, Make); 12] {
        let rates = &self.rates;
        [
            (rates.throttle, |_, _, _| FaultKind::Throttle),
            (rates.server_error, |_, _, _| FaultKind::ServerError),
            (rates.unavailable, |_, _, _| FaultKind::Unavailable),
            (rates.drop_before, |_, _, _| FaultKind::DropBefore),
            (rates.drop_after, |_, _, _| FaultKind::DropAfter),
            (rates.cut_short, |_, _, _| FaultKind::CutShort),
            (rates.hang_before, |_, _, _| FaultKind::HangBefore),
            (rates.hang_after, |_, _, _| FaultKind::HangAfter),
            (rates.late, |faults, random, _| {
                FaultKind::Late(faults.longest_delay.mul_f64(random.f64()))
            }),
            (rates.latency, |faults, random, _| {
                FaultKind::Latency(faults.longest_latency.mul_f64(random.f64()))
            }),
            (rates.partial, |_, random, entries| FaultKind::Partial {
                entries: some_entries(random, entries),
                error: None,
            }),
            (rates.conflict, |_, random, entries| {
                FaultKind::Conflict(some_entries(random, entries))
            }),
        ]
    }
}

/// Some of the entries, at least one.
fn some_entries(random: &mut Rng, entries: u64) -> Entries {
    let count = usize::try_from(entries).unwrap_or(usize::MAX).max(1);
    let always = random.usize(..count);
    let chosen = (0..count).filter(|index| *index == always || random.f64() < FAILING_ENTRIES);
    Entries::At(chosen.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: FaultRates = FaultRates {
        throttle: 0.1,
        server_error: 0.1,
        unavailable: 0.05,
        drop_before: 0.05,
        drop_after: 0.05,
        cut_short: 0.05,
        hang_before: 0.05,
        hang_after: 0.05,
        late: 0.1,
        latency: 0.1,
        partial: 0.1,
        conflict: 0.1,
    };

    fn faults(seed: u64) -> Drawn {
        Drawn::new(RandomFaults {
            seed,
            rates: RATES,
            longest_latency: Duration::from_millis(10),
            longest_delay: Duration::from_secs(1),
        })
    }

    fn draw(drawn: &mut Drawn, operation: &str, times: usize) -> Vec<Option<FaultKind>> {
        (0..times).map(|_| drawn.next(Service::DynamoDb, operation, 10)).collect()
    }

    #[test]
    fn an_operation_draws_the_same_whatever_the_others_do() {
        let alone = draw(&mut faults(1), "BatchWriteItem", 50);
        let mut drawn = faults(1);
        let mut beside = Vec::new();
        for _ in 0..50 {
            draw(&mut drawn, "BatchGetItem", 3);
            beside.extend(draw(&mut drawn, "BatchWriteItem", 1));
        }
        assert_eq!(alone, beside);
        assert_ne!(alone, draw(&mut faults(2), "BatchWriteItem", 50));
    }

    #[test]
    fn each_kind_hits_about_as_often_as_its_rate_says_and_only_what_it_can() {
        let count = |operation: &str, name: &str| {
            let kinds = draw(&mut faults(7), operation, 10_000);
            kinds.iter().flatten().filter(|kind| kind.name() == name).count()
        };
        // Six standard deviations of 10,000 draws at .1 and at .05: 180 and 131.
        assert!(count("BatchExecuteStatement", "throttle").abs_diff(1_000) < 180);
        assert!(count("BatchExecuteStatement", "conflict").abs_diff(1_000) < 180);
        assert!(count("BatchExecuteStatement", "partial").abs_diff(1_000) < 180);
        assert!(count("BatchExecuteStatement", "drop_after").abs_diff(500) < 131);
        assert_eq!(count("BatchGetItem", "conflict"), 0);
        assert_eq!(count("GetItem", "partial"), 0);
    }

    #[test]
    fn of_a_batch_that_is_hit_some_entries_fail_and_those_are_in_it() {
        for kind in draw(&mut faults(3), "BatchWriteItem", 1_000).into_iter().flatten() {
            if let FaultKind::Partial { entries: Entries::At(places), .. } = kind {
                assert!(!places.is_empty() && places.iter().all(|place| *place < 10));
            }
        }
    }
}
