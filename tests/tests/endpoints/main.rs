//! The function's adapters against AWS endpoints, embedded or anybody's.

#[path = "../support/mod.rs"]
mod support;

mod alert_topic;
mod dead_letters;
mod metrics;
mod queries;
mod rows;
mod states;
