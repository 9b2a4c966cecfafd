//! What holds for all detectors of users, on by default or not: whatever is done, paid and labelled,
//! wherever and whenever, no number of theirs is anything but finite, and what they keep is bounded.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::examples::{payment, user_event};
use super::sets::UserDetectors;
use crate::alerts::Evidence;
use crate::amount::Amount;
use crate::circumstances::{Circumstances, Learnt};
use crate::events::{Event, Transaction, TransactionLabel};
use crate::fraud::{Calibration, Posterior};
use crate::settings::{DetectorNames, Settings};
use crate::state::{Body, UserState};
use crate::time::EventTime;

/// What docs/detectors.md says that each detector keeps at most, with lists of 50 times, and 64 bytes
/// for a cooldown of each of them.
const MOST_BYTES: usize = 2 * 370 + 272 + 28 + 95 + 360 + 22 + (250 + 4 * 20) + 10 * 64;

#[derive(Clone, Debug)]
enum What {
    Did(&'static str),
    Paid { micros: i128, number: u8, location: String },
    Labelled { number: u8, is_fraud: bool },
}

#[derive(Clone, Debug)]
struct Step {
    what: What,
    millis: i64,
}

impl Step {
    fn event(&self) -> Event<'_> {
        let time = EventTime::from_millis(self.millis);
        match &self.what {
            What::Did(kind) => Event::UserEvent(user_event(kind, self.millis)),
            What::Paid { micros, number, location } => Event::Transaction(Transaction {
                transaction_id: Some(number.to_string().into()),
                merchant: Some("kiosk".into()),
                location: Some(location),
                time,
                ..payment(Amount::from_micros(*micros), "EUR")
            }),
            What::Labelled { number, is_fraud } => Event::TransactionLabel(TransactionLabel {
                transaction_id: number.to_string().into(),
                user_id: "anna".into(),
                merchant: Some("kiosk".into()),
                is_fraud: *is_fraud,
                time,
            }),
        }
    }
}

fn whats() -> impl Strategy<Value = What> {
    let limit = Amount::LIMIT.as_micros();
    let micros = prop_oneof![
        6 => 0..200_000_000_i128,
        1 => -limit..=limit,
        1 => prop::sample::select(vec![0, 1, -1, limit, -limit]),
    ];
    let degrees = || {
        let numbers = prop_oneof![-90.0..90.0, any::<f64>(), Just(90.0), Just(-180.0), Just(1e308)];
        let texts = prop::sample::select(vec!["NaN", "\"inf\"", "1e999", "null", "-0.0", "[]"]);
        prop_oneof![6 => numbers.prop_map(|number: f64| number.to_string()), 1 => texts.prop_map(str::to_owned)]
    };
    let location = (degrees(), degrees())
        .prop_map(|(latitude, longitude)| format!(r#"{{"lat":{latitude},"lon":{longitude}}}"#));
    let kinds = prop::sample::select(vec!["click", "view"]);
    prop_oneof![
        4 => kinds.prop_map(What::Did),
        4 => (micros, 0..40_u8, location)
            .prop_map(|(micros, number, location)| What::Paid { micros, number, location }),
        2 => (0..40_u8, any::<bool>())
            .prop_map(|(number, is_fraud)| What::Labelled { number, is_fraud }),
    ]
}

/// In order, back and forth within a day, and a century ahead or behind.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let moves = prop_oneof![
        8 => (0..3_000_i64).prop_map(Some),
        4 => (-7_200_000..7_200_000_i64).prop_map(Some),
        1 => Just(None),
    ];
    let end = EventTime::END.as_millis();
    // What is done is now and then done over and over: by a bot, or for more than an hour.
    let repeats = prop_oneof![4 => Just((1, 0)), 1 => (2..120_i64, prop::sample::select(vec![200, 900, 45_000]))];
    vec((whats(), moves, 0..end, repeats), 1..60).prop_map(move |stream| {
        let mut now = 1_767_600_000_000;
        let mut steps = Vec::new();
        for (what, by, anywhere, (times, pause)) in stream {
            now = by.map_or(anywhere, |by| (now + by).clamp(0, end - 1));
            let times = if matches!(what, What::Did(_)) { times } else { 1 };
            for _ in 0..times {
                steps.push(Step { what: what.clone(), millis: now });
                now = (now + pause).min(end - 1);
            }
        }
        steps
    })
}

/// The detectors that raised an alert, after the state was held to be finite and bounded.
fn raised(steps: &[Step], is_stored: bool) -> BTreeSet<&'static str> {
    let settings = Settings {
        detectors_off: DetectorNames::default(),
        fraud_score_threshold: 0.0,
        ..Settings::default()
    };
    let calibration = Calibration::default();
    let learnt = Some(Learnt { merchant: Some(Posterior::default()), calibration: &calibration });
    let circumstances = Circumstances { learnt, ..Circumstances::of(&settings) };
    let mut body = Body::User(UserState::default());
    let mut raised = BTreeSet::new();
    for step in steps {
        let emitted = body.take_in(&step.event(), &circumstances);
        for alert in emitted.raised {
            for fact in &alert.evidence {
                let is_finite =
                    !matches!(fact.value, Evidence::Number(number) if !number.is_finite());
                assert!(is_finite, "{alert:?}");
            }
            raised.insert(alert.detector);
        }
        let Body::User(user) = &mut body else { unreachable!("it was a user") };
        if is_stored {
            let stored = user.detectors.encode();
            assert!(stored.len() < MOST_BYTES, "{} bytes", stored.len());
            user.detectors = UserDetectors::decode(&stored).unwrap();
        }
    }
    let shown = format!("{body:?}");
    assert!(!shown.contains("NaN") && !shown.contains("inf"), "{shown}");
    raised
}

proptest! {
    #[test]
    fn no_stream_of_a_user_leaves_anything_but_finite_numbers_in_a_bounded_size(steps in steps()) {
        prop_assert_eq!(raised(&steps, true), raised(&steps, false));
    }
}

#[test]
fn the_streams_above_make_every_detector_of_users_raise_an_alert() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..100 {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        seen.extend(raised(&steps, false));
    }
    let all: BTreeSet<&str> = UserDetectors::NAMES.iter().copied().collect();
    assert_eq!(seen, all);
}
