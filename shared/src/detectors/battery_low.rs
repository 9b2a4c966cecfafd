use serde::{Deserialize, Serialize};

use super::{Alerts, Detector};
use crate::alerts::{Fact, Severity};
use crate::events::SensorReading;
use crate::settings::Settings;
use crate::state::SensorProfile;

/// The measure that this detector looks at.
const MEASURE: &str = "battery_level";

/// `battery_low`: a battery level below a fixed limit.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct BatteryLow;

impl Detector for BatteryLow {
    const NAME: &'static str = "battery_low";
    type Event<'value> = SensorReading<'value>;
    type Profile = SensorProfile;

    fn detect(
        &mut self,
        event: &SensorReading<'_>,
        _: &SensorProfile,
        settings: &Settings,
        alerts: &mut Alerts,
    ) {
        let levels = event.readings.iter().filter(|reading| reading.measure == MEASURE);
        let Some(lowest) = levels.map(|reading| reading.value).min_by(f64::total_cmp) else {
            return;
        };
        let limit = settings.battery_low;
        if lowest >= limit {
            return;
        }
        alerts.raise(
            Severity::Medium,
            format!("The battery is at {lowest} %, below {limit} %."),
            vec![Fact::new("battery_level", lowest), Fact::new("limit", limit)],
        );
    }
}
