use std::collections::BTreeMap;
use std::time::Duration;

use millrace_endpoints::Endpoints;
use serde::Serialize;

use crate::{Plan, Verdict};

/// Faults by operation, by service.
type Operations = BTreeMap<&'static str, BTreeMap<String, BTreeMap<&'static str, u64>>>;

/// What happened, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The plan's seed.
    pub seed: u64,
    /// Records produced, each of which both functions got.
    pub records: u64,
    /// Records that the tables have taken in.
    pub applied: u64,
    /// Records in the dead-letter queue.
    pub dead: u64,
    /// Records that answers said are not done, by both functions; each as often as one said so.
    pub reported: u64,
    /// Records handed over again, to both functions; each as often as it was.
    pub redelivered: u64,
    /// What is missing: records, alerts, rows, letters, lines.
    pub lost: u64,
    /// What is there that must not be, or is there too often.
    pub doubled: u64,
    /// What is there and is not what it has to be.
    pub different: u64,
    /// Alerts published more than once, under the same identifier and with the same content.
    pub alerts_published_again: u64,
    /// How often what went wrong, requests and invocations.
    pub faults: BTreeMap<&'static str, u64>,
    /// Of these the requests, by service and operation.
    pub faults_by_operation: Operations,
    /// What was compared.
    pub verdict: Verdict,
    /// What `analytics` did.
    pub analytics: Ran,
    /// What `relay` did.
    pub relay: Ran,
    /// From the first record to the end of the last zombie.
    pub seconds: f64,
}

/// What one function did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Ran {
    /// Invocations, also those that came to nothing.
    pub invocations: u64,
    /// Records over all invocations.
    pub records: u64,
    /// Of those the ones handed over again.
    pub redelivered: u64,
    /// Records that answers said are not done.
    pub reported: u64,
    /// Invocations that ended without an answer, by how.
    pub failed: BTreeMap<&'static str, u64>,
    /// What befell its invocations.
    pub mishaps: BTreeMap<&'static str, u64>,
    /// The most memory that one of its processes had resident; Linux only.
    pub peak_memory_bytes: Option<u64>,
}

impl Report {
    /// Whether everything is as it has to be.
    pub fn is_good(&self) -> bool {
        self.verdict.is_good()
    }

    pub(crate) fn new(
        plan: &Plan,
        produced: u64,
        endpoints: &Endpoints,
        [analytics, relay]: [Ran; 2],
        verdict: Verdict,
        ran_for: Duration,
    ) -> Self {
        let found = |name: &str| verdict.checks.get(name).map_or(0, |check| check.found);
        let injected = endpoints.injected_faults();
        let mut faults = injected.by_kind();
        for (kind, times) in analytics.mishaps.iter().chain(&relay.mishaps) {
            *faults.entry(kind).or_default() += times;
        }
        let mut faults_by_operation = Operations::new();
        for (service, operation, kind, times) in injected.iter() {
            let operations = faults_by_operation.entry(service.name()).or_default();
            operations.entry(operation.to_owned()).or_default().insert(kind, times);
        }
        Self {
            seed: plan.seed,
            records: produced,
            applied: found("events of users")
                + found("payments of users")
                + found("readings of sensors")
                + found("labels of calibrators"),
            dead: found("dead letters"),
            reported: analytics.reported + relay.reported,
            redelivered: analytics.redelivered + relay.redelivered,
            lost: verdict.lost(),
            doubled: verdict.doubled(),
            different: verdict.different(),
            alerts_published_again: verdict.alerts_published_again,
            faults,
            faults_by_operation,
            verdict,
            analytics,
            relay,
            seconds: ran_for.as_secs_f64(),
        }
    }
}
