//! The stream, produced no faster than it is read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use millrace_generator::{Generator, Settings};
use millrace_kafka::{Connection, Delivered, KafkaError, Place, Producer, ProducerSettings, Room};

use super::positions::{Position, Positions};

/// How long the last acknowledgements are waited for.
const FLUSH: Duration = Duration::from_mins(1);

/// What is in Kafka.
#[derive(Debug, Default)]
pub(super) struct Produced {
    pub(super) records: u64,
    pub(super) positions: Positions,
    /// The next offset of each partition.
    pub(super) ends: BTreeMap<Place, i64>,
}

/// Produces all of it, on a thread that may wait.
pub(super) fn produce(
    connection: &Connection,
    settings: Settings,
    room: &Room,
) -> Result<Produced, KafkaError> {
    let notes = Arc::new(Mutex::new(Produced::default()));
    let (writing, freed) = (Arc::clone(&notes), room.clone());
    let note = move |delivered: &Delivered<'_>| {
        freed.delivered(delivered);
        let Some(offset) = delivered.offset else { return };
        let mut produced = writing.lock().unwrap_or_else(PoisonError::into_inner);
        let (topic, partition) = (delivered.topic.to_owned(), delivered.partition);
        produced.records += 1;
        produced.positions.add(Position { topic: topic.clone(), partition, offset });
        let end = produced.ends.entry((topic, partition)).or_default();
        *end = offset + 1;
    };
    let how = ProducerSettings::default();
    let producer = Producer::new(connection, &how, Some(Box::new(note)))?;
    for record in Generator::new(settings) {
        let bytes = [&record.key, &record.value].map(|part| part.as_ref().map_or(0, Vec::len));
        room.claim(&record.topic, record.partition, bytes.iter().sum())?;
        producer.send(&record, Instant::now())?;
    }
    producer.flush(FLUSH)?;
    let failures = producer.deliveries().failures();
    if failures > 0 {
        return Err(KafkaError::Unacknowledged { records: failures, waited: how.delivery_timeout });
    }
    drop(producer);
    let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *notes))
}
