mod largest;
mod model;

use model::Model;

use super::prelude::*;
use super::signal::{MeasureKey, Origin};

/// How many measures of a sensor are looked at together: the first that it sends.
const MEASURE_LIMIT: usize = 8;
/// The rate at which a smoothed measure follows its readings.
const SMOOTHING: f32 = 0.07;
/// An alarm that has lasted for so many events is no anomaly any more but how things are now.
const LONGEST_ALARM: u16 = 2_000;

/// `multivariate_score`: measures that are each as usual, but not together.
///
/// Hotelling's T² (1931) of the smoothed measures, whose means and correlations are learnt from the
/// sensor's first 400 events. Alerted once when it passes the limit, and again only after it fell to
/// half of that.
///
/// A measure that an event does not have stays where it was. A measure that has not changed while
/// the model was learnt is left out of it. One that is seen for the first time while the model is
/// learnt begins the learning again, and a later one is not looked at.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct MultivariateScore {
    measures: Vec<Smoothed>,
    model: Model,
    /// For how many events the alarm has lasted; 0 for none.
    alarmed_for: u16,
}

/// A measure's exponentially weighted mean.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Smoothed {
    measure: MeasureKey,
    origin: Origin,
    /// As a distance from the origin.
    mean: f32,
}

/// The measure that is furthest from its mean, in standard deviations.
#[derive(Clone, Copy, Debug)]
struct Furthest<'event> {
    measure: &'event str,
    deviations: f64,
}

impl Detector<SensorReading<'_>, SensorProfile> for MultivariateScore {
    const VERSION: u8 = 2;

    fn detect(&mut self, event: &SensorReading<'_>, context: &mut Context<'_, SensorProfile>) {
        for reading in &event.readings {
            self.smooth(reading);
        }
        if self.measures.len() < 2 {
            return;
        }
        let mut means = [0.0; MEASURE_LIMIT];
        for (mean, measure) in means.iter_mut().zip(&self.measures) {
            *mean = measure.mean;
        }
        let means = &means[..self.measures.len()];
        let Some(t_squared) = self.model.take(means) else { return };
        let factor = context.settings.multivariate_score_factor;
        let limit = factor * f64::from(self.model.usual_t_squared());
        if self.is_to_be_alerted(t_squared, limit) {
            let furthest = self.furthest(event, self.model.deviations(means));
            self.raise(t_squared, limit, furthest, context);
        }
    }
}

impl MultivariateScore {
    fn smooth(&mut self, reading: &Reading<'_>) {
        let measure = MeasureKey::of(&reading.measure);
        if let Some(known) = self.measures.iter_mut().find(|known| known.measure == measure) {
            known.mean += SMOOTHING * (known.origin.to(reading.value) - known.mean);
            return;
        }
        if self.model.is_learning() && self.measures.len() < MEASURE_LIMIT {
            let origin = Origin::at(reading.value);
            self.measures.push(Smoothed { measure, origin, mean: 0.0 });
            self.model = Model::default();
        }
    }

    /// Whether an alarm begins with this event.
    fn is_to_be_alerted(&mut self, t_squared: f64, limit: f64) -> bool {
        if self.alarmed_for == 0 {
            let begins = limit > 0.0 && t_squared > limit;
            self.alarmed_for = u16::from(begins);
            return begins;
        }
        self.alarmed_for += 1;
        if t_squared < limit / 2.0 {
            self.alarmed_for = 0;
        } else if self.alarmed_for > LONGEST_ALARM {
            self.alarmed_for = 0;
            self.model = Model::default();
        }
        false
    }

    /// Whether the last event was part of an alarm, its first one included.
    pub(super) const fn is_alarmed(&self) -> bool {
        self.alarmed_for > 0
    }

    /// The measure that is furthest from its mean. It is one that the event has: the others stay
    /// where they were, and the alarm begins now.
    fn furthest<'event>(
        &self,
        event: &'event SensorReading<'_>,
        deviations: [f64; MEASURE_LIMIT],
    ) -> Furthest<'event> {
        let mut furthest = Furthest { measure: "", deviations: 0.0 };
        for reading in &event.readings {
            let measure = MeasureKey::of(&reading.measure);
            let known = self.measures.iter().position(|known| known.measure == measure);
            let Some(deviations) = known.map(|place| deviations[place]) else { continue };
            if furthest.measure.is_empty() || deviations.abs() > furthest.deviations.abs() {
                furthest = Furthest { measure: &reading.measure, deviations };
            }
        }
        furthest
    }

    fn raise(
        &self,
        t_squared: f64,
        limit: f64,
        furthest: Furthest<'_>,
        context: &mut Context<'_, SensorProfile>,
    ) {
        let count = self.measures.len();
        let message = format!(
            "The {count} measures are improbable together: T² is {t_squared:.1}, and more than \
             {limit:.1} is suspicious. Furthest from its mean is {}.",
            furthest.measure
        );
        context
            .raise(Severity::Medium, message)
            .with("t_squared", t_squared)
            .with("limit", limit)
            .with("measures", count as u64)
            .with("furthest_measure", furthest.measure)
            .with("furthest_deviations", furthest.deviations.clamp(-1e30, 1e30));
    }
}

#[cfg(test)]
mod tests;
