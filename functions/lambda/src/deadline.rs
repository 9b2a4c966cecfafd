//! When an invocation has to stop working, and when it has to have answered.

use std::time::Duration;

use lambda_runtime::Context;
use millrace_shared::delivery::Deadline;

use crate::clock;

/// What an invocation has when it is not told: shorter than any timeout worth configuring.
const FALLBACK: Duration = Duration::from_secs(30);
/// A deadline below this is no time since 1970 (it would be in January of that year) but a
/// duration, as `cargo lambda` sends one.
const EPOCH_FLOOR_MS: u64 = 1_000_000_000;

/// The deadlines of one invocation.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// When no more of the batch is begun or waited for.
    pub work: Deadline,
    /// When clearing and counting, which the answer does not depend on, stop as well.
    pub finish: Deadline,
}

impl Deadlines {
    /// The deadlines of the invocation with this context, a margin before its own.
    pub fn new(context: &Context, margin: Duration) -> Self {
        let (work, finish) = split(remaining(context.deadline, clock::now_millis()), margin);
        Self { work: Deadline::after(work), finish: Deadline::after(finish) }
    }
}

/// How long there is left until a deadline in milliseconds since 1970.
///
/// | the deadline | is taken as |
/// | --- | --- |
/// | 0 | unknown: 30 s are left |
/// | less than 10⁹ | that many milliseconds from now |
/// | in the past | unknown: 30 s are left |
/// | in the future | what it says |
fn remaining(deadline_ms: u64, now_ms: u64) -> Duration {
    match deadline_ms {
        0 => FALLBACK,
        duration if duration < EPOCH_FLOOR_MS => Duration::from_millis(duration),
        past if past <= now_ms => FALLBACK,
        future => Duration::from_millis(future - now_ms),
    }
}

/// Divides what is left: work until the margin, which never takes more than half, and the first two
/// thirds of the margin for clearing and counting.
fn split(remaining: Duration, margin: Duration) -> (Duration, Duration) {
    let margin = margin.min(remaining / 2);
    (remaining.saturating_sub(margin), remaining.saturating_sub(margin / 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_767_600_000_000;
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_deadline_in_the_future_is_what_it_says() {
        assert_eq!(remaining(NOW + 60_000, NOW), 60 * SECOND);
        assert_eq!(remaining(NOW + 1, NOW), Duration::from_millis(1));
    }

    #[test]
    fn a_duration_counts_from_now() {
        assert_eq!(remaining(600_000, NOW), 600 * SECOND);
        assert_eq!(remaining(1, NOW), Duration::from_millis(1));
        assert_eq!(remaining(999_999_999, NOW).as_millis(), 999_999_999);
    }

    #[test]
    fn a_deadline_that_is_unknown_or_past_does_not_refuse_to_work() {
        for deadline in [0, 1_000_000_000, NOW - 1, NOW] {
            assert_eq!(remaining(deadline, NOW), FALLBACK, "{deadline}");
        }
    }

    #[test]
    fn work_ends_a_margin_before_the_end_and_finishing_in_the_margin() {
        let (work, finish) = split(60 * SECOND, Duration::from_millis(1_500));
        assert_eq!((work.as_millis(), finish.as_millis()), (58_500, 59_500));
    }

    #[test]
    fn a_margin_as_long_as_the_timeout_leaves_half_of_it_to_work() {
        let (work, finish) = split(SECOND, 3 * SECOND);
        assert_eq!((work.as_millis(), finish.as_micros()), (500, 833_333));
    }
}
