use std::borrow::Cow;

use super::error::EventError;
use super::members::{self, Raw, members, required};
use super::number::{A_MEASURED_VALUE, measured};
use super::readings::{Data, InPlace, Readings};
use super::text::{AN_IDENTIFIER, identifier, text};
use super::{Reading, SensorReading, measure, time};
use crate::json::TextValue;
use crate::kafka::Timestamp;

members! {
    /// What a sensor's message may hold, in both dialects.
    Members {
        sensor_id: "sensorId" | "sensor_id",
        sensor_type: "sensorType" | "sensor_type",
        message_id: "messageId" | "message_id",
        temperature: "temperature",
        humidity: "humidity",
        pressure: "pressure",
        battery_level: "battery_level" | "batteryLevel" | "battery",
        location: "location",
        timestamp: "timestamp",
    }
}

/// Reads a sensor's message. Of `readings`, `data` and the measures as members of their own the first that is there
/// counts.
pub(super) fn parse(
    json: &str,
    record_time: Option<Timestamp>,
) -> Result<SensorReading<'_>, EventError> {
    let mut in_place = InPlace::default();
    let members: Members<'_> = members::of_value_and(json, |name, cursor| match name {
        b"readings" => in_place.take_list(cursor).map(|()| true),
        b"data" => in_place.take_data(cursor).map(|()| true),
        _ => Ok(false),
    })?;
    let sensor_id = required("sensor_id", AN_IDENTIFIER, members.sensor_id, identifier)?;
    let Data { readings, left_out, location } = members.data(in_place)?;
    Ok(SensorReading {
        sensor_id,
        message_id: members.message_id.and_then(identifier),
        readings,
        left_out,
        location: members.location.or(location).map(TextValue::text),
        time: time::of_event(members.timestamp, record_time)?,
    })
}

impl<'value> Members<'value> {
    fn data(&self, mut in_place: InPlace<'value>) -> Result<Data<'value>, EventError> {
        if let Some(readings) = in_place.readings(|| self.measure())? {
            return Ok(Data { readings, ..Data::default() });
        }
        if let Some(data) = in_place.data()? {
            return Ok(data);
        }
        Ok(Data { readings: self.measures()?, ..Data::default() })
    }

    /// What the items of `readings` measure unless they say it themselves.
    fn measure(&self) -> Cow<'value, str> {
        self.sensor_type.and_then(text).map_or_else(measure::unnamed, measure::name)
    }

    /// The known measures as members of their own.
    fn measures(&self) -> Result<Readings<'value>, EventError> {
        let measures: [(&'static str, Raw<'value>); 4] = [
            ("temperature", self.temperature),
            ("humidity", self.humidity),
            ("pressure", self.pressure),
            ("battery_level", self.battery_level),
        ];
        let mut readings = Readings::new();
        for (measure, raw) in measures {
            if raw.is_some() {
                let value = required(measure, A_MEASURED_VALUE, raw, measured)?;
                readings.push(Reading { measure: measure.into(), value });
            }
        }
        if readings.is_empty() {
            return Err(EventError::Missing { member: "readings" });
        }
        Ok(readings)
    }
}
