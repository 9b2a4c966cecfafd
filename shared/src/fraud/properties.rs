//! What holds of payments and labels of any kind, in any order, at any time.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Calibration, LabelFate, MerchantProfile};
use crate::alerts::Evidence;
use crate::amount::Amount;
use crate::circumstances::{Circumstances, Learnt, Source};
use crate::detectors::Note;
use crate::entity::EntityKind;
use crate::events::{Event, Transaction, TransactionLabel};
use crate::kafka::Offset;
use crate::settings::Settings;
use crate::state::{Body, EntityState};
use crate::time::EventTime;

/// A payment, or a label of one.
#[derive(Clone, Debug)]
struct Step {
    number: u16,
    /// Of a payment: how much, in millionths.
    paid: Option<i128>,
    is_fraud: bool,
    millis: i64,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let limit = Amount::LIMIT.as_micros();
    let paid = prop_oneof![
        4 => Just(None),
        4 => (0..500_000_000_i128).prop_map(Some),
        1 => (-limit..=limit).prop_map(Some),
        1 => prop::sample::select(vec![Some(0), Some(1), Some(limit), Some(-limit)]),
    ];
    let day = 86_400_000_i64;
    let millis = prop_oneof![
        6 => (0..90 * day).prop_map(|millis| 1_767_600_000_000 + millis),
        1 => 0..EventTime::END.as_millis(),
        1 => prop::sample::select(vec![0, EventTime::END.as_millis() - 1]),
    ];
    // Few enough payments that labels meet them, and each other.
    let step = (0..60_u16, paid, any::<bool>(), millis);
    let step =
        step.prop_map(|(number, paid, is_fraud, millis)| Step { number, paid, is_fraud, millis });
    vec(step, 1..300)
}

impl Step {
    fn event(&self) -> Event<'static> {
        let time = EventTime::from_millis(self.millis);
        match self.paid {
            Some(micros) => Event::Transaction(Transaction {
                transaction_id: Some(self.number.to_string().into()),
                user_id: "anna".into(),
                amount: Amount::from_micros(micros),
                currency: "EUR".into(),
                merchant: Some("kiosk".into()),
                location: None,
                time,
            }),
            None => Event::TransactionLabel(TransactionLabel {
                transaction_id: self.number.to_string().into(),
                user_id: "anna".into(),
                merchant: Some("kiosk".into()),
                is_fraud: self.is_fraud,
                time,
            }),
        }
    }
}

fn body(kind: EntityKind) -> Body {
    EntityState::new(kind).body
}

fn merchant(body: &Body) -> &MerchantProfile {
    let Body::Merchant(merchant) = body else { unreachable!("it was a merchant") };
    merchant
}

fn calibration(body: &Body) -> &Calibration {
    let Body::Calibrator(calibrator) = body else { unreachable!("it was a calibrator") };
    &calibrator.calibration
}

proptest! {
    #[test]
    fn no_payment_and_no_label_leaves_anything_but_finite_numbers_in_a_bounded_size(
        steps in steps(),
    ) {
        let settings = Settings { fraud_score_threshold: 0.0, ..Settings::default() };
        let mut user = body(EntityKind::User);
        let mut kiosk = body(EntityKind::Merchant);
        let mut calibrator = body(EntityKind::Calibrator);
        let mut counted = 0;
        for (offset, step) in (0..).zip(&steps) {
            let event = step.event();
            let source = Source { offset: Offset(offset), ..Circumstances::of(&settings).source };
            let known = calibration(&calibrator).clone();
            let learnt = Learnt { merchant: Some(merchant(&kiosk).posterior), calibration: &known };
            let circumstances =
                Circumstances { source, learnt: Some(learnt), ..Circumstances::of(&settings) };
            let emitted = user.take_in(&event, &circumstances);
            for raised in emitted.raised.iter().filter(|one| one.detector == "fraud_score") {
                let scores = raised.evidence.iter().filter(|fact| fact.name != "threshold");
                for fact in scores {
                    if let Evidence::Number(number) = fact.value {
                        prop_assert!((0.0..=1.0).contains(&number), "{fact:?}");
                    }
                }
            }
            let Event::TransactionLabel(label) = &event else { continue };
            prop_assert_eq!(emitted.notes.len(), 1, "each label is told as one thing");
            counted += u32::from(emitted.notes[0] == Note::Label(LabelFate::Counted));
            kiosk.take_in(&event, &circumstances);
            let Body::User(known) = &user else { unreachable!("it was a user") };
            let labelled = known.detectors.labelled_by(label, source);
            calibrator.take_in(&event, &Circumstances { labelled, ..circumstances });
            prop_assert_eq!(calibration(&calibrator).total().all, counted);
        }
        let shown = format!("{user:?} {kiosk:?} {calibrator:?}");
        prop_assert!(!shown.contains("NaN") && !shown.contains("inf"), "{shown}");
        let Body::User(user) = user else { unreachable!("it was a user") };
        // What the other detectors of a user may take, and their cooldowns.
        prop_assert!(user.detectors.encode().len() < 1_140 + 9 * 45 + FRAUD_SCORE_BYTES);
        prop_assert!(merchant(&kiosk).recent.len() <= 16);
        let bins = calibration(&calibrator).to_sparse();
        prop_assert!(bins.len() <= 288);
        prop_assert!(bins.iter().all(|(_, counts)| counts.frauds <= counts.all));
    }
}

/// 24 payments of seven bytes, 8 of nine, how many of each, mean and variance of amounts in nine
/// bytes, the last score in four, and the section's name and length.
const FRAUD_SCORE_BYTES: usize = 24 * 7 + 8 * 9 + 2 + 9 + 4 + 17;
