use serde::{Deserialize, Serialize};

use super::hours::{Counts, HOURS, hour_of_day};
use super::{EmptyHour, Hours, Seen};
use crate::time::EventTime;

/// The least and the largest exponent of the unit: readings are no larger than 10¹², which is less
/// than 2⁴⁰.
const UNITS: std::ops::RangeInclusive<i8> = -100..=27;

/// [`Hours`] in half the room. The mean of the hour that it is stays a float; those of the other
/// hours are rounded to multiples of a unit, a power of two chosen such that the largest of them is
/// 16,384 units or more: to a thirty-thousandth of how far they differ.
///
/// What is rounded is what is computed with, and when it is rounded (as another hour comes) depends
/// on the times of the readings alone. So storing it changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in super::super) struct RoundedHours {
    hours: Hours,
    /// The hour of the last reading.
    hour: u8,
    /// The exponent of two that gives the unit of all other hours' means.
    unit: i8,
}

/// As it is stored, but for the overall mean: 57 bytes, and 12 more until every hour has had ten
/// readings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct StoredHours {
    hour: u8,
    mean: f32,
    unit: i8,
    /// The means of the other hours, from the one after on.
    others: [[u8; 2]; HOURS - 1],
    /// None where all of them are full.
    counts: Option<Counts>,
    distance: f32,
}

impl RoundedHours {
    /// Takes a reading and says how many mean distances it is from what is usual at its hour, as
    /// [`Hours::take`].
    pub(in super::super) fn take(&mut self, reading: f32, time: EventTime, seen: Seen) -> f32 {
        let hour = hour_of_day(time);
        if hour != usize::from(self.hour) {
            self.round();
            self.hour = u8::try_from(hour).unwrap_or_default();
        }
        self.hours.take(reading, time, seen, EmptyHour::FromOverallMean)
    }

    /// The overall mean, at the rate .01.
    #[cfg(test)]
    pub(in super::super) const fn overall(&self) -> f32 {
        self.hours.overall
    }

    fn round(&mut self) {
        let largest =
            self.hours.means.iter().fold(0.0_f32, |largest, mean| largest.max(mean.abs()));
        self.unit = unit_for(largest);
        let (unit, units) = (power_of_two(self.unit), power_of_two(-self.unit));
        for mean in &mut self.hours.means {
            *mean = f32::from(whole(*mean * units)) * unit;
        }
    }

    pub(in super::super) fn stored(&self) -> StoredHours {
        let units = power_of_two(-self.unit);
        let mut others = [[0; 2]; HOURS - 1];
        for (stored, hour) in others.iter_mut().zip(after(self.hour)) {
            *stored = whole(self.hours.means[hour] * units).to_le_bytes();
        }
        let counts = self.hours.counts;
        StoredHours {
            hour: self.hour,
            mean: self.hours.means[usize::from(self.hour)],
            unit: self.unit,
            others,
            counts: (!counts.are_full()).then_some(counts),
            distance: self.hours.distance,
        }
    }
}

impl StoredHours {
    /// What was stored, with the overall mean that was kept elsewhere; none if it makes no sense.
    pub(in super::super) fn with_overall(self, overall: f32) -> Option<RoundedHours> {
        if usize::from(self.hour) >= HOURS || !UNITS.contains(&self.unit) {
            return None;
        }
        let mut means = [0.0; HOURS];
        means[usize::from(self.hour)] = self.mean;
        let unit = power_of_two(self.unit);
        for (hour, stored) in after(self.hour).zip(self.others) {
            means[hour] = f32::from(i16::from_le_bytes(stored)) * unit;
        }
        let counts = self.counts.unwrap_or(Counts::FULL);
        let hours = Hours { means, counts, overall, distance: self.distance };
        Some(RoundedHours { hours, hour: self.hour, unit: self.unit })
    }
}

/// The 23 other hours, from the one after on.
fn after(hour: u8) -> impl Iterator<Item = usize> {
    (1..HOURS).map(move |step| (usize::from(hour) + step) % HOURS)
}

/// The unit, as an exponent of two, in which the largest mean is from 16,384 to 32,767.
fn unit_for(largest: f32) -> i8 {
    // The exponent of a float is stored with 127 added to it.
    let exponent = i32::try_from(largest.to_bits() >> 23).unwrap_or_default() - 127;
    let (least, most) = (i32::from(*UNITS.start()), i32::from(*UNITS.end()));
    i8::try_from((exponent - 14).clamp(least, most)).unwrap_or_default()
}

/// Two to the power of an exponent from -126 to 127.
fn power_of_two(exponent: i8) -> f32 {
    f32::from_bits((i32::from(exponent) + 127).unsigned_abs() << 23)
}

/// The nearest whole number, and the last one for what is beyond.
#[expect(clippy::cast_possible_truncation, reason = "what is beyond is taken for the last")]
fn whole(number: f32) -> i16 {
    (number + 0.5_f32.copysign(number)) as i16
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn after_readings(readings: &[(f32, i64)]) -> RoundedHours {
        let mut hours = RoundedHours::default();
        let mut seen = Seen::default();
        for (reading, minutes) in readings {
            hours.take(*reading, EventTime::from_millis(minutes * 60_000), seen);
            seen.count();
        }
        hours
    }

    fn bytes(hours: &RoundedHours) -> Vec<u8> {
        postcard::to_stdvec(&hours.stored()).unwrap()
    }

    #[test]
    fn a_unit_gives_the_largest_fifteen_bits() {
        for (largest, unit) in [(1.0, -14), (1.99, -14), (2.0, -13), (20_000.0, 0), (1e12, 25)] {
            assert_eq!(unit_for(largest), unit, "{largest}");
            let units = largest / power_of_two(unit);
            assert!((16_384.0..32_768.0).contains(&units), "{largest} is {units} units");
        }
        assert_eq!([0.0, 1e-40, 1e-35].map(unit_for), [-100; 3]);
        assert_eq!(unit_for(f32::MAX), 27);
    }

    #[test]
    fn a_number_is_rounded_to_the_nearest_and_never_overflows() {
        let numbers = [0.4, 0.5, -0.5, -1.4, 32_767.9, -1e30, f32::INFINITY];
        assert_eq!(numbers.map(whole), [0, 1, -1, -1, 32_767, -32_768, 32_767]);
    }

    #[test]
    fn rounding_moves_a_mean_by_a_thirty_thousandth_of_the_largest_at_most() {
        // Two readings an hour on two days, of 100 around noon and of 7.3 at night.
        let readings: Vec<(f32, i64)> =
            (0..96).map(|half| (if half / 2 % 24 < 12 { 7.3 } else { 100.0 }, half * 30)).collect();
        let (rounded, mut exact, mut seen) =
            (after_readings(&readings), Hours::default(), Seen::default());
        for (reading, minutes) in &readings {
            let time = EventTime::from_millis(minutes * 60_000);
            exact.take(*reading, time, seen, EmptyHour::FromOverallMean);
            seen.count();
        }
        for (mean, exact) in rounded.hours.means.iter().zip(exact.means) {
            assert!((mean - exact).abs() < 100.0 / 30_000.0, "{mean} for {exact}");
        }
        let bits = |means: [f32; HOURS]| means.map(f32::to_bits);
        assert_ne!(bits(rounded.hours.means), bits(exact.means));
    }

    #[test]
    fn a_usual_measure_takes_57_bytes_once_all_hours_are_known() {
        let minutes = |count: i64| (0..count).map(|minute| (20.0, minute)).collect::<Vec<_>>();
        assert_eq!(bytes(&after_readings(&minutes(1_500))).len(), 57);
        assert_eq!(bytes(&after_readings(&minutes(700))).len(), 57 + 12);
    }

    #[test]
    fn an_hour_or_a_unit_that_does_not_exist_is_refused() {
        let stored = after_readings(&[(1.0, 5)]).stored();
        assert!(stored.clone().with_overall(0.0).is_some());
        assert!(StoredHours { hour: 24, ..stored.clone() }.with_overall(0.0).is_none());
        assert!(StoredHours { unit: 28, ..stored.clone() }.with_overall(0.0).is_none());
        assert!(StoredHours { unit: -101, ..stored }.with_overall(0.0).is_none());
    }

    proptest! {
        /// Whatever the readings and their times, the limits of readings among them.
        #[test]
        fn what_is_stored_comes_back_bit_for_bit(
            readings in vec(
                (prop_oneof![-50.0..50.0_f32, Just(1e12), Just(-1e12), Just(0.0), -1e-30..1e-30_f32], 0..5_000_i64),
                1..200,
            ),
        ) {
            let hours = after_readings(&readings);
            let stored: StoredHours = postcard::from_bytes(&bytes(&hours)).unwrap();
            let read = stored.with_overall(hours.overall()).unwrap();
            prop_assert_eq!(bytes(&read), bytes(&hours));
            prop_assert_eq!(read.hours.means.map(f32::to_bits), hours.hours.means.map(f32::to_bits));
            prop_assert_eq!(read, hours);
        }
    }
}
