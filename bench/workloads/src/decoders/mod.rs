//! The decoders that are compared, each from the body of an invocation to typed events.

mod millrace;
pub mod naive;

use crate::checksum::Checksum;

/// A decoder written in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoder {
    /// [`millrace_shared`]'s: a batch of borrowed records, and typed events.
    Millrace,
    /// What a first version does: `KafkaEvent` as `lambda_runtime` deserialises it, base64, owned
    /// structs.
    Naive,
}

/// A payload that a decoder refused. None of the benchmark's should be.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The event as a whole.
    #[error("the event cannot be decoded: {0}; was it made by this release?")]
    Event(String),
    /// One record.
    #[error("record {record} cannot be decoded: {reason}; was the event made by this release?")]
    Record {
        /// Its place in the event, from 0.
        record: u64,
        /// What is wrong.
        reason: String,
    },
    /// A batch that was applied before would be nothing but duplicates.
    #[error("there are {batches} batches for {rounds} rounds; write one for each")]
    TooFewBatches {
        /// How many rounds were asked for.
        rounds: usize,
        /// How many batches there are.
        batches: usize,
    },
}

impl Decoder {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Millrace, Self::Naive];

    /// What it is called in tables and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Millrace => "millrace",
            Self::Naive => "naive",
        }
    }

    /// The decoder of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decoder| decoder.name() == name)
    }

    /// Decodes an event and reads every member that the checksum covers.
    pub fn run(self, event: &[u8]) -> Result<Checksum, DecodeError> {
        match self {
            Self::Millrace => millrace::decode(event),
            Self::Naive => naive::decode(event),
        }
    }
}
