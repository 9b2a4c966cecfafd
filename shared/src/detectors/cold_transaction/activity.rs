use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::EventTime;

/// How many stretches are remembered.
const LIMIT: usize = 3;
/// So many events in a row that are older than all that is remembered say that the times were wrong
/// before them, and not theirs.
const STRAYS: u8 = 3;

/// When a user was active: stretches of events no further apart than a span, the oldest first.
///
/// Whether there is an event in the span before a time can be told from first and last event of each
/// stretch alone, for within a stretch there always is one. What is too old to be remembered is
/// forgotten, and remembered to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Activity {
    stretches: Vec<Stretch>,
    /// Up to this time nothing is known any more.
    forgotten: Option<EventTime>,
    strays: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stretch {
    first: EventTime,
    /// From the first event to the last, in milliseconds.
    length: u64,
}

/// Whether there was an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Yes,
    No,
    /// Nobody knows any more.
    Forgotten,
    /// The user has not been seen to do anything yet.
    Never,
}

impl Activity {
    /// Notes an event.
    pub(super) fn note(&mut self, time: EventTime, span: Duration) {
        let is_forgotten = self.forgotten.is_some_and(|until| time <= until);
        self.strays = if is_forgotten { self.strays.saturating_add(1) } else { 0 };
        if is_forgotten && self.strays < STRAYS {
            return;
        }
        if is_forgotten {
            *self = Self::default();
        }
        self.insert(time, span);
        if self.stretches.len() > LIMIT {
            let oldest = self.stretches.remove(0);
            self.forgotten = Some(oldest.last().plus(span));
        }
    }

    /// Whether the user has been seen to do anything.
    pub(super) const fn is_known(&self) -> bool {
        !self.stretches.is_empty()
    }

    /// Whether there was an event in the span before a time, that time included.
    pub(super) fn before(&self, time: EventTime, span: Duration) -> Seen {
        if self.stretches.iter().any(|one| one.first <= time && time.since(one.last()) <= span) {
            return Seen::Yes;
        }
        if self.stretches.is_empty() {
            return Seen::Never;
        }
        if self.forgotten.is_some_and(|until| time <= until) { Seen::Forgotten } else { Seen::No }
    }

    /// Lengthens the stretches that the event is near enough to, which may make two of them one, or
    /// begins one.
    fn insert(&mut self, time: EventTime, span: Duration) {
        let is_near =
            |one: &Stretch| time.since(one.last()) <= span && one.first.since(time) <= span;
        let mut joined = Stretch { first: time, length: 0 };
        for near in self.stretches.extract_if(.., |one| is_near(one)) {
            let last = joined.last().max(near.last());
            let first = joined.first.min(near.first);
            let length = u64::try_from(last.since(first).as_millis()).unwrap_or(u64::MAX);
            joined = Stretch { first, length };
        }
        let at = self.stretches.partition_point(|one| one.first < joined.first);
        self.stretches.insert(at, joined);
    }
}

impl Stretch {
    fn last(&self) -> EventTime {
        self.first.plus(Duration::from_millis(self.length))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const SPAN: Duration = Duration::from_mins(30);

    fn minute(minutes: i64) -> EventTime {
        EventTime::from_millis(1_767_600_000_000 + minutes * 60_000)
    }

    fn active_at(minutes: &[i64]) -> Activity {
        let mut activity = Activity::default();
        for &at in minutes {
            activity.note(minute(at), SPAN);
        }
        activity
    }

    fn seen(activity: &Activity, at: i64) -> Seen {
        activity.before(minute(at), SPAN)
    }

    #[test]
    fn a_span_before_is_enough_and_an_event_after_is_none() {
        let activity = active_at(&[100]);
        let found = [99, 100, 130, 131].map(|at| seen(&activity, at));
        assert_eq!(found, [Seen::No, Seen::Yes, Seen::Yes, Seen::No]);
    }

    #[test]
    fn of_somebody_who_never_did_anything_that_is_said() {
        assert_eq!(seen(&Activity::default(), 100), Seen::Never);
    }

    #[test]
    fn a_late_event_joins_two_stretches() {
        let mut activity = active_at(&[0, 50]);
        assert_eq!(seen(&activity, 40), Seen::No);
        activity.note(minute(25), SPAN);
        assert_eq!((seen(&activity, 40), activity.stretches.len()), (Seen::Yes, 1));
    }

    #[test]
    fn of_what_is_forgotten_nothing_is_said() {
        let activity = active_at(&[0, 100, 200, 300]);
        let found = [-50, 20, 31, 100, 150].map(|at| seen(&activity, at));
        assert_eq!(found, [Seen::Forgotten, Seen::Forgotten, Seen::No, Seen::Yes, Seen::No]);
    }

    #[test]
    fn events_a_century_ahead_hide_two_events_and_no_more() {
        let century = 73 * 365 * 1_440;
        let mut activity = active_at(&[century, century + 100, century + 200, century + 300]);
        assert_eq!(seen(&activity, 0), Seen::Forgotten);
        for at in [0, 1] {
            activity.note(minute(at), SPAN);
        }
        assert_eq!(seen(&activity, 2), Seen::Forgotten);
        activity.note(minute(2), SPAN);
        assert_eq!((seen(&activity, 10), seen(&activity, 40)), (Seen::Yes, Seen::No));
    }

    proptest! {
        /// As if all events were remembered, until some are forgotten; and then never of an event that
        /// there was none of.
        #[test]
        fn what_is_said_is_what_all_events_say(
            events in vec(0_i64..600, 0..30),
            asked in vec(0_i64..700, 1..20),
        ) {
            let mut activity = Activity::default();
            let mut has_forgotten = false;
            for &at in &events {
                activity.note(minute(at), SPAN);
                has_forgotten |= activity.forgotten.is_some();
                prop_assert!(activity.stretches.len() <= LIMIT);
            }
            for at in asked {
                let is_seen = events.iter().any(|&event| event <= at && at - event <= 30);
                match seen(&activity, at) {
                    Seen::Yes => prop_assert!(is_seen, "{at} {activity:?}"),
                    Seen::No if !has_forgotten => prop_assert!(!is_seen, "{at} {activity:?}"),
                    _ => {}
                }
            }
        }
    }
}
