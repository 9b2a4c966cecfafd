//! How a producer works.

use std::time::Duration;

use rdkafka::ClientConfig;

use crate::error::KafkaError;

/// How a producer works: what it trades between throughput, latency and safety.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerSettings {
    /// Who has to have a record before it counts as written.
    pub acks: Acks,
    /// Whether the broker recognises a record that is sent again, which keeps order and count right
    /// through retries. Needs [`Acks::All`].
    pub is_idempotent: bool,
    /// How long a record waits for others to share a batch with.
    pub linger: Duration,
    /// The most bytes of one batch.
    pub batch_bytes: u32,
    /// How batches are compressed.
    pub compression: Compression,
    /// How long a record may wait for its acknowledgement, retries included, before it has failed.
    pub delivery_timeout: Duration,
    /// The most bytes that wait to be sent; who sends more waits.
    pub buffer_bytes: u32,
}

impl Default for ProducerSettings {
    /// All replicas, idempotent, 5 ms, 128 KiB, LZ4, 30 s, 32 MiB.
    fn default() -> Self {
        Self {
            acks: Acks::All,
            is_idempotent: true,
            linger: Duration::from_millis(5),
            batch_bytes: 128 * 1024,
            compression: Compression::Lz4,
            delivery_timeout: Duration::from_secs(30),
            buffer_bytes: 32 * 1024 * 1024,
        }
    }
}

/// Who has to have a record before it counts as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acks {
    /// Every replica that is in sync.
    All,
    /// The partition's leader.
    Leader,
    /// Nobody: what is lost is not noticed.
    None,
}

/// How batches are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// Snappy.
    Snappy,
    /// LZ4.
    Lz4,
    /// Zstandard.
    Zstd,
}

impl Compression {
    /// Kafka's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

impl ProducerSettings {
    /// # Errors
    /// When two settings exclude each other.
    pub(super) fn apply(&self, config: &mut ClientConfig) -> Result<(), KafkaError> {
        if self.is_idempotent && self.acks != Acks::All {
            return Err(KafkaError::Settings(
                "an idempotent producer needs the acknowledgement of all replicas: say acks=all, or \
                 turn idempotence off",
            ));
        }
        let acks = match self.acks {
            Acks::All => "all",
            Acks::Leader => "1",
            Acks::None => "0",
        };
        config.set("acks", acks);
        config.set("enable.idempotence", self.is_idempotent.to_string());
        config.set("queue.buffering.max.ms", self.linger.as_millis().to_string());
        config.set("batch.size", self.batch_bytes.to_string());
        config.set("compression.codec", self.compression.name());
        config.set("message.timeout.ms", self.delivery_timeout.as_millis().max(1).to_string());
        config.set("queue.buffering.max.kbytes", (self.buffer_bytes / 1024).max(1).to_string());
        config.set("queue.buffering.max.messages", "1000000");
        // As Java's producers do it, so that a key is in one partition whoever produced it.
        config.set("partitioner", "murmur2_random");
        Ok(())
    }
}
