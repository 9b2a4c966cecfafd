use std::collections::BTreeMap;

use millrace_shared::kafka::{Batch, Entry};

/// How many values a doubling of the age is divided into: neighbours are 19 % apart.
const STEPS: f64 = 4.0;
/// The largest exponent of two: some two years.
const OCTAVES: f64 = 36.0;

/// How old records were when they were handled, in milliseconds: a histogram of few values.
///
/// An age counts as the next step above it (0, 1 ms, 1.19 ms, 1.41 ms, 1.68 ms, 2 ms and so on), and
/// those of the last step as the oldest of them. So the maximum is exact, other ages are at most
/// 19 % too high, and a batch of any size fits into one datum.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordAges {
    counts: BTreeMap<u32, u64>,
    oldest: u64,
}

impl RecordAges {
    /// The ages of a batch's records that have a timestamp.
    pub fn of(batch: &Batch<'_>, now_millis: u64) -> Self {
        let mut ages = Self::default();
        for entry in batch.entries() {
            let timestamp = match &entry {
                Entry::Record(record) => record.timestamp(),
                Entry::Dead(record) => record.timestamp,
            };
            if let Some(written) = timestamp.and_then(|timestamp| u64::try_from(timestamp.0).ok()) {
                ages.note(now_millis.saturating_sub(written));
            }
        }
        ages
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a step between 0 and 145"
    )]
    fn note(&mut self, millis: u64) {
        let step = match millis {
            0 => 0,
            millis => {
                (millis as f64).log2().mul_add(STEPS, 1.0).ceil().min(OCTAVES * STEPS + 1.0) as u32
            }
        };
        *self.counts.entry(step).or_default() += 1;
        self.oldest = self.oldest.max(millis);
    }

    /// The values, ascending, and how often each occurred: 146 at most.
    #[expect(clippy::cast_precision_loss, reason = "counts of one batch, and ages in milliseconds")]
    pub fn values_and_counts(&self) -> (Vec<f64>, Vec<f64>) {
        let steps = self.counts.iter().map(|(step, count)| (value(*step), *count as f64));
        let (mut values, counts): (Vec<f64>, Vec<f64>) = steps.unzip();
        if let Some(last) = values.last_mut() {
            *last = self.oldest as f64;
        }
        (values, counts)
    }
}

fn value(step: u32) -> f64 {
    match step {
        0 => 0.0,
        step => (f64::from(step - 1) / STEPS).exp2(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ages(millis: &[u64]) -> RecordAges {
        let mut ages = RecordAges::default();
        for age in millis {
            ages.note(*age);
        }
        ages
    }

    #[test]
    fn powers_of_two_are_values_of_their_own() {
        let (values, counts) = ages(&[0, 1, 2, 1_024, 1_024, 0]).values_and_counts();
        assert_eq!(values, [0.0, 1.0, 2.0, 1_024.0]);
        assert_eq!(counts, [2.0, 1.0, 1.0, 2.0]);
    }

    #[test]
    fn records_without_a_timestamp_have_no_age_and_those_of_the_future_none_below_zero() {
        let event = r#"{"records":{"t-0":[
            {"topic":"t","partition":0,"offset":1,"timestamp":900},
            {"topic":"t","partition":0,"offset":2,"timestamp":-1},
            {"topic":"t","partition":0,"offset":3,"timestamp":5000},
            {"topic":"t","partition":0,"timestamp":999}]}}"#;
        let batch = Batch::decode(event.as_bytes()).unwrap();
        let (values, counts) = RecordAges::of(&batch, 1_000).values_and_counts();
        assert_eq!(values, [0.0, 1.0, 100.0]);
        assert_eq!(counts, [1.0, 1.0, 1.0]);
    }

    #[test]
    fn ages_between_two_steps_count_as_the_upper_one_and_the_oldest_as_itself() {
        // 100 is above 2^(26/4) = 90.5 and below 2^(27/4) = 107.63; so is 95.
        let (values, counts) = ages(&[95, 100, 5_000, 5_100]).values_and_counts();
        assert!((values[0] - 107.63).abs() < 0.01, "{values:?}");
        assert_eq!((values[1], &counts[..]), (5_100.0, &[2.0, 2.0][..]));
    }

    proptest! {
        #[test]
        fn a_value_is_the_age_or_at_most_a_fifth_above(millis in 1_u64..1 << 35) {
            let (values, _) = ages(&[millis, u64::MAX]).values_and_counts();
            #[expect(clippy::cast_precision_loss, reason = "below 2^52")]
            let ratio = values[0] / millis as f64;
            prop_assert!((0.999_999..1.2).contains(&ratio), "{ratio}");
        }

        #[test]
        fn there_are_never_more_values_than_one_datum_takes(millis in prop::collection::vec(any::<u64>(), 0..3_000)) {
            prop_assert!(ages(&millis).counts.len() <= 146);
        }
    }
}
