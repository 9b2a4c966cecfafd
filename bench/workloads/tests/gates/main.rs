//! Counts that no noise can move, held to what they were.
//!
//! `bench/baselines/` has them. A change that makes one worse by more than the tolerance fails; one
//! that makes it better by more says so and passes. Renew them with
//!
//! ```text
//! MILLRACE_RENEW_BASELINES=1 cargo test -p millrace-workloads --test gates
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    reason = "a test that cannot go on has failed, and counts stay below 2⁵³"
)]

mod allocations;
mod baselines;
mod instructions;
