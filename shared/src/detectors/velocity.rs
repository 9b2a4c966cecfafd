use super::lazy::Lazy;
use super::prelude::*;
use super::scales::Crossed;
use crate::windows::{NAMES, PaymentTally, SCALES, SlidingWindows};

/// `velocity`: more payments, or more money, within 1 minute, 10 minutes, 1 hour or 24 hours than a
/// customer's habits explain. Cards that are being tried out, and accounts that are being emptied,
/// look like this.
///
/// One alert when a limit is passed, and none again for that limit until the window is back within
/// it. Amounts are added whatever their currency, as `high_value` compares them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Velocity {
    /// Half a kilobyte in memory, though a tenth of that as stored.
    windows: Lazy<SlidingWindows<PaymentTally>>,
    counts: Crossed,
    sums: Crossed,
}

impl Velocity {
    /// What the user paid within each of the windows, the shortest first.
    pub(super) fn totals(&self) -> [PaymentTally; SCALES] {
        self.windows.look(SlidingWindows::totals)
    }
}

impl Detector<Transaction<'_>, UserProfile> for Velocity {
    fn detect(&mut self, payment: &Transaction<'_>, context: &mut Context<'_, UserProfile>) {
        let settings = context.settings;
        let windows = self.windows.get_mut();
        windows.take(payment.time, PaymentTally::of(payment.amount));
        let totals = windows.totals();
        let many = self.counts.note(|at| totals[at].count > settings.velocity_counts[at]);
        let much = self.sums.note(|at| totals[at].sum > settings.velocity_sums[at]);
        let Some(at) = many.into_iter().chain(much).min() else { return };
        let PaymentTally { count, sum, .. } = totals[at];
        let payments = if count == 1 { "payment" } else { "payments" };
        let message = format!("{count} {payments} of {sum} in all within {}.", NAMES[at]);
        context
            .raise(Severity::Medium, message)
            .with("window", NAMES[at])
            .with("count", count)
            .with("count_limit", settings.velocity_counts[at])
            .with("sum", sum)
            .with("sum_limit", settings.velocity_sums[at]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{alerts_of, evidence, payment};
    use super::*;

    /// A Monday, a second after midnight.
    const START: i64 = 1_767_571_201_000;

    fn pay(detector: &mut Velocity, seconds: i64, units: i64) -> Vec<super::super::Raised> {
        let paid = payment(Amount::from_units(units), "EUR");
        let time = EventTime::from_millis(START + seconds * 1_000);
        alerts_of(detector, &Transaction { time, ..paid })
    }

    #[test]
    fn the_fifth_payment_within_a_minute_is_one_alert_and_the_sixth_none() {
        let mut detector = Velocity::default();
        let raised: Vec<usize> = (0..6).map(|at| pay(&mut detector, at, 1).len()).collect();
        assert_eq!(raised, [0, 0, 0, 0, 1, 0]);
    }

    #[test]
    fn payments_that_are_spread_over_the_day_are_none() {
        let mut detector = Velocity::default();
        for hour in 0..24 {
            assert_eq!(pay(&mut detector, hour * 3_600, 100), []);
        }
    }

    #[test]
    fn a_sum_is_one_too_and_says_the_window() {
        let mut detector = Velocity::default();
        assert_eq!(pay(&mut detector, 0, 9_000), []);
        let raised = pay(&mut detector, 40, 2_000);
        assert_eq!(raised[0].message, "2 payments of 11000 in all within 1 minute.");
        let alone = pay(&mut Velocity::default(), 0, 10_001);
        assert_eq!(alone[0].message, "1 payment of 10001 in all within 1 minute.");
        assert_eq!(
            evidence(&raised[0]),
            "window=1 minute count=2 count_limit=4 sum=11000 sum_limit=10000"
        );
    }

    #[test]
    fn a_limit_alerts_again_once_the_window_was_back_within_it() {
        let mut detector = Velocity::default();
        let mut alerts = 0;
        for start in [0, 600, 1_200] {
            alerts += (0..5).map(|at| pay(&mut detector, start + at, 1).len()).sum::<usize>();
        }
        // One a burst; the fifth payment of the second and third passes the ten minutes' limit of
        // eight as well.
        assert_eq!(alerts, 3);
    }
}
