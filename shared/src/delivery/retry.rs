use std::time::Duration;

/// How to wait before trying again.
///
/// Exponential backoff with full jitter: before the n-th retry a wait drawn evenly from zero to
/// `base` × 2ⁿ, at most `cap` (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog,
/// 2015).
pub struct Retry {
    /// The longest wait before the first retry.
    pub base: Duration,
    /// The longest wait before any retry.
    pub cap: Duration,
    /// How long one request may take before it counts as failed.
    pub request_timeout: Duration,
    /// Where randomness comes from.
    pub jitter: Jitter,
}

/// A source of numbers drawn evenly from [0, 1).
pub type Jitter = Box<dyn Fn() -> f64>;

impl Retry {
    /// The waits of the functions: up to 25 ms first, up to 2 s at last, 5 s a request.
    pub fn new(jitter: Jitter) -> Self {
        Self {
            base: Duration::from_millis(25),
            cap: Duration::from_secs(2),
            request_timeout: Duration::from_secs(5),
            jitter,
        }
    }

    /// The wait before a retry, counted from 0.
    pub fn wait(&self, retry: u32) -> Duration {
        let longest = self.base.saturating_mul(2_u32.saturating_pow(retry)).min(self.cap);
        longest.mul_f64((self.jitter)().clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_jitter(unit: f64) -> Retry {
        Retry::new(Box::new(move || unit))
    }

    #[test]
    fn the_longest_wait_doubles_up_to_the_cap() {
        let retry = with_jitter(1.0);
        let millis = [0, 1, 2, 6, 7, 40].map(|number| retry.wait(number).as_millis());
        assert_eq!(millis, [25, 50, 100, 1_600, 2_000, 2_000]);
    }

    #[test]
    fn jitter_takes_any_share_of_the_wait_down_to_none() {
        assert_eq!(with_jitter(0.5).wait(2), Duration::from_millis(50));
        assert_eq!(with_jitter(0.0).wait(5), Duration::ZERO);
    }
}
