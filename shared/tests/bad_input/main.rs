//! Input that nobody should send: no panic, a clear verdict, and no more memory than some times its
//! own size. Time is not measured, since a test that does fails on busy machines.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod calendars;
mod events;
mod records;

/// Runs something, and asserts that it never held more bytes at a time than this.
fn within(bytes: usize, what: &str, work: impl FnOnce()) {
    let counted = allocation_counter::measure(work);
    assert!(counted.bytes_max <= bytes as u64, "{what}: {} of {bytes} bytes", counted.bytes_max);
}
