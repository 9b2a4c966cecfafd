use serde::{Deserialize, Serialize};

use super::Seen;

/// Before so many readings there is nothing to compare with.
const LEAST_SEEN: u16 = 20;

/// How far the recent mean of a stream is from its lasting one.
///
/// With f the fast mean and m the slow one, d = f - m, and the shift is |d| over the square root of
/// the mean of d² so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Shift {
    pub(in super::super) fast: f32,
    pub(in super::super) slow: f32,
    pub(in super::super) square: f32,
}

/// The least rates at which the three means move.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct ShiftRates {
    pub(in super::super) fast: f32,
    pub(in super::super) slow: f32,
    pub(in super::super) square: f32,
}

impl Shift {
    /// Takes a reading and says how far the recent mean has shifted; 0 for the first 21 readings.
    pub(in super::super) fn take(&mut self, reading: f32, seen: Seen, rates: ShiftRates) -> f32 {
        if seen.is_none() {
            self.fast = reading;
            self.slow = reading;
        }
        self.fast += seen.rate(rates.fast) * (reading - self.fast);
        let distance = self.fast - self.slow;
        let has_base = seen.0 > LEAST_SEEN && self.square > 0.0;
        let shift = if has_base { distance.abs() / self.square.sqrt() } else { 0.0 };
        self.slow += seen.rate(rates.slow) * (reading - self.slow);
        self.square += seen.rate(rates.square) * (distance * distance - self.square);
        shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: ShiftRates = ShiftRates { fast: 0.1, slow: 0.001, square: 0.001 };

    fn largest_of_the_last_twenty(readings: impl Iterator<Item = f32>) -> f32 {
        let mut shift = Shift::default();
        let mut all = Vec::new();
        for (seen, reading) in readings.enumerate() {
            all.push(shift.take(reading, Seen(u16::try_from(seen).unwrap()), RATES));
        }
        all[all.len() - 20..].iter().copied().fold(0.0, f32::max)
    }

    #[test]
    fn a_new_level_shifts_and_a_constant_one_never_does() {
        let zigzag = |number: i16| f32::from(20 + number % 2);
        let steady = largest_of_the_last_twenty((0..300).map(zigzag));
        let risen = largest_of_the_last_twenty((0..280).map(zigzag).chain([30.0; 20]));
        assert!(risen > 10.0 * steady, "{risen} against {steady}");
        assert_eq!(largest_of_the_last_twenty(std::iter::repeat_n(20.0, 300)).to_bits(), 0);
    }
}
