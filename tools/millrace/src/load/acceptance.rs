//! What the load has to reach to be accepted.

use serde::Serialize;

use super::outcome::Outcome;

/// Records a second, at least.
const RATE: f64 = 1_000.0;
/// What may lack of it: the last acknowledgement comes after the last record, so that a producer which
/// keeps a rate exactly comes out a little below.
const SLACK: f64 = 0.01;
/// For 99 of 100 records, in milliseconds: less than this.
const LATENCY_MS: f64 = 100.0;
/// The share of records that are not acknowledged: less than this.
const ERRORS: f64 = 0.01;

/// One demand, and whether it is met.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Demand {
    pub(super) what: &'static str,
    pub(super) is_met: bool,
}

/// All of them.
pub(super) fn demands(outcome: &Outcome) -> Vec<Demand> {
    let latency_ms = outcome.deliveries.latency(0.99).as_secs_f64() * 1_000.0;
    let mut demands = vec![
        Demand { what: "1,000 records/s or more", is_met: outcome.rate() >= RATE * (1.0 - SLACK) },
        Demand { what: "99 % in less than 100 ms", is_met: latency_ms < LATENCY_MS },
        Demand { what: "errors below 1 %", is_met: outcome.error_share() < ERRORS },
    ];
    if !outcome.behind.is_empty() {
        let lag: u64 = outcome.behind.iter().map(|behind| behind.records).sum();
        demands.push(Demand { what: "no lag at the end", is_met: lag == 0 });
    }
    demands
}
