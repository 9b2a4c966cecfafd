use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::clipped;
use crate::time::EventTime;

/// How many measures and how many kinds of anomaly one window keeps.
const MEASURE_LIMIT: usize = 16;
const ANOMALY_LIMIT: usize = 16;

/// One measure's readings in one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureStats {
    /// The measure's name.
    pub measure: String,
    /// How many readings.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// Their mean, to nine decimals where it is from 1 to a million.
    pub mean: f64,
    /// The sum of squared deviations from the mean, by Welford's method (1962).
    pub squares: f32,
}

/// A window of a sensor's readings that still takes some.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureWindow {
    /// When it starts.
    pub start: EventTime,
    /// One entry per measure, in the order of their names: 16 at most.
    pub measures: Vec<MeasureStats>,
    /// The names of the detectors that raised an alert for a reading in this window.
    pub anomalies: Vec<String>,
}

/// A window of a sensor's readings that is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClosedMeasures {
    /// When it ended.
    pub end: EventTime,
    /// What it held.
    pub window: MeasureWindow,
}

/// A sensor's open windows, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeasureWindows(pub Vec<MeasureWindow>);

impl MeasureStats {
    fn begin(measure: &str, value: f64) -> Self {
        let measure = measure.to_owned();
        Self { measure, count: 1, min: value, max: value, mean: value, squares: 0.0 }
    }

    #[expect(clippy::cast_precision_loss, reason = "a window never holds 2^52 readings")]
    fn take(&mut self, value: f64) {
        self.count += 1;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        let before = value - self.mean;
        let mean = to_nine_decimals(self.mean + before / self.count as f64);
        self.mean = mean.max(self.min).min(self.max);
        self.squares += narrowed(before * (value - self.mean));
    }

    /// The sample standard deviation (n - 1); none for fewer than two readings.
    #[expect(clippy::cast_precision_loss, reason = "a window never holds 2^52 readings")]
    pub fn standard_deviation(&self) -> Option<f64> {
        (self.count > 1).then(|| (f64::from(self.squares) / (self.count - 1) as f64).sqrt())
    }
}

/// A mean that people read as 20.54 and not as 20.540000000000003, and that takes as little room.
/// Nine decimals are more than what is measured is exact to; of smaller numbers they might not be,
/// and larger ones have no more.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "whole numbers up to 10^15, which floats hold exactly"
)]
fn to_nine_decimals(mean: f64) -> f64 {
    const SCALE: f64 = 1e9;
    if !(1.0..1e6).contains(&mean.abs()) {
        return mean;
    }
    ((mean * SCALE + 0.5_f64.copysign(mean)) as i64) as f64 / SCALE
}

/// Seven digits do for what a deviation is computed from.
#[expect(clippy::cast_possible_truncation, reason = "rounded; readings are 10^12 at most")]
const fn narrowed(square: f64) -> f32 {
    square as f32
}

impl MeasureWindow {
    fn take(&mut self, measure: &str, value: f64) {
        let measure = clipped(measure);
        match self.measures.binary_search_by(|known| known.measure.as_str().cmp(measure)) {
            Ok(at) => self.measures[at].take(value),
            Err(at) if self.measures.len() < MEASURE_LIMIT => {
                self.measures.insert(at, MeasureStats::begin(measure, value));
            }
            Err(_) => {}
        }
    }

    /// Notes that a detector raised an alert for a reading in this window.
    pub(crate) fn note_anomaly(&mut self, detector: &str) {
        let known = self.anomalies.iter().any(|known| known == detector);
        if !known && self.anomalies.len() < ANOMALY_LIMIT {
            self.anomalies.push(detector.to_owned());
        }
    }
}

impl MeasureWindows {
    /// Adds readings to the window that their time falls into, and returns it. The caller has made
    /// sure that this window is not over.
    pub(crate) fn take<'a>(
        &mut self,
        length: Duration,
        time: EventTime,
        readings: impl Iterator<Item = (&'a str, f64)>,
    ) -> &mut MeasureWindow {
        let start = time.window_start(length);
        let at = self.0.partition_point(|window| window.start < start);
        if self.0.get(at).is_none_or(|window| window.start != start) {
            let empty = MeasureWindow { start, measures: Vec::new(), anomalies: Vec::new() };
            self.0.insert(at, empty);
        }
        let window = &mut self.0[at];
        for (measure, value) in readings {
            window.take(measure, value);
        }
        window
    }

    /// The open window that a time falls into.
    pub(crate) fn at(&mut self, length: Duration, time: EventTime) -> Option<&mut MeasureWindow> {
        let start = time.window_start(length);
        self.0.iter_mut().find(|window| window.start == start)
    }

    /// Takes out what is over: the windows whose end, plus the allowed lateness, has been reached.
    pub(crate) fn close(
        &mut self,
        length: Duration,
        lateness: Duration,
        now: EventTime,
    ) -> Vec<ClosedMeasures> {
        let open = self
            .0
            .iter()
            .position(|window| window.start.plus(length).plus(lateness) > now)
            .unwrap_or(self.0.len());
        self.0
            .drain(..open)
            .map(|window| ClosedMeasures { end: window.start.plus(length), window })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE_MINUTES: Duration = Duration::from_mins(5);

    fn at(seconds: i64) -> EventTime {
        EventTime::from_millis(seconds * 1_000)
    }

    #[test]
    fn statistics_are_those_of_the_textbook() {
        let mut windows = MeasureWindows::default();
        let readings = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        let window = windows.take(
            FIVE_MINUTES,
            at(10),
            readings.iter().map(|value| ("temperature", *value)),
        );
        let stats = &window.measures[0];
        assert_eq!((stats.count, stats.min, stats.max, stats.mean), (8, 2.0, 9.0, 5.0));
        // The squared deviations are 9, 1, 1, 1, 0, 0, 4, 16: 32 in all, over n - 1 = 7.
        let deviation = stats.standard_deviation().unwrap();
        assert!((deviation - (32.0_f64 / 7.0).sqrt()).abs() < 1e-6);
    }

    #[test]
    fn a_mean_has_nine_decimals_at_most_where_that_is_exact_enough() {
        for (mean, rounded) in [
            (20.540_000_000_000_003, 20.54),
            (-20.533_333_333_333_335, -20.533_333_333),
            (0.123_456_789_012_345, 0.123_456_789_012_345),
            (1_234_567.123_456_789, 1_234_567.123_456_789),
        ] {
            assert_eq!(to_nine_decimals(mean).to_bits(), f64::to_bits(rounded), "{mean}");
        }
    }

    #[test]
    fn a_mean_lies_between_the_smallest_and_the_largest_reading() {
        let mut stats = MeasureStats::begin("pressure", 20.123_456_789_123);
        (0..5).for_each(|_| stats.take(20.123_456_789_123));
        assert_eq!(stats.mean.to_bits(), stats.min.to_bits());
        assert_eq!(stats.squares.to_bits(), 0);
    }

    #[test]
    fn one_reading_has_no_standard_deviation() {
        assert_eq!(MeasureStats::begin("humidity", 40.0).standard_deviation(), None);
    }

    #[test]
    fn windows_close_in_order_and_late_readings_still_find_theirs() {
        let mut windows = MeasureWindows::default();
        windows.take(FIVE_MINUTES, at(10), [("humidity", 1.0)].into_iter());
        windows.take(FIVE_MINUTES, at(310), [("humidity", 2.0)].into_iter());
        windows.take(FIVE_MINUTES, at(20), [("humidity", 3.0)].into_iter());
        windows.at(FIVE_MINUTES, at(20)).unwrap().note_anomaly("humidity_range");
        let closed = windows.close(FIVE_MINUTES, FIVE_MINUTES, at(600));
        assert_eq!(closed.len(), 1);
        assert_eq!(closed[0].end, at(300));
        assert_eq!(closed[0].window.measures[0].count, 2);
        assert_eq!(closed[0].window.anomalies, ["humidity_range"]);
        assert_eq!(windows.0[0].start, at(300));
    }
}
