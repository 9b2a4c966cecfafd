use super::prelude::*;
use super::range::Range;

/// `humidity_range`: a relative humidity above 95 % or below 5 %.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct HumidityRange;

impl Detector<SensorReading<'_>, SensorProfile> for HumidityRange {
    fn detect(&mut self, event: &SensorReading<'_>, context: &mut Context<'_, SensorProfile>) {
        let (low, high) = (context.settings.humidity_low, context.settings.humidity_high);
        let Some(worst) = (Range { measure: "humidity", low, high }).worst(event) else { return };
        let (humidity, side, limit) = (worst.reading, worst.side(), worst.limit);
        context
            .raise(Severity::Medium, format!("The humidity is {humidity} %, {side} {limit} %."))
            .with("humidity", humidity)
            .with("limit", limit);
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{alerts_of, evidence, sensor_reading};
    use super::*;

    fn alerts_at(percent: f64) -> usize {
        alerts_of(&mut HumidityRange, &sensor_reading(&[("humidity", percent)])).len()
    }

    #[test]
    fn exactly_a_limit_is_no_alert() {
        assert_eq!([95.0, 5.0, 50.0].map(alerts_at), [0; 3]);
        assert_eq!([95.1, 4.9, 0.0, 100.0].map(alerts_at), [1; 4]);
    }

    #[test]
    fn the_alert_says_how_humid_it_is() {
        let raised = alerts_of(&mut HumidityRange, &sensor_reading(&[("humidity", 97.5)]));
        assert_eq!(raised[0].severity, Severity::Medium);
        assert_eq!(raised[0].message, "The humidity is 97.5 %, above 95 %.");
        assert_eq!(evidence(&raised[0]), "humidity=97.5 limit=95");
    }
}
