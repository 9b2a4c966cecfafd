use crate::circumstances::Circumstances;
use crate::detectors::sets::UserDetectors;
use crate::detectors::{Alerts, Note};
use crate::entity::EntityKind;
use crate::events::Event;
use crate::profiles::UserProfile;
use crate::windows::Closed;

/// What is known of a user: the profile that people read and the detectors' own state.
#[derive(Clone, Debug, Default)]
pub struct UserState {
    /// What people read.
    pub profile: UserProfile,
    /// What only detectors understand.
    pub detectors: UserDetectors,
}

impl UserState {
    /// Takes what is about the user: what they did, what they paid, what a payment turned out to be.
    pub(super) fn take(
        &mut self,
        event: &Event<'_>,
        circumstances: &Circumstances<'_>,
        alerts: &mut Alerts,
    ) -> Vec<Closed> {
        let settings = circumstances.settings;
        let late_before = self.profile.late;
        let closed = match event {
            Event::UserEvent(event) => {
                self.profile.events += 1;
                let closed = self.profile.take_activity(&event.event_type, event.time, settings);
                self.detectors.on_user_event(event, &self.profile, circumstances, alerts);
                closed
            }
            Event::Transaction(payment) => {
                self.profile.transactions += 1;
                let closed = self.profile.take_payment(payment, settings);
                self.detectors.on_transaction(payment, &self.profile, circumstances, alerts);
                closed
            }
            Event::TransactionLabel(_) => Vec::new(),
            Event::SensorReading(_) => return Vec::new(),
        };
        if self.profile.late > late_before {
            alerts.note(Note::Late(EntityKind::User.name()));
        }
        self.detectors.on_event(event, &self.profile, circumstances, alerts);
        self.detectors.cooldowns.merge(alerts, event.time(), settings);
        closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;
    use crate::events::{Transaction, UserEvent};
    use crate::settings::Settings;
    use crate::time::EventTime;
    use crate::windows::ClosedSession;

    /// Minutes after a full hour.
    fn minute(minutes: i64) -> EventTime {
        EventTime::from_millis(1_767_600_000_000 + minutes * 60_000)
    }

    fn event(minutes: i64) -> UserEvent<'static> {
        UserEvent {
            user_id: "anna".into(),
            event_type: "view".into(),
            event_id: None,
            source: None,
            data: None,
            location: None,
            time: minute(minutes),
        }
    }

    fn payment(minutes: i64) -> Transaction<'static> {
        Transaction {
            user_id: "anna".into(),
            transaction_id: None,
            amount: Amount::from_units(10),
            currency: "EUR".into(),
            merchant: None,
            location: None,
            time: minute(minutes),
        }
    }

    fn take_any(user: &mut UserState, event: &Event<'_>) -> Vec<Closed> {
        let settings = Settings::default();
        user.take(event, &Circumstances::of(&settings), &mut Alerts::default())
    }

    fn take(user: &mut UserState, event: &UserEvent<'_>) -> Vec<Closed> {
        take_any(user, &Event::UserEvent(event.clone()))
    }

    fn pay(user: &mut UserState, payment: &Transaction<'_>) -> Vec<Closed> {
        take_any(user, &Event::Transaction(payment.clone()))
    }

    #[test]
    fn an_event_after_the_gap_closes_the_session_and_opens_the_next() {
        let mut user = UserState::default();
        assert_eq!(take(&mut user, &event(0)), []);
        assert_eq!(take(&mut user, &event(30)), []);
        let closed = take(&mut user, &event(61));
        let [Closed::Session(ClosedSession(session))] = &closed[..] else { panic!("{closed:?}") };
        assert_eq!((session.number, session.events), (1, 2));
        assert_eq!((session.start, session.last), (minute(0), minute(30)));
        let open = user.profile.session.as_ref().unwrap();
        assert_eq!((open.number, open.start, open.events), (2, minute(61), 1));
    }

    #[test]
    fn an_event_of_a_session_that_is_long_over_is_counted_as_late() {
        let mut user = UserState::default();
        take(&mut user, &event(100));
        take(&mut user, &event(69));
        assert_eq!((user.profile.late, user.profile.events, user.profile.sessions), (1, 2, 1));
        assert_eq!(user.profile.session.as_ref().unwrap().events, 1);
    }

    #[test]
    fn a_payment_far_ahead_neither_ends_nor_extends_the_session() {
        let mut user = UserState::default();
        take(&mut user, &event(0));
        assert_eq!(pay(&mut user, &payment(55)), []);
        assert_eq!(take(&mut user, &event(10)), []);
        assert_eq!(user.profile.session.as_ref().unwrap().events, 2);
    }

    #[test]
    fn user_events_far_ahead_do_not_make_payments_late() {
        let mut user = UserState::default();
        take(&mut user, &event(600));
        assert_eq!(pay(&mut user, &payment(10)), []);
        assert_eq!((user.profile.late, user.profile.windows.0.len()), (0, 1));
    }

    #[test]
    fn a_window_takes_late_payments_until_the_lateness_is_over() {
        let mut user = UserState::default();
        pay(&mut user, &payment(10));
        pay(&mut user, &payment(64));
        assert_eq!(pay(&mut user, &payment(59)), []);
        let closed = pay(&mut user, &payment(65));
        let [Closed::Spend(spend)] = &closed[..] else { panic!("{closed:?}") };
        assert_eq!((spend.spent.count, spend.spent.total), (2, Amount::from_units(20)));
        assert_eq!((spend.start, spend.end), (minute(0), minute(60)));
        assert_eq!(pay(&mut user, &payment(58)), []);
        assert_eq!(user.profile.late, 1);
        // Whatever the window, it counts towards the total over all time.
        assert_eq!(user.profile.total("EUR").unwrap().count, 5);
    }
}
