use serde::{Deserialize, Serialize};

use super::{Seen, narrowed};

/// The first reading of a stream, near enough. The others are computed with as distances from it,
/// so that 32-bit floats do for a meter that stands at 123,456,789.01 and turns by hundredths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Origin(f32);

impl Origin {
    /// A reading's distance from the first one, which is this one if none was seen.
    pub(in super::super) fn distance(&mut self, reading: f64, seen: Seen) -> f32 {
        if seen.is_none() {
            *self = Self::at(reading);
        }
        self.to(reading)
    }

    /// The origin of a stream that begins with this reading.
    pub(in super::super) const fn at(reading: f64) -> Self {
        Self(narrowed(reading))
    }

    /// How far a reading is from it.
    pub(in super::super) fn to(self, reading: f64) -> f32 {
        narrowed(reading - f64::from(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_steps_at_a_high_level_are_kept() {
        let mut origin = Origin::default();
        let first = origin.distance(123_456_789.01, Seen::default());
        let second = origin.distance(123_456_789.02, Seen(1));
        assert!((second - first - 0.01).abs() < 1e-4, "{first} to {second}");
    }
}
