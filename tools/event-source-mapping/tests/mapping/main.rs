//! What a mapping does, against a function that follows a script and a topic in memory, in paused
//! time. Each test quotes the rule of AWS's documents that it holds.

#![expect(clippy::unwrap_used, reason = "test code outside of test functions")]

mod batches;
mod ends;
mod failures;
mod order;
mod partial;
mod properties;
mod rebalances;
mod retries;
mod scripted;
mod stored;
mod world;
