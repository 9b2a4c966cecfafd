//! The real binary under the Runtime API, on embedded endpoints.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

#[path = "../support/mod.rs"]
mod support;

mod function;
mod over_tls;
mod redelivery;
mod refusals;
mod trouble;
