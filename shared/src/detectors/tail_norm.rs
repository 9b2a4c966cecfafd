mod stored;

use stored::Stored;

use super::prelude::*;
use super::signal::{
    ByMeasure, Gate, Origin, RoundedHours, Seen, Shift, ShiftRates, TailScore, Volatility,
    WorstByMeasure,
};

/// Shifts of the level over tens, hundreds and thousands of readings.
const SHORT: ShiftRates = ShiftRates { fast: 0.1, slow: 0.01, square: 0.002 };
const MEDIUM: ShiftRates = ShiftRates { fast: 0.03, slow: 0.001, square: 0.001 };
const LONG: ShiftRates = ShiftRates { fast: 0.01, slow: 0.000_5, square: 0.000_5 };

/// For so many readings after an alert a score must be so much above that alert's.
const QUIET_READINGS: u16 = 100;
const RISE: f32 = 3.0;
/// A third or so of what an exponential feature has.
const LEAST_EXCESS_SHARE: f32 = 0.1;
/// What each alert of late adds to the threshold, and how fast it is forgotten: by a third or so
/// over 1,000 readings.
const PER_RECENT_ALERT: f32 = 0.4;
const FORGETTING: f32 = 1.0 / 3_000.0;

/// `tail_norm`: a reading that is improbable by five looks at its measure's past, of which three
/// are shifts of its level over different spans, one a change of its volatility, and one its
/// distance from what is usual at its hour of the day.
///
/// The score is the Euclidean norm of the five tail scores: one look that is sure is enough, and
/// several that agree add up, but five that shrug do not. A measure that has raised alerts lately
/// must score higher to raise the next.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct TailNorm {
    measures: ByMeasure<Measure>,
}

/// What is kept of one measure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
struct Measure {
    seen: Seen,
    origin: Origin,
    shifts: [Shift; 3],
    volatility: Volatility,
    hours: RoundedHours,
    tails: [TailScore; 5],
    gate: Gate,
    /// How many alerts there were lately; older ones count for less.
    recent_alerts: f32,
}

/// The tail scores of one reading.
#[derive(Clone, Copy, Debug)]
struct Parts {
    shifts: [f32; 3],
    volatility: f32,
    hour_of_day: f32,
}

/// What made a reading's score an alert.
#[derive(Clone, Copy, Debug)]
struct Unusual {
    parts: Parts,
    threshold: f64,
}

impl Detector<SensorReading<'_>, SensorProfile> for TailNorm {
    const VERSION: u8 = 2;

    fn detect(&mut self, event: &SensorReading<'_>, context: &mut Context<'_, SensorProfile>) {
        let mut unusual = WorstByMeasure::default();
        for reading in &event.readings {
            let Some(measure) = self.measures.of(&reading.measure) else { continue };
            let parts = measure.take(reading.value, event.time);
            if let Some(threshold) = measure.passed_threshold(parts.score(), context.settings) {
                unusual.note(reading, Unusual { parts, threshold });
            }
        }
        for (reading, unusual) in unusual {
            raise(reading, unusual, context);
        }
    }
}

impl Measure {
    fn take(&mut self, reading: f64, time: EventTime) -> Parts {
        let seen = self.seen;
        let reading = self.origin.distance(reading, seen);
        let [short, medium, long] = &mut self.shifts;
        let features = [
            short.take(reading, seen, SHORT),
            medium.take(reading, seen, MEDIUM),
            long.take(reading, seen, LONG),
            self.volatility.take(reading, seen),
            self.hours.take(reading, time, seen),
        ];
        let mut scores = [0.0; 5];
        for ((score, tail), feature) in scores.iter_mut().zip(&mut self.tails).zip(features) {
            *score = tail.take(feature, seen, LEAST_EXCESS_SHARE);
        }
        self.seen.count();
        self.gate.count();
        self.recent_alerts *= 1.0 - FORGETTING;
        let [short, medium, long, volatility, hour_of_day] = scores;
        Parts { shifts: [short, medium, long], volatility, hour_of_day }
    }

    /// The threshold as raised by recent alerts, if this score is to be alerted.
    fn passed_threshold(&mut self, score: f32, settings: &Settings) -> Option<f64> {
        let raised_by = f64::from(PER_RECENT_ALERT * self.recent_alerts);
        let threshold = settings.tail_norm_threshold + raised_by;
        let is_warm = u64::from(self.seen.0) > settings.sensor_warm_up_readings;
        let is_high = f64::from(score) >= threshold;
        let is_alert = is_warm && is_high && self.gate.passes(score, QUIET_READINGS, RISE);
        if is_alert {
            self.recent_alerts += 1.0;
        }
        is_alert.then_some(threshold)
    }
}

impl Parts {
    fn score(self) -> f32 {
        let [short, medium, long] = self.shifts;
        let parts = [short, medium, long, self.volatility, self.hour_of_day];
        parts.into_iter().map(|part| part * part).sum::<f32>().sqrt()
    }
}

fn raise(reading: &Reading<'_>, unusual: Unusual, context: &mut Context<'_, SensorProfile>) {
    let Unusual { parts, threshold } = unusual;
    let (measure, value, score) = (reading.measure.as_ref(), reading.value, parts.score());
    let message = format!(
        "A {measure} reading of {value} is improbable: it scores {score:.1}, and {threshold:.1} is enough."
    );
    context
        .raise_for(measure, Severity::Medium, message)
        .with("measure", measure)
        .with("reading", value)
        .with("score", f64::from(score))
        .with("threshold", threshold)
        .with("short_shift", f64::from(parts.shifts[0]))
        .with("medium_shift", f64::from(parts.shifts[1]))
        .with("long_shift", f64::from(parts.shifts[2]))
        .with("volatility", f64::from(parts.volatility))
        .with("hour_of_day", f64::from(parts.hour_of_day));
}

#[cfg(test)]
mod tests {
    use super::super::examples::{alerts_with, evidence, sensor_reading};
    use super::*;

    /// A reading every five minutes: a day's course of ten degrees and a saw-tooth for noise.
    fn usual(number: u32) -> f64 {
        let hour = f64::from(number / 12 % 24);
        20.0 + (hour - 12.0).abs() / 1.2 + f64::from(number * 7 % 11) / 10.0
    }

    fn take(detector: &mut TailNorm, number: u32, value: f64) -> Vec<super::super::Raised> {
        let time = EventTime::from_millis(i64::from(number) * 300_000);
        let event = SensorReading { time, ..sensor_reading(&[("temperature", value)]) };
        alerts_with(detector, &event, &SensorProfile::default(), &Settings::default())
    }

    fn after(count: u32, offset: f64) -> TailNorm {
        let mut detector = TailNorm::default();
        for number in 0..count {
            take(&mut detector, number, offset + usual(number));
        }
        detector
    }

    #[test]
    fn a_spike_is_alerted_once_and_what_is_usual_is_not() {
        let mut detector = after(2_000, 0.0);
        assert!(take(&mut detector, 2_000, usual(2_000)).is_empty());
        let raised = take(&mut detector, 2_001, usual(2_001) + 30.0);
        assert_eq!((raised.len(), raised[0].severity), (1, Severity::Medium));
        assert!(raised[0].message.starts_with("A temperature reading of "));
        let shown = evidence(&raised[0]);
        assert!(shown.contains(" hour_of_day=") && !shown.contains("NaN"), "{shown}");
        assert!(take(&mut detector, 2_002, usual(2_002) + 30.0).is_empty());
    }

    #[test]
    fn a_level_far_from_zero_changes_nothing() {
        let mut near = after(1_000, 0.0);
        let mut far = after(1_000, 1_000_000_000.0);
        let near = near.measures.of("temperature").unwrap();
        let far = far.measures.of("temperature").unwrap();
        for number in 1_000..1_100 {
            let time = EventTime::from_millis(i64::from(number) * 300_000);
            let expected = near.take(usual(number) + 5.0, time).score();
            let score = far.take(1_000_000_000.0 + usual(number) + 5.0, time).score();
            assert!((score - expected).abs() < 0.02, "{score} for {expected}");
        }
    }

    #[test]
    fn each_alert_makes_the_next_one_harder_for_a_while() {
        let settings = Settings::default();
        let mut measure = Measure { seen: Seen(1_000), ..Measure::default() };
        let high = f32::from(u8::MAX);
        assert_eq!(measure.passed_threshold(high, &settings), Some(3.5));
        let raised = measure.passed_threshold(2.0 * high, &settings).unwrap();
        assert!((raised - 3.9).abs() < 1e-6);
        for number in 0..30_000 {
            measure.take(f64::from(number % 2), EventTime::default());
        }
        let faded = measure.passed_threshold(3.0 * high, &settings).unwrap();
        assert!((faded - 3.5).abs() < 1e-3, "{faded}");
    }

    #[test]
    fn one_sure_look_counts_more_than_five_that_shrug() {
        let sure = Parts { shifts: [4.0, 0.0, 0.0], volatility: 0.0, hour_of_day: 0.0 };
        let shrugging = Parts { shifts: [1.0; 3], volatility: 1.0, hour_of_day: 1.0 };
        assert!((sure.score() - 4.0).abs() < 1e-6);
        assert!((shrugging.score() - 5.0_f32.sqrt()).abs() < 1e-6);
    }
}
