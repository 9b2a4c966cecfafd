//! What the benchmark is fed, and what is done with it in one process.
//!
//! ```text
//!   Payload ─▶ Stream ─▶ event (bytes) ─▶ decoders: ours, and a first version's ─▶ Checksum
//!                                      └▶ apply: the commit path over states in memory
//! ```
//!
//! The payloads are the same bytes on every machine and in every language: the Python and Node
//! decoders of `bench/` read them from files and have to come to the same [`Checksum`].

pub mod callgrind;
mod checksum;
mod cpu;
pub mod decoders;
pub mod jobs;
pub mod memory;
pub mod payloads;

pub use checksum::{Checksum, OFFSET_ORIGIN, TIME_ORIGIN_MS};
pub use cpu::{Usage, usage};
