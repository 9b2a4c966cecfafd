//! A rate, kept.

use std::time::{Duration, Instant};

/// Sleeping for less than this takes longer than waiting.
const SHORTEST_SLEEP: Duration = Duration::from_micros(500);

/// When each record is due. A record that is late does not make the next ones later: the rate is made
/// up for, and the lateness stands in the latency.
pub(super) struct Pace {
    started: Instant,
    /// Nanoseconds from one record to the next.
    interval: Option<u64>,
    sent: u64,
}

impl Pace {
    /// From now on, this many records a second; without a rate, as many as there can be.
    pub(super) fn start(rate: Option<u32>) -> Self {
        let interval = rate.map(|rate| 1_000_000_000 / u64::from(rate.max(1)));
        Self { started: Instant::now(), interval, sent: 0 }
    }

    /// Waits until the next record is due, and returns when that was.
    pub(super) fn next(&mut self) -> Instant {
        let Some(interval) = self.interval else { return Instant::now() };
        let due = self.started + Duration::from_nanos(interval * self.sent);
        self.sent += 1;
        let early = due.saturating_duration_since(Instant::now());
        if early >= SHORTEST_SLEEP {
            std::thread::sleep(early);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_due_at_equal_intervals_however_late_they_are() {
        let mut pace = Pace::start(Some(10_000));
        let due: Vec<Duration> = (0..50).map(|_| pace.next() - pace.started).collect();
        let expected: Vec<Duration> =
            (0..50).map(|number| Duration::from_micros(100 * number)).collect();
        assert_eq!(due, expected);
        assert!(pace.started.elapsed() >= Duration::from_micros(4_400));
    }
}
