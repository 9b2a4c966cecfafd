use smallvec::SmallVec;

use super::prelude::*;
use super::stored_number::StoredNumber;
use crate::windows::clipped;

/// How many readings of a measure make up its mean. Nothing older enters the rule, so nothing
/// older is kept.
const KEPT: usize = 10;
/// How many measures of a sensor are looked at: the first that it sends.
const MEASURE_LIMIT: usize = 16;
/// The share of the allowed distance that is left to rounding: the mean of ten times 20.1 comes out
/// as 20.099999999999998, and 30.15 should still be exactly half of it away.
const ROUNDING: f64 = 1e-9;

/// `reading_deviation`: a reading further from the mean of its measure's last ten readings than
/// half that mean, once there are ten from earlier events.
///
/// All readings of an event are compared with the mean before it; the worst of each measure is
/// alerted. The rule holds to the letter where the mean is 0: any other reading deviates.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct ReadingDeviation {
    measures: Vec<Kept>,
}

/// A measure's last readings, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    measure: String,
    last: Vec<StoredNumber>,
}

impl Detector<SensorReading<'_>, SensorProfile> for ReadingDeviation {
    fn detect(&mut self, event: &SensorReading<'_>, context: &mut Context<'_, SensorProfile>) {
        for reading in &event.readings {
            self.begin(clipped(&reading.measure));
        }
        for kept in &mut self.measures {
            let of_measure = |reading: &&Reading<'_>| clipped(&reading.measure) == kept.measure;
            let values: SmallVec<[f64; KEPT]> =
                event.readings.iter().filter(of_measure).map(|reading| reading.value).collect();
            if let Some(mean) = kept.mean() {
                judge(&kept.measure, &values, mean, context);
            }
            kept.keep(&values);
        }
    }
}

/// Raises an alert if the reading furthest from the mean is too far from it.
fn judge(measure: &str, values: &[f64], mean: f64, context: &mut Context<'_, SensorProfile>) {
    let distance = |value: &f64| (value - mean).abs();
    let by_distance = |one: &&f64, other: &&f64| distance(one).total_cmp(&distance(other));
    let Some(&reading) = values.iter().max_by(by_distance) else { return };
    let allowed = context.settings.reading_deviation_share * mean.abs();
    // Not `<=`, so that a distance which is no number raises nothing.
    let deviates = distance(&reading) > allowed * (1.0 + ROUNDING);
    if !deviates {
        return;
    }
    let message = format!(
        "A {measure} reading of {reading} is more than {} away from {}, the mean of the last {KEPT}.",
        six_digits(allowed),
        six_digits(mean)
    );
    context
        .raise_for(measure, Severity::Low, message)
        .with("measure", measure)
        .with("reading", reading)
        .with("mean", mean)
        .with("allowed_distance", allowed);
}

/// The number rounded to six significant digits, so that a message says 20.1 and not
/// 20.099999999999998.
fn six_digits(number: f64) -> f64 {
    format!("{number:.5e}").parse().unwrap_or(number)
}

impl ReadingDeviation {
    /// Begins to keep readings of a measure, unless there are too many measures.
    fn begin(&mut self, measure: &str) {
        let known = self.measures.iter().any(|kept| kept.measure == measure);
        if !known && self.measures.len() < MEASURE_LIMIT {
            self.measures.push(Kept { measure: measure.to_owned(), last: Vec::new() });
        }
    }
}

impl Kept {
    /// The mean of the last ten readings; none as long as there are fewer.
    #[expect(clippy::cast_precision_loss, reason = "ten")]
    fn mean(&self) -> Option<f64> {
        if self.last.len() < KEPT {
            return None;
        }
        let sum: f64 = self.last.iter().map(|number| number.value()).sum();
        if sum.is_finite() {
            return Some(sum / KEPT as f64);
        }
        // The sum of numbers near the largest float is none, but their mean is.
        Some(self.last.iter().map(|number| number.value() / KEPT as f64).sum())
    }

    fn keep(&mut self, values: &[f64]) {
        let newest = &values[values.len().saturating_sub(KEPT)..];
        self.last.extend(newest.iter().map(|value| StoredNumber::new(*value)));
        let surplus = self.last.len().saturating_sub(KEPT);
        self.last.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{alerts_of, evidence, sensor_reading};
    use super::*;

    /// A detector that has seen these readings of one measure, an event each.
    fn after(measure: &str, values: &[f64]) -> ReadingDeviation {
        let mut detector = ReadingDeviation::default();
        for value in values {
            assert!(alerts_of(&mut detector, &sensor_reading(&[(measure, *value)])).is_empty());
        }
        detector
    }

    fn deviates(seen: &[f64], value: f64) -> bool {
        let mut detector = after("pressure", seen);
        !alerts_of(&mut detector, &sensor_reading(&[("pressure", value)])).is_empty()
    }

    #[test]
    fn exactly_half_the_mean_away_is_no_alert() {
        // The mean is (16 + … + 25) / 10 = 20.5, half of it is 10.25.
        let seen = [16.0, 17.0, 18.0, 19.0, 20.0, 21.0, 22.0, 23.0, 24.0, 25.0];
        for (value, expected) in [(30.75, false), (30.76, true), (10.25, false), (10.24, true)] {
            assert_eq!(deviates(&seen, value), expected, "{value}");
        }
        // In plain floats, 30.15 is more than half of it away from ten times 20.1 over ten.
        assert!(!deviates(&[20.1; 10], 30.15));
        assert!(deviates(&[20.1; 10], 30.151));
    }

    #[test]
    fn a_negative_mean_allows_half_of_its_magnitude() {
        assert!(!deviates(&[-20.0; 10], -30.0));
        assert!(!deviates(&[-20.0; 10], -10.0));
        assert!(deviates(&[-20.0; 10], -9.0));
        assert!(deviates(&[-20.0; 10], 20.0));
    }

    #[test]
    fn nothing_differs_from_a_mean_of_zero_but_what_is_not_zero() {
        assert!(!deviates(&[0.0; 10], 0.0));
        assert!(deviates(&[0.0; 10], 0.001));
    }

    #[test]
    fn nine_readings_are_too_few_and_an_events_own_do_not_count() {
        assert!(!deviates(&[20.0; 9], 100.0));
        assert!(deviates(&[20.0; 10], 100.0));
        let mut detector = after("pressure", &[20.0; 9]);
        let event = sensor_reading(&[("pressure", 20.0), ("pressure", 100.0)]);
        assert!(alerts_of(&mut detector, &event).is_empty());
    }

    #[test]
    fn only_the_last_ten_make_up_the_mean() {
        let mut detector = after("pressure", &[20.0; 30]);
        for _ in 0..10 {
            alerts_of(&mut detector, &sensor_reading(&[("pressure", 40.0)]));
        }
        // All ten are 40 by now, and 60 is exactly half of that away.
        assert!(alerts_of(&mut detector, &sensor_reading(&[("pressure", 60.0)])).is_empty());
        // Nine of 40 and one of 60 have a mean of 42.
        assert!(alerts_of(&mut detector, &sensor_reading(&[("pressure", 21.0)])).is_empty());
        // Eight of 40, one of 60 and one of 21 have a mean of 40.1, half of which is 20.05.
        assert_eq!(alerts_of(&mut detector, &sensor_reading(&[("pressure", 20.0)])).len(), 1);
    }

    #[test]
    fn an_event_raises_its_worst_reading_of_each_measure() {
        let mut detector = ReadingDeviation::default();
        for _ in 0..10 {
            let event = sensor_reading(&[("temperature", 20.0), ("humidity", 50.0)]);
            assert!(alerts_of(&mut detector, &event).is_empty());
        }
        let event = sensor_reading(&[
            ("humidity", 80.0),
            ("temperature", 31.0),
            ("temperature", 5.0),
            ("temperature", 32.0),
            ("battery_level", 1.0),
        ]);
        let raised = alerts_of(&mut detector, &event);
        let qualifiers: Vec<&str> = raised.iter().map(|one| one.qualifier.as_str()).collect();
        assert_eq!(qualifiers, ["temperature", "humidity"]);
        assert_eq!(raised[0].severity, Severity::Low);
        assert_eq!(
            raised[0].message,
            "A temperature reading of 5 is more than 10 away from 20, the mean of the last 10."
        );
        assert_eq!(
            evidence(&raised[0]),
            "measure=temperature reading=5 mean=20 allowed_distance=10"
        );
        assert_eq!(evidence(&raised[1]), "measure=humidity reading=80 mean=50 allowed_distance=25");
    }

    #[test]
    fn measures_beyond_the_limit_are_not_looked_at() {
        let mut detector = ReadingDeviation::default();
        for number in 0..100 {
            let measure = format!("measure-{number}");
            alerts_of(&mut detector, &sensor_reading(&[(measure.as_str(), 1.0)]));
        }
        assert_eq!(detector.measures.len(), MEASURE_LIMIT);
        for _ in 0..10 {
            let event = sensor_reading(&[("measure-15", 1.0), ("measure-16", 1.0)]);
            alerts_of(&mut detector, &event);
        }
        let event = sensor_reading(&[("measure-15", 9.0), ("measure-16", 9.0)]);
        assert_eq!(alerts_of(&mut detector, &event).len(), 1);
    }

    #[test]
    fn the_largest_numbers_have_a_mean_too() {
        assert!(!deviates(&[1e308; 10], 1.4e308));
        let mut detector = after("pressure", &[1e308; 10]);
        let raised = alerts_of(&mut detector, &sensor_reading(&[("pressure", -1e308)]));
        let shown = evidence(&raised[0]);
        assert!(!shown.contains("inf") && !shown.contains("NaN"), "{shown}");
    }
}
