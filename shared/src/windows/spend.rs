use std::time::Duration;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use smol_str::SmolStr;

use crate::amount::Amount;
use crate::time::EventTime;

/// How many currencies one user may have at a time; what comes in further ones is counted as
/// [`OTHER`].
const CURRENCY_LIMIT: usize = 16;
const OTHER: &str = "OTHER";

/// A user's payments in one currency, over a window or over all time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendTotal {
    /// The currency.
    pub currency: SmolStr,
    /// How many payments.
    pub count: u64,
    /// Their sum.
    pub total: Amount,
}

/// A user's payments, one total per currency, in order of appearance: in place for those who pay in one.
pub type SpendTotals = SmallVec<[SpendTotal; 1]>;

/// A window of a user's payments that still takes some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendWindow {
    /// When it starts.
    pub start: EventTime,
    /// What was paid in it.
    pub totals: SpendTotals,
}

/// A window of a user's payments in one currency that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedSpend {
    /// When it started.
    pub start: EventTime,
    /// When it ended.
    pub end: EventTime,
    /// What was paid.
    pub spent: SpendTotal,
}

/// A user's open spending windows, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpendWindows(pub SmallVec<[SpendWindow; 1]>);

impl SpendWindows {
    /// Adds a payment to the window that its time falls into. The caller has made sure that this
    /// window is not over.
    pub(crate) fn take(
        &mut self,
        length: Duration,
        time: EventTime,
        currency: &str,
        amount: Amount,
    ) {
        let start = time.window_start(length);
        let at = self.0.partition_point(|window| window.start < start);
        if self.0.get(at).is_none_or(|window| window.start != start) {
            self.0.insert(at, SpendWindow { start, totals: SpendTotals::new() });
        }
        add(&mut self.0[at].totals, currency, amount);
    }

    /// Takes out what is over: the windows whose end, plus the allowed lateness, has been reached.
    pub(crate) fn close(
        &mut self,
        length: Duration,
        lateness: Duration,
        now: EventTime,
    ) -> Vec<ClosedSpend> {
        let open = self
            .0
            .iter()
            .position(|window| window.start.plus(length).plus(lateness) > now)
            .unwrap_or(self.0.len());
        let mut closed = Vec::new();
        for window in self.0.drain(..open) {
            let (start, end) = (window.start, window.start.plus(length));
            closed.extend(window.totals.into_iter().map(|spent| ClosedSpend { start, end, spent }));
        }
        closed
    }
}

/// Adds a payment to the total of its currency, and returns that total.
pub(crate) fn add<'a>(
    totals: &'a mut SpendTotals,
    currency: &str,
    amount: Amount,
) -> &'a SpendTotal {
    let known = |totals: &[SpendTotal], name| totals.iter().position(|one| one.currency == name);
    let full = totals.len() >= CURRENCY_LIMIT;
    let at = match known(totals, currency) {
        Some(at) => at,
        None if full && known(totals, OTHER).is_some() => known(totals, OTHER).unwrap_or_default(),
        None => {
            let currency = if full { OTHER } else { currency }.into();
            totals.push(SpendTotal { currency, ..SpendTotal::default() });
            totals.len() - 1
        }
    };
    let total = &mut totals[at];
    total.count += 1;
    total.total += amount;
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);
    const LATE: Duration = Duration::from_mins(5);

    fn at(seconds: i64) -> EventTime {
        EventTime::from_millis(seconds * 1_000)
    }

    fn units(units: i64) -> Amount {
        Amount::from_units(units)
    }

    #[test]
    fn a_window_is_over_when_its_end_plus_the_lateness_is_reached() {
        let mut windows = SpendWindows::default();
        windows.take(HOUR, at(100), "EUR", units(5));
        windows.take(HOUR, at(3_599), "USD", units(7));
        windows.take(HOUR, at(3_600), "EUR", units(1));
        windows.take(HOUR, at(50), "EUR", units(2));
        assert_eq!(windows.close(HOUR, LATE, at(3_899)), []);
        let spent = |currency: &str, count, total| SpendTotal {
            currency: currency.into(),
            count,
            total: units(total),
        };
        let closed = windows.close(HOUR, LATE, at(3_900));
        assert_eq!(
            closed,
            [
                ClosedSpend { start: at(0), end: at(3_600), spent: spent("EUR", 2, 7) },
                ClosedSpend { start: at(0), end: at(3_600), spent: spent("USD", 1, 7) },
            ]
        );
        assert_eq!(windows.0.len(), 1);
    }

    #[test]
    fn currencies_beyond_the_limit_are_counted_together_and_none_is_lost() {
        let mut totals = SpendTotals::new();
        for number in 0..40 {
            add(&mut totals, &format!("C{number}"), units(1));
        }
        add(&mut totals, "C0", units(1));
        assert_eq!(totals.len(), CURRENCY_LIMIT + 1);
        assert_eq!(totals[0].count, 2);
        assert_eq!((totals[16].currency.as_str(), totals[16].count), (OTHER, 24));
        assert_eq!(totals.iter().map(|total| total.count).sum::<u64>(), 41);
    }
}
