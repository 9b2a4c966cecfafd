//! The run as one JSON object, for machines.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Outcome;
use super::archive::Archive;
use super::population::Labels;

#[derive(Serialize)]
struct Report<'a> {
    /// Records of the sample events and of the stream, each once.
    records: u64,
    /// What `analytics` was handed over, each record as often as it was.
    handed_over: u64,
    /// Of these, what came again because an answer was held back.
    records_again: u64,
    seconds: f64,
    records_per_second: u64,
    batches: u64,
    applied: u64,
    duplicates: u64,
    tombstones: u64,
    failed: u64,
    kafka: Kafka<'a>,
    dead_records: BTreeMap<&'a str, u64>,
    alerts: BTreeMap<&'a str, u64>,
    alerts_published: u64,
    users: u64,
    sensors: u64,
    sessions: OpenAndClosed,
    windows: OpenAndClosed,
    labels: &'a Labels,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_cpu_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_peak_memory_bytes: Option<u64>,
    /// What `relay` made of the same records; everything else but the requests is of `analytics`.
    archive: Archived<'a>,
    /// By service and operation; absent where nobody counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<BTreeMap<&'a str, BTreeMap<&'a str, u64>>>,
    /// What does not match what was handed over.
    problems: &'a [String],
}

#[derive(Serialize)]
struct Kafka<'a> {
    servers: &'a str,
    produced: u64,
    groups: usize,
    polled: u64,
    lag: u64,
}

#[derive(Serialize)]
struct Archived<'a> {
    #[serde(flatten)]
    archive: &'a Archive,
    /// What `relay` was handed over, in so many invocations.
    handed_over: u64,
    records_again: u64,
    batches: u64,
    ratio: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_cpu_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_peak_memory_bytes: Option<u64>,
}

#[derive(Serialize)]
struct OpenAndClosed {
    open: u64,
    closed: u64,
}

/// One line.
pub(super) fn json(outcome: &Outcome) -> String {
    let Outcome { fed, findings, archive, problems } = outcome;
    let population = &findings.population;
    let seconds = fed.wall.as_secs_f64();
    let report = Report {
        records: fed.records,
        seconds,
        records_per_second: fed.records_per_second(),
        handed_over: fed.analytics.records,
        records_again: fed.analytics.records_again,
        batches: fed.analytics.invocations,
        applied: findings.fates.applied,
        duplicates: findings.fates.duplicates,
        tombstones: findings.fates.tombstones,
        failed: findings.fates.failed,
        kafka: Kafka {
            servers: &fed.kafka,
            produced: fed.produced.records,
            groups: fed.groups,
            polled: fed.polled.records,
            lag: fed.lag,
        },
        dead_records: counts(&findings.dead_letters, |letters| letters.count),
        alerts: counts(&findings.alerts, |alerts| alerts.count),
        alerts_published: findings.published,
        users: population.users,
        sensors: population.sensors,
        sessions: OpenAndClosed {
            open: population.open_sessions,
            closed: population.closed_sessions,
        },
        windows: OpenAndClosed {
            open: population.open_spend_windows + population.open_measure_windows,
            closed: population.spend_windows + population.measure_windows,
        },
        labels: &population.labels,
        function_cpu_seconds: fed.analytics.cpu.map(|cpu| cpu.as_secs_f64()),
        function_peak_memory_bytes: fed.analytics.peak_memory,
        archive: Archived {
            archive,
            handed_over: fed.relay.records,
            records_again: fed.relay.records_again,
            batches: fed.relay.invocations,
            ratio: archive.ratio(),
            function_cpu_seconds: fed.relay.cpu.map(|cpu| cpu.as_secs_f64()),
            function_peak_memory_bytes: fed.relay.peak_memory,
        },
        requests: findings.changes.requests.as_ref().map(|requests| {
            let mut services: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
            for ((service, operation), count) in requests {
                let operations = services.entry(service.name()).or_default();
                operations.insert(operation, count.requests);
            }
            services
        }),
        problems,
    };
    serde_json::to_string(&report).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
}

fn counts<T>(groups: &BTreeMap<String, T>, count: impl Fn(&T) -> u64) -> BTreeMap<&str, u64> {
    groups.iter().map(|(name, group)| (name.as_str(), count(group))).collect()
}
