use super::prelude::*;
use super::signal::{
    ByMeasure, EmptyHour, Gate, Hours, Seen, Shift, ShiftRates, TailScore, Volatility,
    WorstByMeasure, narrowed,
};

const SHIFT_RATES: ShiftRates = ShiftRates { fast: 0.03, slow: 0.001, square: 0.001 };
/// For so many readings after an alert a score must be so much above that alert's.
const QUIET_READINGS: u16 = 150;
const RISE: f32 = 3.0;
/// The reference knows no least excess.
const LEAST_EXCESS_SHARE: f32 = 0.0;

/// `sensor_score`: a reading that is improbable by three looks at its measure's past: a shift of
/// its level, a change of its volatility, and its distance from what is usual at its hour of the
/// day. The score is the sum of the three tail scores.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct SensorScore {
    measures: ByMeasure<Measure>,
}

/// What is kept of one measure: 170 bytes or so.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Measure {
    seen: Seen,
    shift: Shift,
    volatility: Volatility,
    hours: Hours,
    tails: [TailScore; 3],
    gate: Gate,
}

/// The tail scores of one reading.
#[derive(Clone, Copy, Debug)]
struct Parts {
    shift: f32,
    volatility: f32,
    hour_of_day: f32,
}

impl Detector<SensorReading<'_>, SensorProfile> for SensorScore {
    const VERSION: u8 = 2;

    fn detect(&mut self, event: &SensorReading<'_>, context: &mut Context<'_, SensorProfile>) {
        let mut unusual = WorstByMeasure::default();
        for reading in &event.readings {
            let Some(measure) = self.measures.of(&reading.measure) else { continue };
            let parts = measure.take(narrowed(reading.value), event.time);
            if measure.is_to_be_alerted(parts.score(), context.settings) {
                unusual.note(reading, parts);
            }
        }
        for (reading, parts) in unusual {
            raise(reading, parts, context);
        }
    }
}

impl Measure {
    fn take(&mut self, reading: f32, time: EventTime) -> Parts {
        let seen = self.seen;
        let features = [
            self.shift.take(reading, seen, SHIFT_RATES),
            self.volatility.take(reading, seen),
            self.hours.take(reading, time, seen, EmptyHour::FromZero),
        ];
        self.seen.count();
        self.gate.count();
        let [shift, volatility, hour_of_day] = &mut self.tails;
        Parts {
            shift: shift.take(features[0], seen, LEAST_EXCESS_SHARE),
            volatility: volatility.take(features[1], seen, LEAST_EXCESS_SHARE),
            hour_of_day: hour_of_day.take(features[2], seen, LEAST_EXCESS_SHARE),
        }
    }

    fn is_to_be_alerted(&mut self, score: f32, settings: &Settings) -> bool {
        let is_warm = u64::from(self.seen.0) > settings.sensor_warm_up_readings;
        let is_high = f64::from(score) >= settings.sensor_score_threshold;
        is_warm && is_high && self.gate.passes(score, QUIET_READINGS, RISE)
    }
}

impl Parts {
    fn score(self) -> f32 {
        self.shift + self.volatility + self.hour_of_day
    }
}

fn raise(reading: &Reading<'_>, parts: Parts, context: &mut Context<'_, SensorProfile>) {
    let (measure, value, score) = (reading.measure.as_ref(), reading.value, parts.score());
    let threshold = context.settings.sensor_score_threshold;
    let message = format!(
        "A {measure} reading of {value} is improbable: it scores {score:.1}, and {threshold} is enough."
    );
    context
        .raise_for(measure, Severity::Medium, message)
        .with("measure", measure)
        .with("reading", value)
        .with("score", f64::from(score))
        .with("threshold", threshold)
        .with("shift", f64::from(parts.shift))
        .with("volatility", f64::from(parts.volatility))
        .with("hour_of_day", f64::from(parts.hour_of_day));
}

#[cfg(test)]
mod golden;
