use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};
use smallvec::SmallVec;

use crate::time::EventTime;

/// How many times may be asked for: one has no span, and every one of them is stored.
pub(crate) const COUNTS: RangeInclusive<usize> = 2..=50;

/// For how many times there is room in place: as many as are asked for unless something else is set.
const USUAL_COUNT: usize = 10;

/// The times of the last few events, in order of arrival, oldest first.
///
/// They are stored as the first time in milliseconds, and of each further one how much later it is than the one
/// before, which takes two or three bytes instead of six.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Steps")]
pub(super) struct LastTimes(SmallVec<[EventTime; USUAL_COUNT]>);

#[derive(Deserialize)]
#[serde(transparent)]
struct Steps(SmallVec<[i64; USUAL_COUNT]>);

impl Serialize for LastTimes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut before = 0;
        let step = |time: &EventTime| {
            let step = time.as_millis().wrapping_sub(before);
            before = time.as_millis();
            step
        };
        serializer.collect_seq(self.0.iter().map(step))
    }
}

impl From<Steps> for LastTimes {
    fn from(steps: Steps) -> Self {
        let mut now: i64 = 0;
        let time = |step: i64| {
            now = now.wrapping_add(step);
            EventTime::from_millis(now)
        };
        Self(steps.0.into_iter().map(time).collect())
    }
}

impl LastTimes {
    /// The version of a state that is nothing else.
    pub(super) const VERSION: u8 = 2;

    /// Reads such a state of version 1, which had each time in full.
    pub(super) fn upgraded(version: u8, stored: &[u8]) -> Option<Self> {
        if version == 1 { postcard::from_bytes(stored).ok().map(Self) } else { None }
    }

    /// Notes one more event and returns how far apart the last `count` of them are, from the
    /// earliest time to the latest; `None` as long as there are fewer.
    ///
    /// A `count` outside [`COUNTS`] is taken for the nearest within.
    pub(super) fn note(&mut self, time: EventTime, count: usize) -> Option<Duration> {
        let count = count.clamp(*COUNTS.start(), *COUNTS.end());
        let surplus = (self.0.len() + 1).saturating_sub(count);
        self.0.drain(..surplus);
        self.0.push(time);
        if self.0.len() < count {
            return None;
        }
        let (earliest, latest) = (self.0.iter().min()?, self.0.iter().max()?);
        Some(latest.since(*earliest))
    }

    /// How many are kept.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> EventTime {
        EventTime::from_millis(seconds * 1_000)
    }

    fn spans(count: usize, seconds: &[i64]) -> Vec<Option<u64>> {
        let mut times = LastTimes::default();
        let spans = seconds.iter().map(|second| times.note(at(*second), count));
        spans.map(|span| span.map(|span| span.as_secs())).collect()
    }

    #[test]
    fn the_span_is_of_the_last_few_in_order_of_arrival() {
        // The last three are 5 7 9, then 7 9 100, then 9 100 4.
        assert_eq!(spans(3, &[5, 7, 9, 100, 4]), [None, None, Some(4), Some(93), Some(96)]);
    }

    #[test]
    fn stored_they_take_a_few_bytes_each_and_come_back_in_any_order() {
        let times = [1_767_600_000_000, 1_767_600_004_000, 1_767_600_001_500, i64::MAX, i64::MIN];
        let before = LastTimes(times.map(EventTime::from_millis).into_iter().collect());
        let stored = postcard::to_stdvec(&before).unwrap();
        assert_eq!(postcard::from_bytes(&stored), Ok(before));
        let near = LastTimes((0..10).map(|second| at(1_767_600_000 + second)).collect());
        assert_eq!(postcard::to_stdvec(&near).unwrap().len(), 1 + 6 + 9 * 2);
    }

    #[test]
    fn what_version_1_stored_is_read() {
        let times: Vec<EventTime> = [7, 9, 8].map(at).into();
        let stored = postcard::to_stdvec(&times).unwrap();
        assert_eq!(LastTimes::upgraded(1, &stored), Some(LastTimes(times.into())));
        assert_eq!(LastTimes::upgraded(3, &stored), None);
    }

    #[test]
    fn a_count_beyond_reason_is_taken_for_the_nearest_within() {
        assert_eq!(spans(0, &[5, 7]), [None, Some(2)]);
        assert_eq!(spans(1, &[5, 7]), [None, Some(2)]);
        let mut times = LastTimes::default();
        for second in 0..200 {
            times.note(at(second), usize::MAX);
        }
        assert_eq!(times.len(), 50);
    }

    #[test]
    fn a_smaller_count_forgets_what_is_no_longer_asked_for() {
        let mut times = LastTimes::default();
        for second in 0..20 {
            times.note(at(second), 20);
        }
        assert_eq!(times.note(at(20), 3), Some(Duration::from_secs(2)));
        assert_eq!(times.len(), 3);
    }
}
