use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::EventTime;

/// So many events in a row that are far behind the newest show that it was the newest that was
/// wrong.
const PATIENCE: u8 = 3;

/// The latest event time of an entity, which one wrong time does not put ahead for ever.
///
/// A clock that once jumped a century would make everything after it count as no time at all. So
/// after three events in a row that are more than a horizon behind, time starts again from them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EventClock {
    newest: EventTime,
    /// How many events in a row were too far behind.
    behind: u8,
}

impl EventClock {
    /// Notes an event, and returns the time by which it is later than the newest before: zero for
    /// the first, and for one that is not later.
    pub(super) fn advance(&mut self, time: EventTime, horizon: Duration) -> Duration {
        let is_first = *self == Self::default();
        if self.newest.since(time) > horizon {
            self.behind += 1;
            if self.behind >= PATIENCE {
                *self = Self { newest: time, behind: 0 };
            }
            return Duration::ZERO;
        }
        let later = if is_first { Duration::ZERO } else { time.since(self.newest) };
        *self = Self { newest: self.newest.max(time), behind: 0 };
        later
    }

    /// The latest time.
    pub(super) const fn newest(self) -> EventTime {
        self.newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn at(seconds: i64) -> EventTime {
        EventTime::from_millis(1_767_600_000_000 + seconds * 1_000)
    }

    #[test]
    fn time_passes_between_events_and_never_backwards() {
        let mut clock = EventClock::default();
        let passed = [0, 60, 30, 90].map(|second| clock.advance(at(second), HOUR).as_secs());
        assert_eq!(passed, [0, 60, 0, 30]);
    }

    #[test]
    fn a_time_a_century_ahead_is_believed_for_three_events_only() {
        let mut clock = EventClock::default();
        clock.advance(at(0), HOUR);
        clock.advance(at(2_000_000_000), HOUR);
        let passed = [1, 2, 3, 63].map(|second| clock.advance(at(second), HOUR).as_secs());
        assert_eq!(passed, [0, 0, 0, 60]);
    }

    #[test]
    fn late_events_between_others_never_turn_time_back() {
        let mut clock = EventClock::default();
        for second in 0..20 {
            clock.advance(at(100_000 + second), HOUR);
            clock.advance(at(second), HOUR);
        }
        assert_eq!(clock.newest(), at(100_019));
    }
}
