//! A seeded stream of user events, transactions with their labels, and sensor readings, in the batches
//! in which Lambda hands them over.
//!
//! ```text
//!  users ───┐                                      ┌ per topic, by count, bytes and time ┐
//!  sensors ─┼─▶ Generator ─▶ KafkaRecord ─▶ Batches ┤                                     ├▶ event JSON
//!  oddities ┘   (event time)                       └ again now and then (redelivery)     ┘
//! ```
//!
//! The same [`Settings`] give the same bytes. Time is event time: it starts at a fixed date and
//! advances with what the users and sensors do, about 15,000 records an hour as the defaults are, so
//! that sessions end and windows close within one run. The [`Tally`] says what was put in, bots,
//! fraud, failing sensors, poison and all, for a test or a demo to compare with what came out.
//!
//! ```
//! use millrace_generator::{BatchLimits, Generator, Settings};
//!
//! let generator = Generator::new(Settings { records: 5_000, ..Settings::default() });
//! let mut batches = generator.batches(BatchLimits::default());
//! let mut events = 0;
//! while let Some(batch) = batches.next() {
//!     let payload: Vec<u8> = batch.encode();
//!     assert!(payload.len() <= BatchLimits::default().max_bytes);
//!     events += 1;
//! }
//! assert_eq!(batches.tally().records, 5_000);
//! assert!(events > 3);
//! ```

mod batches;
mod dialect;
mod generator;
mod labels;
mod murmur2;
mod oddities;
mod population;
mod random;
mod sensor;
mod settings;
mod tally;
mod user;
mod values;

pub use batches::{Batch, BatchLimits, Batches};
pub use generator::Generator;
pub use millrace_kafka_event::{
    EventSource, KafkaRecord, MAX_EVENT_BYTES, TimestampType, encode_event,
};
pub use murmur2::{murmur2, partition_of};
pub use sensor::Failure;
pub use settings::{Partitions, Rates, Settings, Topics};
pub use tally::Tally;
