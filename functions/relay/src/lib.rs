//! The `relay` Lambda function: every record of an MSK batch to Firehose or S3, none lost.
//!
//! ```text
//!   Batch ─▶ line ─┬▶ pack ──────▶ Stream        a Firehose record of many lines
//!                  ├▶ oversize ──▶ ObjectStore   one object, and a pointer line in the stream
//!                  └▶ archive ───▶ ObjectStore   S3 mode: one object a partition and hour
//!            dead ───────────────▶ DeadLetters   what cannot be decoded, what nobody takes
//! ```
//!
//! Each record ends in exactly one place, or is reported so that Lambda delivers it again.

mod archive;
pub mod document;
mod fates;
mod firehose;
pub mod line;
pub mod object;
mod objects;
pub mod pack;
pub mod ports;
mod relay;
mod stream_map;
mod stream_sender;
mod tally;

pub use relay::{Destination, Done, Relay};
pub use stream_map::StreamMap;
pub use tally::{BILLING_STEP, Sent, Tally};
