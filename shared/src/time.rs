//! Event time: what detectors, windows and alerts run on, so that a replay gives the same answer.

pub(crate) mod rfc_3339;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp as Instant;
use serde::{Deserialize, Serialize};

/// When something happened, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Displayed as RFC 3339 in UTC with milliseconds, a form of fixed width, so that the text sorts
/// as the time does and can serve as a sort key.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct EventTime(i64);

impl EventTime {
    /// The first instant that is no plausible event time any more: 2100-01-01T00:00:00Z.
    pub const END: Self = Self(4_102_444_800_000);

    /// A time from milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Reads a time in RFC 3339, as it is displayed or in any other spelling; None for another text.
    pub fn parse(text: &str) -> Option<Self> {
        let millis = rfc_3339::millis(text);
        let of_calendar = || text.parse().map(Instant::as_millisecond).ok();
        millis.or_else(of_calendar).map(Self)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Seconds since the epoch, rounded down: the unit of `DynamoDB`'s time to live.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Whether an event may claim this time: from 1970 up to [`EventTime::END`].
    pub const fn is_plausible(self) -> bool {
        self.0 >= 0 && self.0 < Self::END.0
    }

    /// The start of the window of the given length that this time falls into.
    ///
    /// Windows are aligned to the epoch. A length of zero gives the time itself.
    #[must_use]
    pub const fn window_start(self, length: Duration) -> Self {
        let length = millis(length);
        if length == 0 { self } else { Self(self.0.div_euclid(length) * length) }
    }

    /// The start of the minute.
    #[must_use]
    pub const fn minute(self) -> Self {
        self.window_start(Duration::from_mins(1))
    }

    /// Writes what it is displayed as: into a string without a formatter in between, which takes longer than the digits.
    ///
    /// # Errors
    /// Those of what it is written into; a string has none.
    pub fn write_to(self, text: &mut impl fmt::Write) -> fmt::Result {
        if let Some(digits) = rfc_3339::text(self.0)
            && let Ok(digits) = str::from_utf8(&digits)
        {
            return text.write_str(digits);
        }
        match Instant::from_millisecond(self.0) {
            Ok(instant) => write!(text, "{instant:.3}"),
            Err(_) => write!(text, "{} ms since 1970", self.0),
        }
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub const fn since(self, earlier: Self) -> Duration {
        let difference = self.0.saturating_sub(earlier.0);
        Duration::from_millis(if difference > 0 { difference.unsigned_abs() } else { 0 })
    }

    /// This time, later by a duration.
    #[must_use]
    pub const fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }
}

/// Milliseconds, or as many as there can be.
#[expect(clippy::cast_possible_truncation, reason = "a larger number was ruled out before")]
const fn millis(duration: Duration) -> i64 {
    let millis = duration.as_millis();
    if millis > i64::MAX.unsigned_abs() as u128 { i64::MAX } else { millis as i64 }
}

impl fmt::Display for EventTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_shown_in_a_form_of_fixed_width_that_sorts_as_the_time_does() {
        let earlier = EventTime::from_millis(1_767_600_000_000);
        let later = EventTime::from_millis(1_767_600_000_120);
        assert_eq!(earlier.to_string(), "2026-01-05T08:00:00.000Z");
        assert_eq!(later.to_string(), "2026-01-05T08:00:00.120Z");
        assert!(earlier.to_string() < later.to_string());
    }

    #[test]
    fn windows_are_aligned_to_the_epoch_even_before_it() {
        let five_minutes = Duration::from_mins(5);
        assert_eq!(EventTime(299_999).window_start(five_minutes), EventTime(0));
        assert_eq!(EventTime(300_000).window_start(five_minutes), EventTime(300_000));
        assert_eq!(EventTime(-1).window_start(five_minutes), EventTime(-300_000));
    }

    #[test]
    fn an_earlier_time_is_not_since_a_later_one() {
        assert_eq!(EventTime(5).since(EventTime(9)), Duration::ZERO);
        assert_eq!(EventTime(9).since(EventTime(5)), Duration::from_millis(4));
    }

    #[test]
    fn what_is_shown_is_read_again_whatever_the_time() {
        for millis in [0, 1_767_600_000_120, 4_102_444_800_000, -1, -62_135_596_800_000] {
            let time = EventTime(millis);
            assert_eq!(EventTime::parse(&time.to_string()), Some(time));
        }
        assert_eq!(
            EventTime::parse("2026-01-05T09:00:00+01:00"),
            Some(EventTime(1_767_600_000_000))
        );
        assert_eq!(EventTime::parse("yesterday"), None);
    }
}
