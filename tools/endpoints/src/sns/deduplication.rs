//! FIFO topics: the same deduplication id within five minutes is accepted and not delivered again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_mins(5);

/// What each FIFO topic accepted lately.
#[derive(Debug, Default)]
pub(crate) struct Deduplication {
    accepted: Mutex<HashMap<(String, String), Accepted>>,
}

#[derive(Debug, Clone)]
struct Accepted {
    message_id: String,
    at: Instant,
}

impl Deduplication {
    /// Registers a message; the id of the first one if this is a repetition.
    pub(crate) fn first_message(
        &self,
        topic_arn: &str,
        deduplication_id: &str,
        message_id: &str,
        now: Instant,
    ) -> Option<String> {
        let key = (topic_arn.to_owned(), deduplication_id.to_owned());
        let mut accepted = self.accepted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = accepted.get(&key)
            && now.duration_since(first.at) < WINDOW
        {
            return Some(first.message_id.clone());
        }
        accepted.insert(key, Accepted { message_id: message_id.to_owned(), at: now });
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repetition_counts_within_five_minutes_of_the_first_and_per_topic() {
        let deduplication = Deduplication::default();
        let start = Instant::now();
        let seen = |topic: &str, message: &str, seconds: u64| {
            let now = start + Duration::from_secs(seconds);
            deduplication.first_message(topic, "alert-1", message, now)
        };

        assert_eq!(seen("a.fifo", "first", 0), None);
        assert_eq!(seen("a.fifo", "second", 299), Some("first".to_owned()));
        assert_eq!(seen("b.fifo", "other", 299), None);
        assert_eq!(seen("a.fifo", "third", 300), None);
        assert_eq!(seen("a.fifo", "fourth", 301), Some("third".to_owned()));
    }
}
