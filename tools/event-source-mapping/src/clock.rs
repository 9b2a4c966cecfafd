//! What time it is: the operating system's when the mapping started, and from there on tokio's, so
//! that a test can let hours pass.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Tells epoch milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
    start_ms: i64,
}

impl Clock {
    /// The operating system's time.
    pub fn system() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Clock::starting_at(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    /// As if it were this time (epoch milliseconds) now.
    pub fn starting_at(start_ms: i64) -> Self {
        Clock { start: Instant::now(), start_ms }
    }

    /// Epoch milliseconds.
    pub fn now_ms(&self) -> i64 {
        let elapsed = i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.start_ms.saturating_add(elapsed)
    }
}
