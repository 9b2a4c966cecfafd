//! Sending records.

mod deliveries;
mod settings;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use millrace_kafka_event::KafkaRecord;
use rdkafka::ClientContext;
use rdkafka::client::OAuthToken;
use rdkafka::config::{FromClientConfigAndContext, RDKafkaLogLevel};
use rdkafka::error::{KafkaError as Native, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, Message, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, ThreadedProducer};

pub use deliveries::Deliveries;
pub use settings::{Acks, Compression, ProducerSettings};

use crate::connection::Connection;
use crate::context::Context;
use crate::error::KafkaError;

/// How long to wait when what waits to be sent has no room for more.
const FULL: Duration = Duration::from_millis(1);

/// Where a record has been written to, or that it has not.
#[derive(Clone, Copy, Debug)]
pub struct Delivered<'a> {
    /// Its topic.
    pub topic: &'a str,
    /// Its partition; -1 if it never got one.
    pub partition: i32,
    /// Its offset; `None` if it was not written, as far as is known.
    pub offset: Option<i64>,
    /// The bytes of its key and value.
    pub bytes: usize,
}

/// Called for every record, from the producer's own thread: it should return quickly.
pub type OnDelivery = Box<dyn Fn(&Delivered<'_>) + Send + Sync>;

/// Sends records, and keeps count of what became of them.
///
/// It waits where it has to: use it on a thread of its own and not within a runtime.
pub struct Producer {
    native: ThreadedProducer<DeliveryContext>,
    started: Instant,
    deliveries: Arc<Mutex<Deliveries>>,
}

/// Notes what became of each record.
struct DeliveryContext {
    base: Context,
    started: Instant,
    deliveries: Arc<Mutex<Deliveries>>,
    on_delivery: Option<OnDelivery>,
}

impl Producer {
    /// A producer, which connects when there is something to send.
    ///
    /// # Errors
    /// When settings exclude each other.
    pub fn new(
        connection: &Connection,
        settings: &ProducerSettings,
        on_delivery: Option<OnDelivery>,
    ) -> Result<Self, KafkaError> {
        let mut config = connection.client_config();
        settings.apply(&mut config)?;
        let started = Instant::now();
        let deliveries = Arc::default();
        let context = DeliveryContext {
            base: Context::new(connection),
            started,
            deliveries: Arc::clone(&deliveries),
            on_delivery,
        };
        let native = ThreadedProducer::from_config_and_context(&config, context);
        Ok(Self { native: native.map_err(KafkaError::of_client)?, started, deliveries })
    }

    /// Sends a record: to its partition, or, if that is negative, to the one that its key chooses. Its
    /// offset is of no meaning here; the time it carries is that of its `timestamp` unless that is
    /// negative, which stands for now.
    ///
    /// Latency counts from the moment at which the record was due, so that a producer that falls
    /// behind its rate does not look fast.
    ///
    /// Waits while there is no room for it.
    ///
    /// # Errors
    /// When the producer can never send it, or anything.
    pub fn send(&self, record: &KafkaRecord, due: Instant) -> Result<(), KafkaError> {
        let mut outgoing = self.outgoing(record, due);
        loop {
            match self.native.send(outgoing) {
                Ok(()) => return Ok(()),
                Err((Native::MessageProduction(RDKafkaErrorCode::QueueFull), refused)) => {
                    outgoing = refused;
                    thread::sleep(FULL);
                }
                Err((error, _)) => {
                    let fatal = self.native.client().context().base.fatal();
                    let reason = fatal.unwrap_or_else(|| error.to_string());
                    return Err(KafkaError::Producer { topic: record.topic.to_string(), reason });
                }
            }
        }
    }

    /// Waits until every record is acknowledged or has failed.
    ///
    /// # Errors
    /// When that takes longer than this.
    pub fn flush(&self, within: Duration) -> Result<(), KafkaError> {
        self.native.flush(within).map_err(|_| KafkaError::Unacknowledged {
            records: u64::try_from(self.native.in_flight_count()).unwrap_or_default(),
            waited: within,
        })
    }

    /// What became of the records so far.
    pub fn deliveries(&self) -> Deliveries {
        self.deliveries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn outgoing<'a>(
        &self,
        record: &'a KafkaRecord,
        due: Instant,
    ) -> BaseRecord<'a, [u8], [u8], usize> {
        let due = due.saturating_duration_since(self.started).as_micros();
        let due = usize::try_from(due).unwrap_or(usize::MAX);
        let mut outgoing = BaseRecord::with_opaque_to(&record.topic, due);
        if record.partition >= 0 {
            outgoing = outgoing.partition(record.partition);
        }
        if record.timestamp >= 0 {
            outgoing = outgoing.timestamp(record.timestamp);
        }
        if let Some(key) = &record.key {
            outgoing = outgoing.key(key.as_slice());
        }
        if let Some(value) = &record.value {
            outgoing = outgoing.payload(value.as_slice());
        }
        if record.headers.is_empty() {
            return outgoing;
        }
        let mut headers = OwnedHeaders::new_with_capacity(record.headers.len());
        for (name, value) in &record.headers {
            headers = headers.insert(Header { key: name, value: value.as_deref() });
        }
        outgoing.headers(headers)
    }
}

impl ProducerContext for DeliveryContext {
    /// When the record was due, in microseconds since the producer started: a number needs no memory.
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, due: usize) {
        let due = Duration::from_micros(due as u64);
        let latency = self.started.elapsed().saturating_sub(due);
        let (message, error) = match result {
            Ok(message) => (message, None),
            Err((error, message)) => (message, Some(error)),
        };
        let bytes = message.key_len() + message.payload_len();
        if let Some(on_delivery) = &self.on_delivery {
            on_delivery(&Delivered {
                topic: message.topic(),
                partition: message.partition(),
                offset: error.is_none().then(|| message.offset()),
                bytes,
            });
        }
        let mut deliveries = self.deliveries.lock().unwrap_or_else(PoisonError::into_inner);
        match error {
            None => deliveries.add(bytes, latency),
            Some(error) => deliveries.add_failure(error.to_string()),
        }
    }
}

impl ClientContext for DeliveryContext {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = Context::ENABLE_REFRESH_OAUTH_TOKEN;

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.base.log(level, facility, message);
    }

    fn error(&self, error: Native, reason: &str) {
        self.base.error(error, reason);
    }

    fn generate_oauth_token(
        &self,
        config: Option<&str>,
    ) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        self.base.generate_oauth_token(config)
    }
}
