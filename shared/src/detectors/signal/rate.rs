use serde::{Deserialize, Serialize};

/// The largest reading that is computed with, positive or negative: what a producer may send
/// (see `events`). Squares of it, and sums of those, are still far from the largest 32-bit float.
const READING_LIMIT: f64 = 1e12;

/// A reading as a 32-bit float, at the limit if it is beyond. Readings are finite: a sensor's state
/// takes no others.
#[expect(clippy::cast_possible_truncation, reason = "bounded, and rounding is what is wanted")]
pub(in super::super) const fn narrowed(reading: f64) -> f32 {
    reading.clamp(-READING_LIMIT, READING_LIMIT) as f32
}

/// How many readings there were before this one. It stops at 65,535: no rate falls after 2,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in super::super) struct Seen(pub(in super::super) u16);

impl Seen {
    /// The rate at which a mean moves towards this reading: that of the plain mean of all readings
    /// so far, but never less than `least`.
    pub(in super::super) fn rate(self, least: f32) -> f32 {
        least.max(1.0 / (f32::from(self.0) + 1.0))
    }

    /// The rate for means of what needs a reading before it, such as differences.
    pub(super) fn rate_without_first(self, least: f32) -> f32 {
        least.max(1.0 / f32::from(self.0.max(1)))
    }

    /// Whether this is the first reading.
    pub(super) const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// One more.
    pub(in super::super) fn count(&mut self) {
        self.0 = self.0.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_at_this_rate_is_the_plain_one_at_first_and_forgets_later() {
        let mut mean = 0.0;
        for (seen, reading) in [4.0_f32, 8.0, 3.0].into_iter().enumerate() {
            let seen = Seen(u16::try_from(seen).unwrap());
            mean += seen.rate(0.1) * (reading - mean);
        }
        assert!((mean - 5.0).abs() < 1e-6);
        assert!((Seen(u16::MAX).rate(0.1) - 0.1).abs() < 1e-9);
    }

    #[test]
    fn what_is_too_large_is_the_limit() {
        let narrowed = [f64::MAX, -1e300, 20.1].map(narrowed);
        assert_eq!(narrowed.map(f32::to_bits), [1e12_f32, -1e12, 20.1].map(f32::to_bits));
    }

    #[test]
    fn counting_stops_where_the_count_is_full() {
        let mut seen = Seen(u16::MAX);
        seen.count();
        assert_eq!(seen, Seen(u16::MAX));
    }
}
