use super::prelude::*;
use super::range::Range;

/// `battery_low`: a battery level below 10 %.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct BatteryLow;

impl Detector<SensorReading<'_>, SensorProfile> for BatteryLow {
    fn detect(&mut self, event: &SensorReading<'_>, context: &mut Context<'_, SensorProfile>) {
        let (low, high) = (context.settings.battery_low, f64::INFINITY);
        let range = Range { measure: "battery_level", low, high };
        let Some(worst) = range.worst(event) else { return };
        let (level, limit) = (worst.reading, worst.limit);
        context
            .raise(Severity::Medium, format!("The battery is at {level} %, below {limit} %."))
            .with("battery_level", level)
            .with("limit", limit);
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{alerts_of, evidence, sensor_reading};
    use super::*;

    fn alerts_at(percent: f64) -> usize {
        alerts_of(&mut BatteryLow, &sensor_reading(&[("battery_level", percent)])).len()
    }

    #[test]
    fn exactly_the_limit_is_no_alert() {
        assert_eq!([10.0, 100.0, 1e9].map(alerts_at), [0; 3]);
        assert_eq!([9.9, 0.0, -1.0].map(alerts_at), [1; 3]);
    }

    #[test]
    fn the_alert_says_the_lowest_level() {
        let event = sensor_reading(&[("battery_level", 8.0), ("battery_level", 3.5)]);
        let raised = alerts_of(&mut BatteryLow, &event);
        assert_eq!((raised.len(), raised[0].severity), (1, Severity::Medium));
        assert_eq!(raised[0].message, "The battery is at 3.5 %, below 10 %.");
        assert_eq!(evidence(&raised[0]), "battery_level=3.5 limit=10");
    }
}
