//! The relay against streams, a bucket and a queue in memory that fail however they are told to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may")]

mod event;
mod figures;
mod lines;
mod named;
mod properties;
mod world;
