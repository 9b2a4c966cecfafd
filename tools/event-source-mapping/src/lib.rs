//! What Lambda's event source mapping does between a Kafka topic and a function.
//!
//! ```text
//!  Source ──▶ filters ─▶ wait, by partition ─▶ batch (count, window, 6 MB) ─▶ Function
//!  (rdkafka,               order is kept,         ▲ again after a wait,          │ answer,
//!   memory)                one batch in flight    │ halved, or what failed       │ error
//!     ▲                                           └──────────────────────────────┤
//!     └────────── commit what is done ◀──────────────────────────────────────────┤
//!                                        FailureDestination ◀── given up ────────┘
//! ```
//!
//! [`EventSourceMapping`] is the whole of it. Around it are four seams: a [`Source`] of records, a
//! [`Function`] to invoke, a [`FailureDestination`] for what fails for good, an [`Observer`] that
//! looks on. Time is tokio's, so a test can pause it.
//!
//! It does what AWS's documents say. Where they can be read in two ways, the setting says so
//! ([`PartialFailures`]); where they say nothing (how long a retry waits, say), it does something
//! plain. It ignores nothing that a function could notice but the schema registry, and the scaling
//! of pollers: as many as are allowed are there from the start.

mod answer;
mod clock;
mod delivery;
mod destination;
mod failure;
mod filter;
mod function;
mod mapping;
mod memory;
mod observe;
mod partitions;
mod piece;
mod run;
mod settings;
mod source;
pub mod template;

pub use clock::Clock;
pub use destination::{Destination, DestinationError};
pub use failure::{
    AwsDestination, Condition, DestinationMissing, FailedBatch, FailedRecord, FailureDestination,
    FailureMessage,
};
pub use filter::{FilterError, Filters};
pub use function::{
    Function, FunctionFailure, InvokeEndpoint, InvokeOutcome, InvokeUrlError, Invoked, ProcessPool,
};
pub use mapping::{EventSourceMapping, MappingError, Until};
pub use memory::{MemoryConsumer, MemoryLog};
pub use millrace_kafka_event::{EventSource, KafkaRecord, MAX_EVENT_BYTES, TimestampType, map_key};
pub use observe::{Batch, BatchRecord, BatchResult, Observation, Observer, PartitionLag, Tally};
pub use settings::{
    Backoff, INVOCATIONS_PER_POLLER, MAX_BATCH_SIZE, MAX_RETRIES, MAX_WINDOW, PartialFailures,
    Settings, SettingsError, StartingPosition,
};
pub use source::{PartitionOffset, Polled, Source};
