use serde::{Deserialize, Serialize};

use super::Seen;
use crate::time::EventTime;

pub(super) const HOURS: usize = 24;
/// The least rates of an hour's mean, of the overall mean and of the mean distance.
const HOUR_RATE: f32 = 0.1;
const OVERALL_RATE: f32 = 0.01;
const DISTANCE_RATE: f32 = 0.001;
/// How much a reading may count for in units of the mean distance: in that mean, once there were so
/// many readings, and in its hour's mean.
const DISTANCE_LIMIT: f32 = 4.0;
const DISTANCE_FREE: u16 = 50;
const RESIDUAL_LIMIT: f32 = 6.0;
/// Before so many readings there is nothing to compare with.
const LEAST_SEEN: u16 = 20;
/// From so many readings on, the rate of an hour's mean no longer falls.
const COUNTED: u8 = 10;

/// What is usual at each hour of the day, and how far readings are from it: 116 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Hours {
    pub(super) means: [f32; HOURS],
    pub(super) counts: Counts,
    pub(super) overall: f32,
    pub(super) distance: f32,
}

/// Where the mean of an hour without readings begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum EmptyHour {
    /// At zero, so that the hour's second reading looks far off. Not what one would choose, but what
    /// the reference of `sensor_score` does, and its published figures are for.
    FromZero,
    /// At the overall mean.
    FromOverallMean,
}

impl Hours {
    /// Takes a reading and says how many mean distances it is from what is usual at its hour, in
    /// UTC; 0 for the first 21 readings.
    pub(in super::super) fn take(
        &mut self,
        reading: f32,
        time: EventTime,
        seen: Seen,
        empty: EmptyHour,
    ) -> f32 {
        if seen.is_none() {
            self.overall = reading;
        }
        let overall = self.overall;
        self.overall += seen.rate(OVERALL_RATE) * (reading - overall);

        let hour = hour_of_day(time);
        let is_first = self.counts.of(hour) == 0;
        let usual = if is_first { overall } else { self.means[hour] };
        let residual = reading - usual;
        let distance = residual.abs();
        let has_base = seen.0 > LEAST_SEEN && self.distance > 0.0;
        let feature = if has_base { distance / self.distance } else { 0.0 };

        let is_free = seen.0 < DISTANCE_FREE;
        let counted = if is_free { distance } else { distance.min(DISTANCE_LIMIT * self.distance) };
        self.distance += seen.rate(DISTANCE_RATE) * (counted - self.distance);

        if is_first && empty == EmptyHour::FromOverallMean {
            self.means[hour] = overall;
        }
        let rate = HOUR_RATE.max(1.0 / f32::from(self.counts.count(hour)));
        let limit = RESIDUAL_LIMIT * self.distance;
        self.means[hour] += rate * residual.abs().min(limit).copysign(residual);
        feature
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the remainder is from 0 to 23")]
pub(super) const fn hour_of_day(time: EventTime) -> usize {
    time.as_seconds().div_euclid(3_600).rem_euclid(24).unsigned_abs() as usize
}

/// How many readings each hour has had, up to ten, in half a byte each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counts([u8; HOURS / 2]);

impl Counts {
    /// Ten for every hour.
    pub(super) const FULL: Self = Self([COUNTED << 4 | COUNTED; HOURS / 2]);

    pub(super) fn are_full(self) -> bool {
        self == Self::FULL
    }

    const fn of(self, hour: usize) -> u8 {
        (self.0[hour / 2] >> Self::shift(hour)) & 0xf
    }

    /// Counts one more and returns the count, ten at most.
    fn count(&mut self, hour: usize) -> u8 {
        if self.of(hour) < COUNTED {
            self.0[hour / 2] += 1 << Self::shift(hour);
        }
        self.of(hour)
    }

    const fn shift(hour: usize) -> usize {
        4 * (hour % 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_hour(day: i64, hour: i64) -> EventTime {
        EventTime::from_millis((day * 24 + hour) * 3_600_000)
    }

    #[test]
    fn what_is_usual_at_noon_is_far_off_at_midnight() {
        let usual = |hour: i64| if (8..20).contains(&hour) { 30.0 } else { 10.0 };
        let mut hours = Hours::default();
        let mut seen = Seen::default();
        for day in 0..20 {
            for hour in 0..24 {
                // A little noise: there is no measure of distance without any.
                let reading = usual(hour) + if day % 2 == 0 { 0.5 } else { -0.5 };
                hours.take(reading, at_hour(day, hour), seen, EmptyHour::FromOverallMean);
                seen.count();
            }
        }
        let mut at = |reading, hour| {
            hours.take(reading, at_hour(20, hour), seen, EmptyHour::FromOverallMean)
        };
        assert!(at(30.0, 12) < 1.0);
        assert!(at(30.0, 0) > 5.0);
        assert!(at(10.0, 1) < 1.0);
    }

    #[test]
    fn the_second_reading_of_an_hour_is_far_off_only_where_hours_begin_at_zero() {
        let second_of_an_hour = |empty| {
            let mut hours = Hours::default();
            let readings = (0..40_u16).map(|seen| (Seen(seen), 20.0 + f32::from(seen % 2)));
            let mut feature = 0.0;
            for (seen, reading) in readings {
                // Thirty-nine in the first hour, then the next hour's first and second.
                let hour = i64::from(seen.0 >= 38);
                feature = hours.take(reading, at_hour(0, hour), seen, empty);
            }
            feature
        };
        assert!(second_of_an_hour(EmptyHour::FromZero) > 10.0);
        assert!(second_of_an_hour(EmptyHour::FromOverallMean) < 3.0);
    }

    #[test]
    fn each_hour_is_counted_by_itself_and_up_to_ten() {
        let mut counts = Counts::default();
        for _ in 0..30 {
            counts.count(23);
        }
        counts.count(22);
        assert_eq!((counts.of(21), counts.of(22), counts.of(23)), (0, 1, 10));
    }

    #[test]
    fn any_time_has_an_hour() {
        assert_eq!(hour_of_day(EventTime::from_millis(-1)), 23);
        assert_eq!(hour_of_day(EventTime::from_millis(3_600_000)), 1);
        assert!(hour_of_day(EventTime::from_millis(i64::MIN)) < HOURS);
    }
}
