use crate::circumstances::Circumstances;
use crate::detectors::sets::SensorDetectors;
use crate::detectors::{Alerts, Note};
use crate::entity::EntityKind;
use crate::events::{SensorReading, is_measured};
use crate::profiles::SensorProfile;
use crate::windows::Closed;

/// What is known of a sensor: the profile that people read and the detectors' own state.
#[derive(Clone, Debug, Default)]
pub struct SensorState {
    /// What people read.
    pub profile: SensorProfile,
    /// What only detectors understand.
    pub detectors: SensorDetectors,
}

impl SensorState {
    /// Takes what the sensor measured at one time.
    pub(super) fn take_reading(
        &mut self,
        reading: &SensorReading<'_>,
        circumstances: &Circumstances<'_>,
        alerts: &mut Alerts,
    ) -> Vec<Closed> {
        let settings = circumstances.settings;
        let without_absurd;
        let reading = if reading.readings.iter().all(|one| is_measured(one.value)) {
            reading
        } else {
            without_absurd = measured_only(reading);
            &without_absurd
        };
        if reading.left_out.is_absurd {
            alerts.note(Note::Incomplete("absurd"));
        }
        if reading.left_out.is_surplus {
            alerts.note(Note::Incomplete("surplus"));
        }
        let late_before = self.profile.late;
        let closed = self.profile.take(reading, settings);
        if self.profile.late > late_before {
            alerts.note(Note::Late(EntityKind::Sensor.name()));
        }
        self.detectors.on_reading(reading, &self.profile, circumstances, alerts);
        if let Some(window) = self.profile.windows.at(settings.sensor_window, reading.time) {
            alerts.raised().iter().for_each(|raised| window.note_anomaly(raised.detector));
        }
        self.detectors.cooldowns.merge(alerts, reading.time, settings);
        closed
    }
}

/// An event without the readings that no event can hold. Parsed events have none of them: this is
/// for those that are made in code, since one NaN would stay in every mean for ever.
fn measured_only<'a>(event: &SensorReading<'a>) -> SensorReading<'a> {
    let mut measured = event.clone();
    measured.readings.retain(|reading| is_measured(reading.value));
    measured.left_out.is_absurd = true;
    measured
}
