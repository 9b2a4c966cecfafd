use super::prelude::*;
use super::range::Range;

/// `temperature_range`: a temperature above 40 °C or below 0 °C; critical when more than 10 °C
/// beyond.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct TemperatureRange;

impl Detector<SensorReading<'_>, SensorProfile> for TemperatureRange {
    fn detect(&mut self, event: &SensorReading<'_>, context: &mut Context<'_, SensorProfile>) {
        let (low, high) = (context.settings.temperature_low, context.settings.temperature_high);
        let Some(worst) = (Range { measure: "temperature", low, high }).worst(event) else {
            return;
        };
        let is_critical = worst.distance() > context.settings.temperature_critical_margin;
        let severity = if is_critical { Severity::Critical } else { Severity::High };
        let (temperature, side, limit) = (worst.reading, worst.side(), worst.limit);
        context
            .raise(severity, format!("The temperature is {temperature} °C, {side} {limit} °C."))
            .with("temperature", temperature)
            .with("limit", limit);
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{alerts_of, evidence, sensor_reading};
    use super::*;

    fn severity_of(celsius: f64) -> Option<Severity> {
        let event = sensor_reading(&[("temperature", celsius)]);
        alerts_of(&mut TemperatureRange, &event).first().map(|raised| raised.severity)
    }

    #[test]
    fn exactly_a_limit_is_no_alert() {
        assert_eq!([40.0, 0.0, -0.0, 21.5].map(severity_of), [None; 4]);
        assert_eq!([40.01, -0.01].map(severity_of), [Some(Severity::High); 2]);
    }

    #[test]
    fn more_than_ten_degrees_beyond_is_critical() {
        assert_eq!([50.0, -10.0].map(severity_of), [Some(Severity::High); 2]);
        assert_eq!([50.1, -10.1].map(severity_of), [Some(Severity::Critical); 2]);
    }

    #[test]
    fn an_event_raises_its_worst_reading_alone() {
        let event =
            sensor_reading(&[("temperature", 41.0), ("temperature", -7.5), ("temperature", 45.0)]);
        let raised = alerts_of(&mut TemperatureRange, &event);
        assert_eq!(raised.len(), 1);
        assert_eq!(raised[0].message, "The temperature is -7.5 °C, below 0 °C.");
        assert_eq!(evidence(&raised[0]), "temperature=-7.5 limit=0");
    }
}
