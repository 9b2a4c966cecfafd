use serde::{Deserialize, Serialize};

/// How many values are kept. Of 200 values, the 95th percentile lies between the eleventh and the
/// tenth largest.
const KEPT: usize = 11;

/// The largest of 200 values, ascending: enough to know their 95th percentile exactly.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Largest(Vec<f32>);

impl Largest {
    pub(super) fn take(&mut self, value: f32) {
        let at = self.0.partition_point(|kept| *kept < value);
        self.0.insert(at, value);
        if self.0.len() > KEPT {
            self.0.remove(0);
        }
    }

    /// The 95th percentile, by linear interpolation between neighbours: at 0.95 · 199 = 189.05 of
    /// the values counted from 0.
    pub(super) fn percentile_95(&self) -> f32 {
        match self.0[..] {
            [lower, upper, ..] if self.0.len() == KEPT => lower + 0.05 * (upper - lower),
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_percentile_is_that_of_all_values_in_any_order() {
        // 0 to 199, each once: 189.05.
        let mut largest = Largest::default();
        for number in 0..200_u16 {
            largest.take(f32::from(number * 77 % 200));
        }
        assert!((largest.percentile_95() - 189.05).abs() < 1e-3);
    }

    #[test]
    fn too_few_values_have_none() {
        let mut largest = Largest::default();
        (0..10_u8).for_each(|number| largest.take(f32::from(number)));
        assert_eq!(largest.percentile_95().to_bits(), 0);
    }
}
