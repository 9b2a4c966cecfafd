use crate::events::SensorReading;
use crate::settings::Settings;
use crate::time::EventTime;
use crate::windows::{Closed, MeasureWindows};

/// A sensor, as of the last reading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SensorProfile {
    /// The windows that still take readings.
    pub windows: MeasureWindows,
    /// How many events.
    pub events: u64,
    /// How many of them came too late for their window.
    pub late: u64,
    /// The latest time of any event.
    pub newest: EventTime,
}

impl SensorProfile {
    pub(crate) fn take(&mut self, reading: &SensorReading<'_>, settings: &Settings) -> Vec<Closed> {
        self.events += 1;
        let closed = self.advance(reading.time, settings);
        let end = reading.time.window_start(settings.sensor_window).plus(settings.sensor_window);
        if end.plus(settings.allowed_lateness) <= self.newest {
            self.late += 1;
        } else {
            let readings = reading.readings.iter().map(|one| (one.measure.as_ref(), one.value));
            self.windows.take(settings.sensor_window, reading.time, readings);
        }
        closed
    }

    /// Closes what is over now that this time has been reached. Also what a tick calls.
    pub(crate) fn advance(&mut self, time: EventTime, settings: &Settings) -> Vec<Closed> {
        self.newest = self.newest.max(time);
        let (length, lateness) = (settings.sensor_window, settings.allowed_lateness);
        let over = self.windows.close(length, lateness, self.newest);
        over.into_iter().map(Closed::Measures).collect()
    }
}
