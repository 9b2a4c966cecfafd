use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::Alerts;
use super::super::examples::{evidence, payment, user_event};
use super::*;
use crate::circumstances::{Circumstances, Source};
use crate::events::Transaction;
use crate::kafka::{Offset, Partition};
use crate::state::Epoch;

/// A minute of a day, as milliseconds.
const fn minute(minutes: i64) -> i64 {
    1_767_600_000_000 + minutes * 60_000
}

fn acted(minutes: i64) -> Event<'static> {
    Event::UserEvent(user_event("view", minute(minutes)))
}

fn paid(minutes: i64) -> Event<'static> {
    let time = EventTime::from_millis(minute(minutes));
    Event::Transaction(Transaction { time, ..payment(Amount::from_units(25), "EUR") })
}

/// What the detector raises and notes for one event after the other, the record of each at an offset
/// that is its number.
#[derive(Default)]
struct Story {
    detector: ColdTransaction,
    alerts: Alerts,
    next: i64,
}

impl Story {
    /// That of somebody who did something the day before.
    fn of_somebody() -> Self {
        let mut story = Self::default();
        story.take(&acted(-1_440));
        Self { next: 0, ..story }
    }

    /// The offsets of the payments of which this event raises an alert.
    fn take(&mut self, event: &Event<'_>) -> Vec<i64> {
        let settings = Settings::default();
        let source = Source {
            topic: "transactions",
            partition: Partition(3),
            epoch: Epoch(2),
            offset: Offset(self.next),
        };
        self.next += 1;
        let circumstances = Circumstances { source, ..Circumstances::of(&settings) };
        let profile = UserProfile::default();
        let mut context =
            Context::new("cold_transaction", &profile, &circumstances, &mut self.alerts);
        self.detector.detect(event, &mut context);
        let raised = self.alerts.take();
        raised.iter().map(|one| one.of.as_ref().unwrap().source.offset.0).collect()
    }

    fn play(&mut self, events: &[Event<'_>]) -> Vec<Vec<i64>> {
        events.iter().map(|event| self.take(event)).collect()
    }
}

#[test]
fn a_payment_without_activity_is_told_once_the_lateness_is_over() {
    let mut story = Story::of_somebody();
    let nothing: Vec<i64> = Vec::new();
    // 31 minutes after the login, and told by the payment after it.
    let events = [acted(0), paid(31), paid(35), acted(36), paid(40)];
    assert_eq!(
        story.play(&events),
        [nothing.clone(), nothing.clone(), nothing.clone(), vec![1], vec![2]]
    );
}

#[test]
fn exactly_half_an_hour_after_the_last_event_is_warm_and_so_is_what_follows_at_once() {
    let mut story = Story::of_somebody();
    let found = story.play(&[acted(0), paid(30), acted(50), paid(50), acted(300)]);
    assert_eq!(found, vec![Vec::<i64>::new(); 5]);
}

#[test]
fn a_late_user_event_withdraws_what_has_not_been_told() {
    let mut story = Story::of_somebody();
    assert!(story.play(&[acted(0), paid(40), acted(20)]).concat().is_empty());
    let withdrawn = [Note::AlertWithdrawn("cold_transaction")];
    assert_eq!(story.alerts.take_notes(), withdrawn);
    assert!(story.take(&acted(300)).is_empty());
    // Once it has been told, it has.
    let told = story.play(&[paid(400), acted(405), acted(399)]);
    assert_eq!(told, [vec![], vec![4], vec![]]);
}

#[test]
fn an_event_after_a_payment_does_not_warm_it() {
    let mut story = Story::of_somebody();
    assert_eq!(story.play(&[paid(0), acted(1), acted(5)]), [vec![], vec![], vec![0]]);
}

#[test]
fn nobody_knows_of_somebody_who_never_did_anything() {
    let mut story = Story::default();
    assert!(story.play(&[paid(0), paid(60), paid(120)]).concat().is_empty());
    // As soon as it shows that something is known of them, it is.
    assert_eq!(story.play(&[acted(80), acted(130)]), [vec![], vec![2]]);
}

#[test]
fn what_there_is_no_room_for_is_counted() {
    let mut story = Story::of_somebody();
    for at in 0..6 {
        assert!(story.take(&paid(at % 4)).is_empty());
    }
    assert_eq!(story.alerts.take_notes(), [Note::AlertDropped("cold_transaction"); 2]);
    assert_eq!(story.take(&acted(100)), [0, 1, 2, 3]);
}

#[test]
fn the_alert_is_of_the_payment_and_not_of_what_showed_it() {
    let mut story = Story::of_somebody();
    story.take(&paid(0));
    let settings = Settings::default();
    let profile = UserProfile::default();
    let circumstances = Circumstances::of(&settings);
    let mut context = Context::new("cold_transaction", &profile, &circumstances, &mut story.alerts);
    story.detector.detect(&acted(10), &mut context);
    let raised = story.alerts.take().remove(0);
    assert_eq!(evidence(&raised), "amount=25 currency=EUR without_activity_minutes=30");
    let record = raised.of.unwrap();
    assert_eq!(record.time, EventTime::from_millis(minute(0)));
    assert_eq!((record.source.topic.as_str(), record.source.partition.0), ("transactions", 3));
    assert_eq!((record.epoch, record.source.offset), (Epoch(2), Offset(0)));
}

#[derive(Clone, Debug)]
enum Step {
    Act(i64),
    Pay(i64),
}

fn steps(minutes: std::ops::Range<i64>) -> impl Strategy<Value = Vec<Step>> {
    vec((any::<bool>(), minutes), 0..40).prop_map(|steps| {
        steps
            .into_iter()
            .map(|(acts, at)| if acts { Step::Act(at) } else { Step::Pay(at) })
            .collect()
    })
}

proptest! {
    /// As if everything were remembered: within 90 minutes there is room for all of it.
    #[test]
    fn what_is_told_is_what_the_whole_history_says(steps in steps(0..90)) {
        let mut story = Story::of_somebody();
        let mut acts: Vec<i64> = Vec::new();
        let mut waiting: Vec<(i64, i64)> = Vec::new();
        for (offset, step) in (0..).zip(&steps) {
            let (Step::Act(now) | Step::Pay(now)) = *step;
            let is_warm = |acts: &[i64], at: i64| acts.iter().any(|&act| act <= at && at - act <= 30);
            if let Step::Act(_) = step {
                acts.push(now);
                waiting.retain(|&(_, at)| !is_warm(&acts, at));
            }
            let told: Vec<i64> =
                waiting.extract_if(.., |(_, at)| *at + 5 <= now).map(|(offset, _)| offset).collect();
            if let Step::Pay(_) = step && !is_warm(&acts, now) && waiting.len() < 4 {
                waiting.push((offset, now));
            }
            let event = if let Step::Act(_) = step { acted(now) } else { paid(now) };
            prop_assert_eq!(story.take(&event), told, "at {} of {:?}", offset, steps);
        }
    }

    #[test]
    fn any_times_leave_little_state(steps in steps(-10_000_000..10_000_000)) {
        let mut story = Story::of_somebody();
        for step in steps {
            match step {
                Step::Act(at) => story.take(&acted(at)),
                Step::Pay(at) => story.take(&paid(at)),
            };
        }
        let bytes = postcard::to_stdvec(&story.detector).unwrap().len();
        prop_assert!(bytes < 256, "{bytes} bytes");
    }
}

#[test]
fn the_lateness_is_the_users_choice() {
    let at_once = Settings { cold_transaction_lateness: Duration::ZERO, ..Settings::default() };
    let (profile, circumstances) = (UserProfile::default(), Circumstances::of(&at_once));
    let (mut detector, mut alerts) = (Story::of_somebody().detector, Alerts::default());
    let mut context = Context::new("cold_transaction", &profile, &circumstances, &mut alerts);
    detector.detect(&paid(0), &mut context);
    assert_eq!(alerts.take().len(), 1);
}
