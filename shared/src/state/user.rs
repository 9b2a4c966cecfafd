use crate::detectors::Alerts;
use crate::detectors::sets::UserDetectors;
use crate::events::{Transaction, UserEvent};
use crate::settings::Settings;
use crate::time::EventTime;
use crate::windows::{Closed, ClosedSession, Session, SpendTotal, SpendWindows, Standing, add_spend};

/// What is known of a user: the profile that people read and the detectors' own state.
#[derive(Clone, Debug, Default)]
pub struct UserState {
    /// What people read.
    pub profile: UserProfile,
    /// What only detectors understand.
    pub detectors: UserDetectors,
}

/// A user, as of the last event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserProfile {
    /// The open session.
    pub session: Option<Session>,
    /// How many sessions there were, the open one included.
    pub sessions: u64,
    /// The spending windows that still take payments.
    pub windows: SpendWindows,
    /// Payments by currency, over all time.
    pub totals: Vec<SpendTotal>,
    /// How many user events.
    pub events: u64,
    /// How many payments.
    pub transactions: u64,
    /// How many of them came too late for their session or window.
    pub late: u64,
    /// The latest time of any event.
    pub newest: EventTime,
}

impl UserState {
    /// Takes something the user did.
    pub(super) fn take_event(
        &mut self,
        event: &UserEvent<'_>,
        settings: &Settings,
        alerts: &mut Alerts,
    ) -> Vec<Closed> {
        self.profile.events += 1;
        let closed = self.profile.take_activity(&event.event_type, event.time, settings);
        self.detectors.on_user_event(event, &self.profile, settings, alerts);
        closed
    }

    /// Takes a payment.
    pub(super) fn take_transaction(
        &mut self,
        transaction: &Transaction<'_>,
        settings: &Settings,
        alerts: &mut Alerts,
    ) -> Vec<Closed> {
        self.profile.transactions += 1;
        let closed = self.profile.take_payment(transaction, settings);
        self.detectors.on_transaction(transaction, &self.profile, settings, alerts);
        closed
    }
}

impl UserProfile {
    /// The total of a currency over all time.
    pub fn total(&self, currency: &str) -> Option<&SpendTotal> {
        self.totals.iter().find(|total| total.currency == currency)
    }

    fn take_activity(&mut self, kind: &str, time: EventTime, settings: &Settings) -> Vec<Closed> {
        let closed = self.advance(time, settings);
        let standing =
            self.session.as_ref().map(|session| session.standing(time, settings.session_gap));
        match (&mut self.session, standing) {
            (Some(session), Some(Standing::Within)) => session.take(kind, time),
            (Some(_), Some(Standing::Before)) => self.late += 1,
            _ => {
                self.sessions += 1;
                self.session = Some(Session::begin(self.sessions, kind, time));
            }
        }
        closed
    }

    fn take_payment(&mut self, payment: &Transaction<'_>, settings: &Settings) -> Vec<Closed> {
        let closed = self.advance(payment.time, settings);
        add_spend(&mut self.totals, &payment.currency, payment.amount);
        let end = payment.time.window_start(settings.spend_window).plus(settings.spend_window);
        if end.plus(settings.allowed_lateness) <= self.newest {
            self.late += 1;
        } else {
            self.windows.take(
                settings.spend_window,
                payment.time,
                &payment.currency,
                payment.amount,
            );
        }
        closed
    }

    /// Closes what is over now that this time has been reached. Also what a tick calls.
    pub(crate) fn advance(&mut self, time: EventTime, settings: &Settings) -> Vec<Closed> {
        self.newest = self.newest.max(time);
        let over = self.windows.close(
            settings.spend_window,
            settings.allowed_lateness,
            self.newest,
        );
        let mut closed: Vec<Closed> = over.into_iter().map(Closed::Spend).collect();
        let ended = self
            .session
            .take_if(|session| session.standing(time, settings.session_gap) == Standing::After);
        closed.extend(ended.map(|session| Closed::Session(ClosedSession(session))));
        closed
    }
}
