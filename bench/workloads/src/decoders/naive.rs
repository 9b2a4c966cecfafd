//! A first version in Rust: the crates that the examples use, in the way that they use them.

use aws_lambda_events::event::kafka::{KafkaEvent, KafkaRecord};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::DecodeError;
use crate::checksum::{Checksum, OFFSET_ORIGIN, TIME_ORIGIN_MS};
use crate::payloads::TOPICS;

/// Something a user did.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserEvent {
    /// Who.
    pub user_id: String,
    /// What.
    pub event_type: String,
    /// The producer's identifier.
    pub event_id: Option<String>,
    /// Where from.
    pub source: Option<String>,
    /// When, in milliseconds since 1970.
    pub timestamp: u64,
}

/// A payment.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// Who paid.
    pub user_id: String,
    /// The producer's identifier.
    pub transaction_id: Option<String>,
    /// How much.
    pub amount: f64,
    /// In which currency.
    pub currency: String,
    /// To whom.
    pub merchant: Option<String>,
    /// When, in milliseconds since 1970.
    pub timestamp: u64,
}

/// What a sensor read.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SensorReading {
    /// Which sensor.
    pub sensor_id: String,
    /// What it measures.
    pub sensor_type: String,
    /// The readings.
    pub readings: Vec<Reading>,
    /// Where it is.
    pub location: Option<String>,
    /// When, in milliseconds since 1970.
    pub timestamp: u64,
}

/// One reading.
#[derive(Clone, Debug, Deserialize)]
pub struct Reading {
    /// The number.
    pub value: f64,
}

/// One event of any kind.
#[derive(Clone, Debug)]
pub enum Event {
    /// Of the first topic.
    User(UserEvent),
    /// Of the second.
    Transaction(Transaction),
    /// Of the third.
    Sensor(SensorReading),
}

/// Deserialises as `lambda_runtime` does for a handler that takes a `KafkaEvent`.
pub fn envelope(body: &[u8]) -> Result<KafkaEvent, DecodeError> {
    json(body).map_err(DecodeError::Event)
}

/// The event of a record's value.
pub fn event_of(record: &KafkaRecord) -> Result<Event, String> {
    let value = STANDARD.decode(record.value.as_deref().unwrap_or_default());
    let value = value.map_err(|error| error.to_string())?;
    let topic = record.topic.as_deref().unwrap_or_default();
    Ok(match TOPICS.iter().position(|known| *known == topic) {
        Some(0) => Event::User(json(&value)?),
        Some(1) => Event::Transaction(json(&value)?),
        _ => Event::Sensor(json(&value)?),
    })
}

fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| error.to_string())
}

pub(super) fn decode(body: &[u8]) -> Result<Checksum, DecodeError> {
    let event = envelope(body)?;
    let mut sum = Checksum::default();
    for record in event.records.values().flatten() {
        let refused = |reason| DecodeError::Record { record: sum.records, reason };
        let event = event_of(record).map_err(refused)?;
        add(&mut sum, record, &event);
    }
    Ok(sum)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the payloads' values are small and positive"
)]
fn add(sum: &mut Checksum, record: &KafkaRecord, event: &Event) {
    sum.records += 1;
    sum.offsets += (record.offset as u64).wrapping_sub(OFFSET_ORIGIN);
    let key = record.key.as_deref().and_then(|key| STANDARD.decode(key).ok());
    sum.key_bytes += key.map_or(0, |key| key.len()) as u64;
    let values = record.headers.iter().flat_map(|header| header.values());
    sum.header_bytes += values.map(Vec::len).sum::<usize>() as u64;
    let time = match event {
        Event::User(event) => {
            sum.characters += (event.user_id.len() + event.event_type.len()) as u64;
            event.timestamp
        }
        Event::Transaction(paid) => {
            sum.characters += (paid.user_id.len() + paid.currency.len()) as u64;
            sum.hundredths += (paid.amount * 100.0).round() as u64;
            paid.timestamp
        }
        Event::Sensor(message) => {
            sum.characters += message.sensor_id.len() as u64;
            sum.readings += message.readings.len() as u64;
            for reading in &message.readings {
                sum.ten_thousandths += (reading.value * 10_000.0).round() as u64;
            }
            message.timestamp
        }
    };
    sum.times += time.wrapping_sub(TIME_ORIGIN_MS);
}
