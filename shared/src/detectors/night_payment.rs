use super::prelude::*;

/// `night_payment`: a payment above 500 between midnight and five in the morning, UTC.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct NightPayment;

impl Detector<Transaction<'_>, UserProfile> for NightPayment {
    fn detect(&mut self, payment: &Transaction<'_>, context: &mut Context<'_, UserProfile>) {
        let (amount, hour) = (payment.amount, payment.time.as_seconds() / 3_600 % 24);
        if hour < 5 && amount > Amount::from_units(500) {
            let message = format!("A payment of {amount} at night.");
            context.raise(Severity::Medium, message).with("amount", amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{alerts_of, payment};
    use super::*;

    #[test]
    fn only_more_than_500_and_only_before_five_is_an_alert() {
        let alerts_for = |units, hour: i64| {
            let mut payment = payment(Amount::from_units(units), "EUR");
            payment.time = EventTime::from_millis(hour * 3_600_000);
            alerts_of(&mut NightPayment, &payment).len()
        };
        assert_eq!([alerts_for(501, 0), alerts_for(501, 4), alerts_for(501, 28)], [1; 3]);
        assert_eq!([alerts_for(500, 0), alerts_for(501, 5), alerts_for(501, 23)], [0; 3]);
    }
}
