//! Lambda functions without any sink, to be compared with handlers in Python and Node that do the
//! same: decode a batch, run the classic rules, answer.
//!
//! | binary | what it is |
//! | --- | --- |
//! | `bench-in-memory` | `analytics` over states in memory: its start, its runtime, its decoder, its commit path |
//! | `bench-naive` | a first version in Rust: `KafkaEvent`, base64, owned structs, a map of users |

pub mod naive_rules;
