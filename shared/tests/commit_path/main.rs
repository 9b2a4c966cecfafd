//! The commit path against a world in memory that fails and crashes wherever it is told to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may")]

mod lambda;
mod named;
mod properties;
mod stream;
mod world;
