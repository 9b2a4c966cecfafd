//! The commit path against a world in memory that fails and crashes wherever it is told to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may")]

mod breach;
mod cold;
mod compare;
mod crashes;
mod drops;
mod everything;
mod labels;
mod lambda;
mod mutants;
mod named;
mod properties;
mod redrive;
mod stream;
mod world;
