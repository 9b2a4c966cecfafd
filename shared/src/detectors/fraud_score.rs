use super::prelude::*;
use crate::circumstances::{Learnt, Source};
use crate::events::TransactionLabel;
use crate::fraud::{Amounts, Bins, Labelled, Score, Waiting};

/// `fraud_score`: a payment that is probably fraud, by what labels taught of its amount, of how far
/// it is from the customer's usual ones, and of its merchant.
///
/// Without a topic of labels there is nothing to learn from, and nothing is kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct FraudScore {
    amounts: Amounts,
    waiting: Waiting,
    /// The last payment's score.
    last: f32,
}

impl FraudScore {
    /// The last payment's score.
    pub(super) fn last(&self) -> f64 {
        self.last.into()
    }

    /// Forgets the last payment's score.
    pub(super) fn forget_last(&mut self) {
        self.last = 0.0;
    }

    /// The mean and the standard deviation of the user's payments.
    pub(super) fn mean_and_deviation(&self) -> (f64, f64) {
        self.amounts.mean_and_deviation()
    }

    /// What a record's label counts for; none if it does not count.
    pub(super) fn labelled_by(
        &self,
        label: &TransactionLabel<'_>,
        source: Source<'_>,
    ) -> Option<Labelled> {
        self.waiting.labelled_by(&label.transaction_id, source.short_hash())
    }

    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1")]
    fn score(
        &mut self,
        payment: &Transaction<'_>,
        learnt: Learnt<'_>,
        context: &mut Context<'_, UserProfile>,
    ) {
        let amount = payment.amount.as_f64();
        let bins = Bins::new(amount, self.amounts.deviations(amount));
        let score = Score::new(bins, learnt.calibration, learnt.merchant, payment.time);
        self.amounts.learn(amount);
        if let Some(transaction_id) = &payment.transaction_id {
            self.waiting.push(transaction_id, payment.time, bins);
        }
        self.last = score.total() as f32;
        if score.total() >= context.settings.fraud_score_threshold {
            raise(payment, score, context);
        }
    }
}

fn raise(payment: &Transaction<'_>, score: Score, context: &mut Context<'_, UserProfile>) {
    let (total, threshold) = (score.total(), context.settings.fraud_score_threshold);
    let (amount, currency) = (payment.amount, payment.currency.as_ref());
    let percent = (total * 100.0).round();
    let message = format!("A payment of {amount} {currency} is fraud with {percent} %.");
    let raised = context.raise(Severity::High, message);
    raised
        .with("score", total)
        .with("threshold", threshold)
        .with("by_amount", score.by_amount)
        .with("by_deviation", score.by_deviation)
        .with("by_merchant", score.by_merchant)
        .with("amount", amount)
        .with("currency", currency);
    if let Some(merchant) = &payment.merchant {
        raised.with("merchant", merchant.as_ref());
    }
}

impl Detector<Event<'_>, UserProfile> for FraudScore {
    fn detect(&mut self, event: &Event<'_>, context: &mut Context<'_, UserProfile>) {
        let Some(learnt) = context.learnt else { return };
        match event {
            // A refund is no payment that anybody could have made with a stolen card.
            Event::Transaction(payment) if payment.amount > Amount::default() => {
                self.score(payment, learnt, context);
            }
            Event::TransactionLabel(label) => {
                let record = context.source.short_hash();
                let fate = self.waiting.label(&label.transaction_id, label.is_fraud, record);
                context.note(super::Note::Label(fate));
            }
            Event::UserEvent(_) | Event::Transaction(_) | Event::SensorReading(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{evidence, payment};
    use super::super::{Alerts, Note, Raised};
    use super::*;
    use crate::circumstances::Circumstances;
    use crate::fraud::{Calibration, LabelFate, MerchantProfile, Posterior};

    const TIME: EventTime = EventTime::from_millis(1_767_600_000_000);

    fn pay(units: i64, transaction: &'static str) -> Event<'static> {
        let mut paid = payment(Amount::from_units(units), "EUR");
        paid.transaction_id = Some(transaction.into());
        paid.merchant = Some("kiosk".into());
        paid.time = TIME;
        Event::Transaction(paid)
    }

    fn label(transaction: &'static str, is_fraud: bool) -> TransactionLabel<'static> {
        TransactionLabel {
            transaction_id: transaction.into(),
            user_id: "anna".into(),
            merchant: Some("kiosk".into()),
            is_fraud,
            time: TIME,
        }
    }

    fn take(
        detector: &mut FraudScore,
        event: &Event<'_>,
        learnt: Option<Learnt<'_>>,
    ) -> (Vec<Raised>, Vec<Note>) {
        let (profile, settings) = (UserProfile::default(), Settings::default());
        let circumstances = Circumstances { learnt, ..Circumstances::of(&settings) };
        let mut alerts = Alerts::default();
        let mut context = Context::new("fraud_score", &profile, &circumstances, &mut alerts);
        detector.detect(event, &mut context);
        (alerts.take(), alerts.take_notes())
    }

    #[test]
    fn without_labels_nothing_is_scored_and_nothing_kept() {
        let mut detector = FraudScore::default();
        take(&mut detector, &pay(50_000, "t"), None);
        take(&mut detector, &Event::TransactionLabel(label("t", true)), None);
        let kept = postcard::to_stdvec(&detector).unwrap();
        assert_eq!(kept, postcard::to_stdvec(&FraudScore::default()).unwrap());
    }

    #[test]
    fn a_payment_at_a_compromised_merchant_is_an_alert_with_its_three_parts() {
        let calibration = Calibration::default();
        let mut merchant = MerchantProfile::default();
        merchant.take(&label("a", true));
        merchant.take(&label("b", true));
        let at =
            |posterior: Posterior| Learnt { merchant: Some(posterior), calibration: &calibration };
        let mut detector = FraudScore::default();
        assert!(take(&mut detector, &pay(20, "t-1"), Some(at(Posterior::default()))).0.is_empty());
        let (raised, _) = take(&mut detector, &pay(20, "t-2"), Some(at(merchant.posterior)));
        assert_eq!(raised[0].severity, Severity::High);
        let told = evidence(&raised[0]);
        assert!(told.starts_with("score=0.89"), "{told}");
        assert!(told.contains(" by_amount=0 by_deviation=0 by_merchant=0.89"), "{told}");
        assert!(told.ends_with(" amount=20 currency=EUR merchant=kiosk"), "{told}");
        assert!((detector.last() - 0.9).abs() < 0.01);
    }

    #[test]
    fn each_label_is_counted_by_what_it_is_to_the_customer() {
        let calibration = Calibration::default();
        let learnt = Some(Learnt { merchant: None, calibration: &calibration });
        let mut detector = FraudScore::default();
        take(&mut detector, &pay(20, "t-1"), learnt);
        let mut fate = |transaction, is_fraud| {
            let event = Event::TransactionLabel(label(transaction, is_fraud));
            take(&mut detector, &event, learnt).1
        };
        assert_eq!(fate("t-1", true), [Note::Label(LabelFate::Counted)]);
        assert_eq!(fate("t-1", true), [Note::Label(LabelFate::Repeated)]);
        assert_eq!(fate("t-1", false), [Note::Label(LabelFate::Contradicted)]);
        assert_eq!(fate("t-9", false), [Note::Label(LabelFate::Unknown)]);
    }

    #[test]
    fn a_refund_is_not_scored() {
        let calibration = Calibration::default();
        let learnt = Some(Learnt { merchant: None, calibration: &calibration });
        let mut detector = FraudScore::default();
        take(&mut detector, &pay(-20, "t-1"), learnt);
        let (_, notes) = take(&mut detector, &Event::TransactionLabel(label("t-1", false)), learnt);
        assert_eq!(notes, [Note::Label(LabelFate::Unknown)]);
    }
}
