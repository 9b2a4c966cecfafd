//! Runs a series through a sensor's state, as the function does.

use millrace_shared::detectors::sets::SensorDetectors;
use millrace_shared::events::{Event, LeftOut, Reading, SensorReading};
use millrace_shared::settings::Settings;
use millrace_shared::state::{Body, SensorState};

use crate::series::{Row, Series};

/// How many readings come in one batch: between batches the state is stored and read again.
const BATCH: usize = 500;

/// What came of a series.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The rows that raised an alert, with the detector, in order.
    pub(crate) alerts: Vec<(usize, &'static str)>,
    /// The rows that were part of an alarm of `multivariate_score`.
    pub(crate) alarmed: Vec<usize>,
}

impl Outcome {
    /// The rows that raised an alert of one detector.
    pub(crate) fn rows_of(&self, detector: &str) -> Vec<usize> {
        self.alerts.iter().filter(|alert| alert.1 == detector).map(|alert| alert.0).collect()
    }
}

/// Runs a series through a state that knows nothing yet.
pub(crate) fn drive(series: &Series, settings: &Settings) -> Outcome {
    let mut body = Body::Sensor(SensorState::default());
    let mut outcome = Outcome::default();
    for (batch, rows) in series.rows.chunks(BATCH).enumerate() {
        store_and_read(&mut body);
        for (place, row) in rows.iter().enumerate() {
            let row_number = batch * BATCH + place;
            let emitted = body.take(&Event::SensorReading(event(series, row)), settings);
            for raised in emitted.raised {
                outcome.alerts.push((row_number, raised.detector));
            }
            if let Body::Sensor(sensor) = &body
                && sensor.detectors.in_multivariate_alarm()
            {
                outcome.alarmed.push(row_number);
            }
        }
    }
    outcome
}

fn event<'a>(series: &'a Series, row: &Row) -> SensorReading<'a> {
    let values = series.measures.iter().zip(&row.values);
    let readings = values.filter_map(|(measure, value)| {
        value.map(|value| Reading { measure: measure.as_str().into(), value })
    });
    SensorReading {
        sensor_id: series.name.as_str().into(),
        message_id: None,
        readings: readings.collect(),
        left_out: LeftOut::default(),
        location: None,
        time: row.time,
    }
}

fn store_and_read(body: &mut Body) {
    if let Body::Sensor(sensor) = body
        && let Ok(detectors) = SensorDetectors::decode(&sensor.detectors.encode())
    {
        sensor.detectors = detectors;
    }
}
