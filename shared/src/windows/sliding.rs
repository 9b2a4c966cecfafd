use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::time::EventTime;

/// How many windows slide at once.
pub const SCALES: usize = 4;
/// How long they are.
pub const LENGTHS: [Duration; SCALES] = [
    Duration::from_mins(1),
    Duration::from_mins(10),
    Duration::from_hours(1),
    Duration::from_hours(24),
];
/// The same in milliseconds, which the windows are reckoned in.
const LENGTHS_MS: [i64; SCALES] = [60_000, 600_000, 3_600_000, 86_400_000];

/// What people call them.
pub const NAMES: [&str; SCALES] = ["1 minute", "10 minutes", "1 hour", "24 hours"];

/// So many events in a row that are too old for every window say that the time was wrong before
/// them, and not theirs.
const STRAYS: u8 = 3;

/// Something that adds up, and of which a share can be taken.
pub trait Tally: Copy + Default {
    /// Both together.
    #[must_use]
    fn plus(self, other: Self) -> Self;

    /// This many thousandths of it, rounded down.
    #[must_use]
    fn thousandths(self, share: u32) -> Self;
}

/// Four sliding windows over the same events, up to the newest of them, in constant memory.
///
/// Each window is approximated by two fixed ones of its length, as rate limiters do: what came in
/// the current one, and of the one before it the share that the sliding window still covers, as if
/// it had come evenly. All of it is counted in whole numbers, so it is the same from any split of
/// the stream into batches.
///
/// | an event's time | it counts |
/// | --- | --- |
/// | in the current fixed window, or later | there |
/// | in the one before | there |
/// | earlier | not at all in this window, though it may in a longer one |
/// | too old for all of them | not at all; the third such in a row starts everything afresh at its time |
///
/// The last line keeps one event that claims to come from the future from silencing what follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlidingWindows<T> {
    newest: EventTime,
    scales: [Buckets<T>; SCALES],
    strays: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Buckets<T> {
    current: T,
    previous: T,
}

impl<T: Tally> SlidingWindows<T> {
    /// Takes one event.
    pub fn take(&mut self, time: EventTime, tally: T) {
        if time > self.newest {
            self.slide_to(time);
        } else if self.age(time, LENGTHS_MS[SCALES - 1]) > 1 {
            self.strays = self.strays.saturating_add(1);
            if self.strays < STRAYS {
                return;
            }
            *self = Self { newest: time, ..Self::default() };
        }
        self.strays = 0;
        for (at, length) in LENGTHS_MS.into_iter().enumerate() {
            let age = self.age(time, length);
            let buckets = &mut self.scales[at];
            match age {
                0 => buckets.current = buckets.current.plus(tally),
                1 => buckets.previous = buckets.previous.plus(tally),
                _ => {}
            }
        }
    }

    /// What each window holds, the shortest first, as of the newest event.
    pub fn totals(&self) -> [T; SCALES] {
        let mut totals = [T::default(); SCALES];
        for (at, length) in LENGTHS_MS.into_iter().enumerate() {
            let Buckets { current, previous } = self.scales[at];
            totals[at] = current.plus(previous.thousandths(self.share_before(length)));
        }
        totals
    }

    /// The newest time of any event.
    pub const fn newest(&self) -> EventTime {
        self.newest
    }

    fn slide_to(&mut self, time: EventTime) {
        for (at, length) in LENGTHS_MS.into_iter().enumerate() {
            let buckets = &mut self.scales[at];
            match ordinal(time, length) - ordinal(self.newest, length) {
                0 => {}
                1 => *buckets = Buckets { previous: buckets.current, current: T::default() },
                _ => *buckets = Buckets::default(),
            }
        }
        self.newest = time;
    }

    /// How many fixed windows an event that is not newer lies before the current one.
    fn age(&self, time: EventTime, length: i64) -> i64 {
        ordinal(self.newest, length) - ordinal(time, length)
    }

    /// The thousandths of the fixed window before the current one that the sliding one covers.
    fn share_before(&self, length: i64) -> u32 {
        let elapsed = self.newest.as_millis().rem_euclid(length);
        u32::try_from(1_000 - elapsed * 1_000 / length).unwrap_or(0)
    }
}

/// The number of the fixed window of a length that a time falls into, from 1970 on.
fn ordinal(time: EventTime, length: i64) -> i64 {
    time.as_millis().div_euclid(length)
}

/// How many events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventCount(pub u64);

impl Tally for EventCount {
    fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    fn thousandths(self, share: u32) -> Self {
        Self(share_of(self.0.into(), share).try_into().unwrap_or(u64::MAX))
    }
}

/// Payments, whatever their currency: how many, how much, and how they differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentTally {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum: Amount,
    /// The sum of the squares of their amounts, in hundredths of the unit squared.
    squares: u128,
}

impl PaymentTally {
    /// One payment.
    pub fn of(amount: Amount) -> Self {
        const MICROS_A_HUNDREDTH: i128 = 10_000;
        let hundredths = (amount.as_micros() / MICROS_A_HUNDREDTH).unsigned_abs();
        Self { count: 1, sum: amount, squares: hundredths.saturating_mul(hundredths) }
    }

    /// The mean amount, in units; none without payments.
    #[expect(clippy::cast_precision_loss, reason = "a float is what the caller asks for")]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum.as_f64() / self.count as f64)
    }

    /// The standard deviation of the amounts (n - 1), in units; none of fewer than two payments.
    #[expect(clippy::cast_precision_loss, reason = "a float is what the caller asks for")]
    pub fn deviation(&self) -> Option<f64> {
        if self.count < 2 {
            return None;
        }
        let (count, mean) = (self.count as f64, self.mean()?);
        let squares = self.squares as f64 / 10_000.0;
        Some(((squares - count * mean * mean).max(0.0) / (count - 1.0)).sqrt())
    }
}

impl Tally for PaymentTally {
    fn plus(mut self, other: Self) -> Self {
        self.count = self.count.saturating_add(other.count);
        self.sum += other.sum;
        self.squares = self.squares.saturating_add(other.squares);
        self
    }

    fn thousandths(self, share: u32) -> Self {
        let micros = self.sum.as_micros();
        let sum = share_of(micros.unsigned_abs(), share).try_into().unwrap_or(i128::MAX);
        Self {
            count: share_of(self.count.into(), share).try_into().unwrap_or(u64::MAX),
            sum: Amount::from_micros(sum * micros.signum()),
            squares: share_of(self.squares, share),
        }
    }
}

/// So many thousandths, without passing what the type holds.
fn share_of(number: u128, share: u32) -> u128 {
    // What fits into a register is divided by one multiplication, and 128 bits by a function.
    if let Ok(number) = u64::try_from(number) {
        let (thousands, rest) = (number / 1_000, number % 1_000);
        return (thousands * u64::from(share) + rest * u64::from(share) / 1_000).into();
    }
    let (thousands, rest) = (number / 1_000, number % 1_000);
    thousands * u128::from(share) + rest * u128::from(share) / 1_000
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Seconds after midnight of a day.
    fn at(seconds: i64) -> EventTime {
        EventTime::from_millis(1_767_571_200_000 + seconds * 1_000)
    }

    fn counts(seconds: impl IntoIterator<Item = i64>) -> [u64; SCALES] {
        let mut windows = SlidingWindows::default();
        seconds.into_iter().for_each(|second| windows.take(at(second), EventCount(1)));
        windows.totals().map(|count| count.0)
    }

    #[test]
    fn the_lengths_are_the_same_in_both_units() {
        let millis = LENGTHS.map(|length| i64::try_from(length.as_millis()).unwrap());
        assert_eq!(millis, LENGTHS_MS);
    }

    #[test]
    fn what_is_in_the_current_window_counts_in_full() {
        // At 59 s: everything in the first minute of the day.
        assert_eq!(counts([0, 1, 30, 59]), [4, 4, 4, 4]);
    }

    #[test]
    fn the_window_before_counts_by_the_share_that_is_covered() {
        // Ten in the first minute; at 1 min 15 s three quarters of it are covered: 7 of 10, and one.
        let times = (0..10).chain([75]);
        assert_eq!(counts(times), [8, 11, 11, 11]);
        // At 2 min 0 s that minute is the last but one.
        assert_eq!(counts((0..10).chain([120])), [1, 11, 11, 11]);
    }

    #[test]
    fn late_events_count_where_there_is_still_a_place_for_them() {
        // The newest is 10 min 30 s; 9 min 59 s is in the minute before (half covered: 0 of 1) and
        // in the ten minutes before (950 thousandths: 0 of 1).
        assert_eq!(counts([630, 599]), [1, 1, 2, 2]);
        // 5 s is nine minutes and a half before: too old for the minutes.
        assert_eq!(counts([630, 599, 599, 599, 599, 5]), [3, 5, 6, 6]);
    }

    #[test]
    fn one_event_a_century_ahead_silences_two_and_no_more() {
        let century = 73 * 365 * 86_400;
        assert_eq!(counts([0, century, 1, 2]), [1, 1, 1, 1]);
        // The third in a row is believed.
        assert_eq!(counts([0, century, 1, 2, 3]), [1, 1, 1, 1]);
        assert_eq!(counts([0, century, 1, 2, 3, 4, 5]), [3, 3, 3, 3]);
    }

    #[test]
    fn payments_have_a_mean_and_a_deviation() {
        let mut tally = PaymentTally::default();
        assert_eq!((tally.mean(), tally.deviation()), (None, None));
        for amount in [2, 4, 4, 4, 5, 5, 7, 9] {
            tally = tally.plus(PaymentTally::of(Amount::from_units(amount)));
        }
        assert_eq!(tally.mean(), Some(5.0));
        // The squared differences sum to 32: 32 / 7.
        let deviation = tally.deviation().unwrap();
        assert!((deviation - (32.0_f64 / 7.0).sqrt()).abs() < 1e-12, "{deviation}");
    }

    #[test]
    fn a_usual_user_takes_little_room() {
        let mut windows = SlidingWindows::default();
        for hour in 0..72 {
            let amount = Amount::parse("129.99").unwrap();
            windows.take(at(hour * 3_600), PaymentTally::of(amount));
        }
        let bytes = postcard::to_stdvec(&windows).unwrap().len();
        assert!(bytes <= 75, "{bytes} bytes");
    }

    proptest! {
        /// Never more than what came within two lengths, never less than within one of a window that
        /// began with the fixed one; and any amounts and times are taken.
        #[test]
        fn totals_lie_between_the_fixed_window_and_two(
            times in vec(0_i64..200_000, 1..200),
        ) {
            let mut sorted = times.clone();
            sorted.sort_unstable();
            let newest = *sorted.last().unwrap();
            let totals = counts(sorted.iter().copied());
            for (scale, length) in LENGTHS.iter().enumerate() {
                let length = i64::try_from(length.as_secs()).unwrap();
                let within = |from: i64| sorted.iter().filter(|&&time| time >= from).count() as u64;
                let start = (newest + 1_767_571_200).div_euclid(length) * length - 1_767_571_200;
                prop_assert!(totals[scale] >= within(start));
                prop_assert!(totals[scale] <= within(start - length));
            }
        }

        #[test]
        fn any_stream_is_taken_and_stays_small(
            stream in vec((0..EventTime::END.as_millis(), -10_i128.pow(18)..10_i128.pow(18)), 0..50),
        ) {
            let mut windows = SlidingWindows::default();
            for (millis, micros) in stream {
                let time = EventTime::from_millis(millis);
                windows.take(time, PaymentTally::of(Amount::from_micros(micros)));
            }
            for total in windows.totals() {
                prop_assert!(total.mean().is_none_or(f64::is_finite));
                prop_assert!(total.deviation().is_none_or(f64::is_finite));
            }
            prop_assert!(postcard::to_stdvec(&windows).unwrap().len() < 400);
        }
    }
}
