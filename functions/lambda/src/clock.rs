//! The time of day, for what is not event time: deadlines, ages and `expires_at` of live states.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970; 0 before it.
pub fn now_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Seconds since 1970.
pub fn now_seconds() -> u64 {
    now_millis() / 1_000
}
