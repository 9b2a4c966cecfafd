use libm::logf;
use serde::{Deserialize, Serialize};

use super::Seen;

/// The least rates of the mean step of late, and of the lasting one.
const FAST: f32 = 0.1;
const SLOW: f32 = 0.002;
/// Before so many readings there is nothing to compare with.
const LEAST_SEEN: u16 = 30;

/// How much larger, or smaller, a stream's steps have been of late than they usually are.
///
/// With steps |x - previous x|, a fast mean of them and a slow one, it is |ln(fast / slow)|, the
/// slow mean as before this reading: a stream that stands still is as strange as one that jumps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Volatility {
    previous: f32,
    fast: f32,
    slow: f32,
}

impl Volatility {
    /// Takes a reading and says how far the steps are from usual; 0 for the first 31 readings.
    pub(in super::super) fn take(&mut self, reading: f32, seen: Seen) -> f32 {
        if seen.is_none() {
            self.previous = reading;
            return 0.0;
        }
        let step = (reading - self.previous).abs();
        self.previous = reading;
        self.fast += seen.rate_without_first(FAST) * (step - self.fast);
        let has_base = seen.0 > LEAST_SEEN && self.fast > 0.0 && self.slow > 0.0;
        // Not the logarithm of the ratio, which can be infinite.
        let change = if has_base { (logf(self.fast) - logf(self.slow)).abs() } else { 0.0 };
        self.slow += seen.rate_without_first(SLOW) * (step - self.slow);
        change
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(readings: impl Iterator<Item = f32>) -> f32 {
        let mut volatility = Volatility::default();
        let mut last = 0.0;
        for (seen, reading) in readings.enumerate() {
            last = volatility.take(reading, Seen(u16::try_from(seen).unwrap()));
        }
        last
    }

    #[test]
    fn steps_as_usual_are_zero_and_both_larger_and_smaller_ones_are_not() {
        let zigzag = |number: i16| f32::from(number % 2);
        assert!(after((0..500).map(zigzag)) < 1e-5);
        // Steps of 10 for long enough that the fast mean is there: ln 10 = 2.30, less what the slow
        // mean has followed.
        let wilder = after((0..500).map(zigzag).chain((0..50).map(|number| 10.0 * zigzag(number))));
        assert!((1.5..2.3).contains(&wilder), "{wilder}");
        // Thirty steps of nothing: 30 · -ln(0.9) = 3.16, less what the slow mean has followed.
        let still = after((0..500).map(zigzag).chain([1.0; 31]));
        assert!((3.0..3.3).contains(&still), "{still}");
    }
}
