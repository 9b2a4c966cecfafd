use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Measure;
use crate::detectors::signal::{
    Gate, Origin, RoundedHours, Seen, Shift, StoredHours, TailScore, Volatility,
};

/// What is kept of a measure, as it is stored: 149 bytes or so.
///
/// The mean at the rate .01 is the slow one of the short shift, the fast one of the long shift and
/// the overall one of the hours. It is stored once.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    seen: Seen,
    origin: Origin,
    short: Shift,
    medium: Shift,
    long: SlowPart,
    volatility: Volatility,
    hours: StoredHours,
    tails: [TailScore; 5],
    /// The gate and the alerts of late; none where there never was one.
    alerted: Option<(Gate, f32)>,
}

/// A shift without its fast mean.
#[derive(Serialize, Deserialize)]
struct SlowPart {
    slow: f32,
    square: f32,
}

/// Bytes that are no measure's state.
#[derive(Debug, Error)]
#[error("its hours make no sense")]
pub(super) struct NoHours;

impl From<Measure> for Stored {
    fn from(measure: Measure) -> Self {
        let Measure { seen, origin, shifts, volatility, hours, tails, gate, recent_alerts } =
            measure;
        let [short, medium, long] = shifts;
        let was_alerted = gate != Gate::default() || recent_alerts != 0.0;
        Self {
            seen,
            origin,
            short,
            medium,
            long: SlowPart { slow: long.slow, square: long.square },
            volatility,
            hours: hours.stored(),
            tails,
            alerted: was_alerted.then_some((gate, recent_alerts)),
        }
    }
}

impl TryFrom<Stored> for Measure {
    type Error = NoHours;

    fn try_from(stored: Stored) -> Result<Self, NoHours> {
        let mean = stored.short.slow;
        let SlowPart { slow, square } = stored.long;
        let hours: RoundedHours = stored.hours.with_overall(mean).ok_or(NoHours)?;
        let (gate, recent_alerts) = stored.alerted.unwrap_or_default();
        Ok(Self {
            seen: stored.seen,
            origin: stored.origin,
            shifts: [stored.short, stored.medium, Shift { fast: mean, slow, square }],
            volatility: stored.volatility,
            hours,
            tails: stored.tails,
            gate,
            recent_alerts,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::settings::Settings;
    use crate::time::EventTime;

    fn after(readings: &[(f64, i64)]) -> Measure {
        let mut measure = Measure::default();
        for (reading, minutes) in readings {
            let score = measure.take(*reading, EventTime::from_millis(minutes * 60_000)).score();
            measure.passed_threshold(score, &Settings::default());
        }
        measure
    }

    #[test]
    fn a_measure_that_was_never_alerted_takes_149_bytes() {
        let steady: Vec<(f64, i64)> = (0..20_000).map(|minute| (20.0, minute)).collect();
        assert_eq!(postcard::to_stdvec(&after(&steady)).unwrap().len(), 149);
    }

    proptest! {
        /// That the three means are one is a matter of their rates, which stand in three files.
        #[test]
        fn what_is_left_out_comes_back_bit_for_bit(
            readings in vec((prop_oneof![-50.0..50.0, Just(1e12), Just(-1e12)], 0..5_000_i64), 1..400),
        ) {
            let measure = after(&readings);
            let stored = postcard::to_stdvec(&measure).unwrap();
            let read: Measure = postcard::from_bytes(&stored).unwrap();
            prop_assert_eq!(&read, &measure);
            prop_assert_eq!(postcard::to_stdvec(&read).unwrap(), stored);
        }
    }
}
