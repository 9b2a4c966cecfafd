//! What was seen of a mapping, in numbers.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hdrhistogram::Histogram;
use millrace_event_source_mapping::{BatchRecord, BatchResult, Observation, PartitionLag};

/// Numbers of a mapping that runs.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    started: Instant,
    pub(super) polled: u64,
    pub(super) filtered_out: u64,
    pub(super) done: u64,
    pub(super) given_up: u64,
    pub(super) batches: u64,
    pub(super) in_flight: u64,
    pub(super) retries: u64,
    pub(super) failures: u64,
    pub(super) lags: BTreeMap<i32, PartitionLag>,
    /// From a record's timestamp to the answer that it is done, in milliseconds.
    latency: Option<Histogram<u64>>,
    /// Records a second since the last tick.
    pub(super) rate: u64,
    last: (Instant, u64),
    /// Lines since the last tick, and those that were not told.
    told: usize,
    pub(super) untold: usize,
}

/// Latencies in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Latency {
    pub(crate) p50: u64,
    pub(crate) p95: u64,
    pub(crate) p99: u64,
    pub(crate) max: u64,
}

impl Seen {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            started: now,
            polled: 0,
            filtered_out: 0,
            done: 0,
            given_up: 0,
            batches: 0,
            in_flight: 0,
            retries: 0,
            failures: 0,
            lags: BTreeMap::new(),
            // Two digits are enough, and it grows to whatever comes.
            latency: Histogram::new(2).ok(),
            rate: 0,
            last: (now, 0),
            told: 0,
            untold: 0,
        }
    }

    pub(super) fn take_in(&mut self, observation: &Observation<'_>) {
        match observation {
            Observation::Unassigned(partitions) => {
                self.lags.retain(|partition, _| !partitions.contains(partition));
            }
            Observation::Polled { records, filtered_out } => {
                self.polled += *records as u64;
                self.filtered_out += *filtered_out as u64;
            }
            Observation::Invoking(_) => self.in_flight += 1,
            Observation::Invoked { done, result, .. } => {
                self.in_flight = self.in_flight.saturating_sub(1);
                self.batches += 1;
                self.done += done.len() as u64;
                let is_failure = !matches!(result, BatchResult::Done | BatchResult::Partial { .. });
                self.failures += u64::from(is_failure);
                self.note_latency(done);
            }
            Observation::Retrying { .. } | Observation::Bisected { .. } => self.retries += 1,
            Observation::GivenUp { records, .. } => self.given_up += records.len() as u64,
            Observation::Lag(lags) => {
                self.lags = lags.iter().map(|lag| (lag.partition, *lag)).collect();
            }
            _ => {}
        }
    }

    /// Reckons the rate anew.
    pub(super) fn tick(&mut self) {
        let (then, done) = self.last;
        let elapsed = then.elapsed();
        if elapsed >= Duration::from_secs(1) {
            let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
            self.rate = (self.done - done) * 1_000 / millis;
            self.last = (Instant::now(), self.done);
            self.told = 0;
        }
    }

    /// Whether another line may be told before the next tick.
    pub(super) fn may_tell(&mut self, most: usize) -> bool {
        self.told += 1;
        let may = self.told <= most;
        self.untold += usize::from(!may);
        may
    }

    /// Since the start.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Records that wait in the topic, by partition.
    pub(crate) fn lags(&self) -> impl Iterator<Item = (i32, u64)> {
        self.lags.values().map(|lag| (lag.partition, lag.records()))
    }

    /// From a record's timestamp to the answer that it is done; none without records.
    pub(crate) fn latency(&self) -> Option<Latency> {
        let latency = self.latency.as_ref().filter(|latency| !latency.is_empty())?;
        let at = |quantile| latency.value_at_quantile(quantile);
        Some(Latency { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: latency.max() })
    }

    fn note_latency(&mut self, done: &[BatchRecord]) {
        let Some(latency) = &mut self.latency else { return };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        for record in done.iter().filter(|record| record.timestamp >= 0) {
            // A producer's clock may be ahead.
            let age = u64::try_from(now - record.timestamp).unwrap_or(0);
            // It resizes itself; only a lack of memory keeps it from it.
            let _ = latency.record(age);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(age_ms: i64) -> BatchRecord {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
        let now = i64::try_from(now.as_millis()).expect("milliseconds fit");
        BatchRecord::new(0, 0, now - age_ms)
    }

    #[test]
    fn latency_is_the_time_since_the_record_s_timestamp() {
        let mut seen = Seen::new();
        assert_eq!(seen.latency(), None);
        seen.note_latency(&[record(5_000), record(5_000), record(3_600_000), record(-60_000)]);
        let latency = seen.latency().expect("there were records");
        // To two digits, and the clock goes on.
        assert!((5_000..5_200).contains(&latency.p50), "{latency:?}");
        assert!((3_600_000..3_640_000).contains(&latency.max), "{latency:?}");
    }
}
