use super::prelude::*;
use crate::windows::SpendTotal;

/// The total that a profile counts payments under whose currency is one too many.
const OTHER: &str = "OTHER";
/// The factor counts in millionths, in which 0.1 is exact.
const MILLIONTHS: f64 = 1_000_000.0;

/// `unusual_amount`: an amount of more than three times the mean of what the user ever paid in its
/// currency, from the sixth payment on; the mean and the count include the payment itself.
///
/// A currency beyond those that a profile counts one by one is compared with the mean of all such
/// currencies together, which is rough, but no way around the rule. A mean that is not positive,
/// as refunds can make it, says nothing about a payment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct UnusualAmount;

impl Detector<Transaction<'_>, UserProfile> for UnusualAmount {
    fn detect(&mut self, payment: &Transaction<'_>, context: &mut Context<'_, UserProfile>) {
        let (profile, settings) = (context.profile, context.settings);
        let own = profile.total(&payment.currency);
        let Some(spent) = own.or_else(|| profile.total(OTHER)) else { return };
        let factor = settings.unusual_amount_factor;
        if spent.count <= settings.unusual_amount_min_count
            || spent.total <= Amount::default()
            || !exceeds(payment.amount, factor, spent)
        {
            return;
        }
        let (amount, currency) = (payment.amount, payment.currency.as_ref());
        let (mean, count) = (mean(spent), spent.count);
        let message = format!(
            "A payment of {amount} {currency} is more than {factor} times the user's mean of \
             {mean} over {count} payments."
        );
        context
            .raise(Severity::Medium, message)
            .with("amount", amount)
            .with("currency", currency)
            .with("mean", mean)
            .with("mean_currency", spent.currency.as_str())
            .with("count", count);
    }
}

/// Whether `amount > factor × total / count`, exactly, without a division.
///
/// Beyond some 10³² millionths the products no longer fit, and floats compare to 15 digits.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "the factor is a small number; the floats are for what has no exact answer"
)]
fn exceeds(amount: Amount, factor: f64, spent: &SpendTotal) -> bool {
    let factor_millionths = (factor * MILLIONTHS).round() as i128;
    let scaled_amount = amount
        .as_micros()
        .checked_mul(i128::from(spent.count))
        .and_then(|product| product.checked_mul(MILLIONTHS as i128));
    let scaled_total = spent.total.as_micros().checked_mul(factor_millionths);
    match (scaled_amount, scaled_total) {
        (Some(scaled_amount), Some(scaled_total)) => scaled_amount > scaled_total,
        _ => amount.as_f64() * spent.count as f64 > factor * spent.total.as_f64(),
    }
}

/// The mean payment, rounded down to a millionth.
fn mean(spent: &SpendTotal) -> Amount {
    Amount::from_micros(spent.total.as_micros() / i128::from(spent.count.max(1)))
}

#[cfg(test)]
mod tests {
    use super::super::examples::{alerts_of, alerts_with, evidence, payment, user_alerts};
    use super::*;
    use crate::events::Event;
    use crate::state::{Body, UserState};

    /// Whether a payment is unusual where, with it included, so many payments make up this total.
    fn is_unusual(micros: i128, count: u64, total: i128) -> bool {
        is_unusual_at(&Settings::default(), micros, count, total)
    }

    fn is_unusual_at(settings: &Settings, micros: i128, count: u64, total: i128) -> bool {
        let total = Amount::from_micros(total);
        let spent = SpendTotal { currency: "EUR".into(), count, total };
        let profile =
            UserProfile { totals: [spent].into_iter().collect(), ..UserProfile::default() };
        let payment = payment(Amount::from_micros(micros), "EUR");
        !alerts_with(&mut UnusualAmount, &payment, &profile, settings).is_empty()
    }

    #[test]
    fn exactly_three_times_the_mean_is_no_alert_and_a_millionth_more_is_one() {
        // Six payments of 600 in all have a mean of 100.
        assert!(!is_unusual(300, 6, 600));
        assert!(is_unusual(301, 6, 600));
        // Seven of 1000 in all: three times the mean is 428.57.
        assert!(!is_unusual(428, 7, 1_000));
        assert!(is_unusual(429, 7, 1_000));
    }

    #[test]
    fn five_payments_are_too_few() {
        assert!(!is_unusual(1_000, 5, 1_004));
        assert!(is_unusual(1_000, 6, 1_005));
    }

    #[test]
    fn a_total_that_is_not_positive_never_alerts() {
        assert!(!is_unusual(1_000, 6, 0));
        assert!(!is_unusual(1_000, 6, -1));
        assert!(is_unusual(1_000, 6, 1));
    }

    #[test]
    fn a_decimal_factor_means_what_it_says() {
        // 0.1 × 3000 / 10 = 30, though the float nearest to 0.1 is a little more than 0.1.
        let settings = Settings { unusual_amount_factor: 0.1, ..Settings::default() };
        assert!(!is_unusual_at(&settings, 30, 10, 3_000));
        assert!(is_unusual_at(&settings, 31, 10, 3_000));
    }

    #[test]
    fn sums_too_large_for_exact_products_are_still_compared() {
        let total = i128::MAX / 2;
        let mean = total / 1_000;
        assert!(is_unusual(mean * 4, 1_000, total));
        assert!(!is_unusual(mean * 2, 1_000, total));
        assert!(!is_unusual(1, u64::MAX, i128::MAX));
    }

    #[test]
    fn the_payment_itself_is_included() {
        let mut user = Body::User(UserState::default());
        let mut pay = |units| {
            let payment = payment(Amount::from_units(units), "EUR");
            user_alerts(&mut user, "unusual_amount", &Event::Transaction(payment))
        };
        for _ in 0..5 {
            assert!(pay(100).is_empty());
        }
        // The sixth, of 500, makes the mean 1000 / 6 = 166.67, and three times that is 500.
        assert!(pay(500).is_empty());
        // The seventh, of 501, makes it 1501 / 7 = 214.428571: 643.29 is not passed.
        assert!(pay(501).is_empty());
        // The eighth, of 1000, makes it 2501 / 8 = 312.625: 937.875 is.
        let raised = pay(1_000);
        assert_eq!(raised[0].severity, Severity::Medium);
        assert_eq!(
            raised[0].message,
            "A payment of 1000 EUR is more than 3 times the user's mean of 312.625 over 8 payments."
        );
        assert_eq!(
            evidence(&raised[0]),
            "amount=1000 currency=EUR mean=312.625 mean_currency=EUR count=8"
        );
    }

    #[test]
    fn a_currency_beyond_those_counted_is_compared_with_all_such() {
        let mut user = Body::User(UserState::default());
        let mut pay = |units, currency: &str| {
            let payment = payment(Amount::from_units(units), currency);
            user_alerts(&mut user, "unusual_amount", &Event::Transaction(payment))
        };
        (0..16).for_each(|number| assert!(pay(1, &format!("C{number}")).is_empty()));
        (16..21).for_each(|number| assert!(pay(1, &format!("C{number}")).is_empty()));
        // The sixth of the others: (5 + 100) / 6 = 17.5, and three times that is 52.5.
        let raised = pay(100, "C21");
        assert_eq!(
            evidence(&raised[0]),
            "amount=100 currency=C21 mean=17.5 mean_currency=OTHER count=6"
        );
        // One that is counted by itself is not judged by the others: this is its second.
        assert!(pay(100, "C0").is_empty());
    }

    #[test]
    fn a_payment_that_the_profile_does_not_know_is_no_alert() {
        assert!(alerts_of(&mut UnusualAmount, &payment(Amount::LIMIT, "EUR")).is_empty());
    }
}
