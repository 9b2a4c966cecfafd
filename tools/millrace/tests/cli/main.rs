//! `millrace` as a user runs it: the real command, the real function, real endpoints.

#![expect(clippy::expect_used, reason = "a helper of a test fails the test")]

mod command;
mod demo;
mod elsewhere;
mod evaluate;
mod expected;
#[cfg(target_os = "linux")]
mod interrupt;
mod invoke;
mod invoke_relay;
#[cfg(target_os = "linux")]
mod line;
mod load;
#[cfg(target_os = "linux")]
mod misbehaving;
#[cfg(target_os = "linux")]
mod poll;
mod redrive;
mod refusing;
mod standing;
mod topics;
