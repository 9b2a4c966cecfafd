//! Kafka batches: what the event source hands over, and what it is told in return.
//!
//! ```text
//!  body ──▶ Cursor ───────▶ Value ──────▶ Decoder ──▶ Batch ──▶ Entry::Record ──▶ the function
//!           structure:      a slice and   one pass      │  └────▶ Entry::Dead ────▶ dead letters
//!           { } [ ] , :     its kind                    │                               │
//!                                                       ▼                               ▼
//!            Lambda ◀─── BatchResponse ◀─── indices of the records that are not durably done
//! ```
//!
//! The body is read once and never copied: names and raw text are slices of it, keys and values are
//! decoded from base64 into one buffer of the batch, and a record is some numbers in a list. So
//! 10,000 records take a handful of allocations.
//!
//! What can be wrong, and what it costs:
//!
//! | wrong | costs |
//! |---|---|
//! | the JSON structure anywhere; `records` absent or no object | the event ([`EventError`]) |
//! | a needed member of a record; base64; no object at all | the record ([`DeadReason`]) |
//! | a map key that holds no list of records | what stands under it, as one dead record |
//! | a header | that header ([`HeaderError`]) |
//! | a timestamp, a schema, `eventSource`, an unknown member | nothing: read as absent |

mod batch;
mod dead;
mod decode;
mod error;
mod headers;
mod position;
mod record;
mod redrive;
mod response;
mod schema;
mod timestamp;
mod topics;

#[cfg(test)]
mod tests;

pub use crate::json::SyntaxError;
pub use batch::{Batch, Entry};
pub use dead::{DeadReason, DeadRecord, Field};
pub use error::EventError;
pub use headers::{Header, HeaderError, Headers};
pub use position::{Offset, Partition, RecordIndex, TopicIndex};
pub use record::Record;
pub use redrive::Redrive;
pub use response::{BatchResponse, Redriven, ResponseError};
pub use schema::SchemaMetadata;
pub use timestamp::{Timestamp, TimestampType};
