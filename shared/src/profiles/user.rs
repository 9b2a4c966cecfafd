use crate::events::Transaction;
use crate::settings::Settings;
use crate::time::EventTime;
use crate::windows::{
    Closed, ClosedSession, Session, SpendTotal, SpendTotals, SpendWindows, Standing, add_spend,
};

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
    pub totals: SpendTotals,
    /// How many user events.
    pub events: u64,
    /// How many payments.
    pub transactions: u64,
    /// How many of them came too late for their session or window.
    pub late: u64,
    /// The latest time of any event.
    pub newest: EventTime,
    /// The latest time of any payment, which is what closes spending windows.
    pub newest_payment: EventTime,
}

impl UserProfile {
    /// The total of a currency over all time.
    pub fn total(&self, currency: &str) -> Option<&SpendTotal> {
        self.totals.iter().find(|total| total.currency == currency)
    }

    /// Sessions are made of user events alone. A payment neither belongs to one nor ends it: its
    /// topic may run ahead of the other, and would split a session in two.
    pub(crate) fn take_activity(
        &mut self,
        kind: &str,
        time: EventTime,
        settings: &Settings,
    ) -> Vec<Closed> {
        self.newest = self.newest.max(time);
        let closed = self.close_session(time, settings);
        let gap = settings.session_gap;
        match &mut self.session {
            None => {
                self.sessions += 1;
                self.session = Some(Session::begin(self.sessions, kind, time));
            }
            Some(open) if open.standing(time, gap) == Standing::Before => self.late += 1,
            Some(open) => open.take(kind, time),
        }
        closed.into_iter().collect()
    }

    pub(crate) fn take_payment(
        &mut self,
        payment: &Transaction<'_>,
        settings: &Settings,
    ) -> Vec<Closed> {
        self.newest = self.newest.max(payment.time);
        self.newest_payment = self.newest_payment.max(payment.time);
        let closed = self.close_windows(self.newest_payment, settings);
        add_spend(&mut self.totals, &payment.currency, payment.amount);
        let length = settings.spend_window;
        let end = payment.time.window_start(length).plus(length);
        if end.plus(settings.allowed_lateness) <= self.newest_payment {
            self.late += 1;
        } else {
            self.windows.take(length, payment.time, &payment.currency, payment.amount);
        }
        closed
    }

    /// Closes the session if it is over at this time. Also for a tick to call.
    fn close_session(&mut self, now: EventTime, settings: &Settings) -> Option<Closed> {
        let over = |open: &mut Session| open.standing(now, settings.session_gap) == Standing::After;
        self.session.take_if(over).map(|session| Closed::Session(ClosedSession(session)))
    }

    /// Closes the windows that are over at this time. Also for a tick to call.
    fn close_windows(&mut self, now: EventTime, settings: &Settings) -> Vec<Closed> {
        let (length, lateness) = (settings.spend_window, settings.allowed_lateness);
        self.windows.close(length, lateness, now).into_iter().map(Closed::Spend).collect()
    }
}
