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

pub mod document;
pub mod line;
