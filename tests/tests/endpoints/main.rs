//! The function's adapters against AWS endpoints, embedded or anybody's.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "../support/mod.rs"]
mod support;

mod alert_topic;
mod dead_letters;
mod features;
mod metrics;
mod queries;
mod rows;
mod states;
