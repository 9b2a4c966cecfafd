use std::time::Duration;

use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};
use smol_str::SmolStr;

use super::clipped;
use crate::time::EventTime;

/// How many different kinds of activity a session remembers.
const KINDS_LIMIT: usize = 50;

/// A user's open session: events no further apart than the session gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Which session of the user it is, from 1.
    pub number: u64,
    /// The time of its first event.
    pub start: EventTime,
    /// The time of its last event so far.
    pub last: EventTime,
    /// How many events it holds.
    pub events: u64,
    /// The kinds of activity in it, in order of appearance: 50 at most, each cut at 64 bytes.
    pub kinds: SmallVec<[SmolStr; 4]>,
}

/// A session that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedSession(pub Session);

/// Where an event's time stands to an open session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It belongs to the session.
    Within,
    /// It comes more than the gap after it: the session is over.
    After,
    /// It comes more than the gap before it, so it belongs to one that is long over.
    Before,
}

impl Session {
    /// A session that begins with an event of this kind and time.
    pub(crate) fn begin(number: u64, kind: &str, time: EventTime) -> Self {
        let kinds = smallvec![clipped(kind).into()];
        Self { number, start: time, last: time, events: 1, kinds }
    }

    /// How long it has lasted.
    pub const fn duration(&self) -> Duration {
        self.last.since(self.start)
    }

    pub(crate) fn standing(&self, time: EventTime, gap: Duration) -> Standing {
        if time.since(self.last) > gap {
            Standing::After
        } else if self.start.since(time) > gap {
            Standing::Before
        } else {
            Standing::Within
        }
    }

    /// Takes an event that belongs to the session; one that comes late may move the start back.
    pub(crate) fn take(&mut self, kind: &str, time: EventTime) {
        self.start = self.start.min(time);
        self.last = self.last.max(time);
        self.events += 1;
        let kind = clipped(kind);
        if self.kinds.len() < KINDS_LIMIT && !self.kinds.iter().any(|known| known == kind) {
            self.kinds.push(kind.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_mins(30);

    fn at(seconds: i64) -> EventTime {
        EventTime::from_millis(seconds * 1_000)
    }

    #[test]
    fn an_event_exactly_one_gap_later_still_belongs_to_the_session() {
        let session = Session::begin(1, "login", at(10_000));
        assert_eq!(session.standing(at(11_800), GAP), Standing::Within);
        assert_eq!(session.standing(at(11_801), GAP), Standing::After);
        assert_eq!(session.standing(at(8_200), GAP), Standing::Within);
        assert_eq!(session.standing(at(8_199), GAP), Standing::Before);
    }

    #[test]
    fn a_late_event_moves_the_start_back_and_never_the_end() {
        let mut session = Session::begin(1, "login", at(10_000));
        session.take("click", at(10_600));
        session.take("view", at(9_400));
        assert_eq!((session.start, session.last, session.events), (at(9_400), at(10_600), 3));
        assert_eq!(session.duration(), Duration::from_mins(20));
        assert_eq!(*session.kinds, ["login", "click", "view"]);
    }

    #[test]
    fn kinds_are_bounded_in_number_and_in_length() {
        let mut session = Session::begin(1, &"é".repeat(100), at(0));
        assert_eq!(session.kinds[0].len(), 64);
        for number in 0..100 {
            session.take(&format!("kind-{number}"), at(1));
        }
        assert_eq!((session.kinds.len(), session.events), (50, 101));
    }
}
