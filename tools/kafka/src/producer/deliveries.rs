//! What became of the records that were sent.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

/// The longest latency that is told apart from longer ones.
const LONGEST: Duration = Duration::from_mins(10);

/// What became of the records that were sent.
#[derive(Clone, Debug)]
pub struct Deliveries {
    /// Records that were acknowledged.
    pub delivered: u64,
    /// Bytes of their keys and values.
    pub bytes: u64,
    /// Records that were not, by what was wrong.
    pub failed: BTreeMap<String, u64>,
    latencies: Histogram<u64>,
}

impl Default for Deliveries {
    fn default() -> Self {
        let longest = u64::try_from(LONGEST.as_micros()).unwrap_or(u64::MAX);
        // Three digits: below a thousandth of error. Only bounds that exclude each other are refused.
        let latencies = Histogram::new_with_bounds(1, longest, 3);
        let latencies = latencies.or_else(|_| Histogram::new(3));
        Self {
            delivered: 0,
            bytes: 0,
            failed: BTreeMap::new(),
            latencies: latencies.unwrap_or_else(|_| unreachable!("three digits are allowed")),
        }
    }
}

impl Deliveries {
    pub(super) fn add(&mut self, bytes: usize, latency: Duration) {
        self.delivered += 1;
        self.bytes += bytes as u64;
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.latencies.saturating_record(micros);
    }

    pub(super) fn add_failure(&mut self, reason: String) {
        *self.failed.entry(reason).or_default() += 1;
    }

    /// Records that were not acknowledged.
    pub fn failures(&self) -> u64 {
        self.failed.values().sum()
    }

    /// From the moment at which a record was due to its acknowledgement, for all but this share of
    /// the records: 0.99 leaves out the slowest hundredth.
    pub fn latency(&self, quantile: f64) -> Duration {
        Duration::from_micros(self.latencies.value_at_quantile(quantile))
    }

    /// The slowest record.
    pub fn longest(&self) -> Duration {
        Duration::from_micros(self.latencies.max())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_all_acknowledged_records() {
        let mut deliveries = Deliveries::default();
        assert_eq!(deliveries.latency(0.99), Duration::ZERO);
        for millis in 1..=100 {
            deliveries.add(10, Duration::from_millis(millis));
        }
        deliveries.add_failure("timed out".to_owned());
        assert_eq!(
            (deliveries.delivered, deliveries.bytes, deliveries.failures()),
            (100, 1_000, 1)
        );
        let about = |quantile: f64, millis: f64| {
            let error: f64 = deliveries.latency(quantile).as_secs_f64() * 1_000.0 - millis;
            assert!(error.abs() <= millis / 500.0, "{quantile}: {error} ms off");
        };
        about(0.5, 50.0);
        about(0.95, 95.0);
        about(0.99, 99.0);
        // Longer than can be told apart is the longest, and no panic.
        deliveries.add(0, Duration::from_hours(24));
        assert!(deliveries.longest() >= Duration::from_secs(599));
    }
}
