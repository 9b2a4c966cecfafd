//! Batched requests to a sink that may fail in part: packed, a few in flight, and only what failed
//! sent again.
//!
//! ```text
//!   items ─▶ pack (count, bytes) ─▶ requests, N in flight ─▶ replies, one per item
//!     ▲                                                       │ done ─────▶ Outcome::Done
//!     └──── full-jitter backoff ◀──── again ◀─────────────────┤ refused ──▶ Outcome::Refused
//!                 │                                           └ broken ───▶ Outcome::Unfinished
//!                 └ deadline ─▶ Outcome::Unfinished
//! ```
//!
//! Every sink of the functions goes through [`send()`]: tables, topics, queues, streams. The AWS
//! clients' own retries are off, so that there is one place that knows the deadline.

mod deadline;
mod pack;
mod retry;
mod send;

pub use deadline::Deadline;
pub use pack::Limits;
pub use retry::{Jitter, Retry};
pub use send::{Outcome, Reply, RequestError, send};
