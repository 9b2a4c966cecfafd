use serde::{Deserialize, Serialize};

use super::MeasureKey;

/// How many measures of a sensor are looked at: the first that it sends.
const MEASURE_LIMIT: usize = 16;

/// What is kept of each measure of a sensor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct ByMeasure<T>(Vec<(MeasureKey, T)>);

impl<T> Default for ByMeasure<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default> ByMeasure<T> {
    /// What is kept of a measure, begun if there is nothing yet; none for one too many.
    pub(in super::super) fn of(&mut self, measure: &str) -> Option<&mut T> {
        let measure = MeasureKey::of(measure);
        let at = match self.0.iter().position(|(known, _)| *known == measure) {
            Some(at) => at,
            None if self.0.len() < MEASURE_LIMIT => {
                self.0.push((measure, T::default()));
                self.0.len() - 1
            }
            None => return None,
        };
        Some(&mut self.0[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sixteen_measures_are_kept_and_later_ones_are_not() {
        let mut kept = ByMeasure::<u32>::default();
        for number in 0..16 {
            *kept.of(&format!("measure-{number}")).unwrap() = number;
        }
        assert_eq!(kept.of("measure-16"), None);
        assert_eq!(kept.of("measure-15"), Some(&mut 15));
    }
}
