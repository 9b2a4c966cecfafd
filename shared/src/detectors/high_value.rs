use super::prelude::*;

/// `high_value`: an amount above a fixed limit, whatever its currency.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct HighValue;

impl Detector<Transaction<'_>, UserProfile> for HighValue {
    fn detect(&mut self, payment: &Transaction<'_>, context: &mut Context<'_, UserProfile>) {
        let (amount, limit) = (payment.amount, context.settings.high_value_amount);
        if amount <= limit {
            return;
        }
        let currency = payment.currency.as_ref();
        let message = format!("A payment of {amount} {currency} is above the limit of {limit}.");
        context
            .raise(Severity::High, message)
            .with("amount", amount)
            .with("currency", currency)
            .with("limit", limit);
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{alerts_of, evidence, payment};
    use super::*;

    #[test]
    fn exactly_the_limit_is_no_alert_and_a_millionth_more_is_one() {
        let limit = 10_000_000_000;
        let raised_for = |micros| {
            let payment = payment(Amount::from_micros(micros), "EUR");
            alerts_of(&mut HighValue, &payment).len()
        };
        assert_eq!([limit, limit + 1, -limit - 1, 0].map(raised_for), [0, 1, 0, 0]);
    }

    #[test]
    fn the_alert_says_how_much_and_in_what() {
        let raised = alerts_of(&mut HighValue, &payment(Amount::from_units(12_500), "USD"));
        assert_eq!(raised[0].severity, Severity::High);
        assert_eq!(raised[0].message, "A payment of 12500 USD is above the limit of 10000.");
        assert_eq!(evidence(&raised[0]), "amount=12500 currency=USD limit=10000");
    }
}
