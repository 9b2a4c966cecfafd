use serde::{Deserialize, Serialize};

use super::UserState;
use crate::events::Coordinates;
use crate::time::EventTime;
use crate::windows::{EventCount, PaymentTally, SCALES};

/// What a model reads of a user: one row, which the next one replaces.
///
/// The windows are as of the last event that they count: `last_activity` and `last_payment` say when
/// that was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Features {
    /// The latest time of any event.
    pub newest: EventTime,
    /// How many user events.
    pub events: u64,
    /// How many payments.
    pub transactions: u64,
    /// The time of the last user event.
    pub last_activity: Option<EventTime>,
    /// The time of the last payment.
    pub last_payment: Option<EventTime>,
    /// User events within 1 minute, 10 minutes, 1 hour and 24 hours, as `activity_burst` counts them.
    pub activity: [EventCount; SCALES],
    /// Payments within the same, as `velocity` counts them.
    pub payments: [PaymentTally; SCALES],
    /// The fraud score of the last payment; 0 where there is no topic of labels.
    pub fraud_score: f64,
    /// Where the last payment was that tells its coordinates, as `impossible_travel` keeps it.
    pub place: Option<Coordinates>,
}

impl Features {
    /// What orders the rows of a user, as texts: the newest time, and how many events there were.
    ///
    /// Each event that is applied raises the second and never lowers the first. The first one comes
    /// first, since a state that expired counts from one again.
    pub fn as_of(&self) -> String {
        format!("{}#{:020}", self.newest, self.events.saturating_add(self.transactions))
    }
}

impl From<&UserState> for Features {
    fn from(user: &UserState) -> Self {
        let UserState { profile, detectors } = user;
        Self {
            newest: profile.newest,
            events: profile.events,
            transactions: profile.transactions,
            last_activity: profile.session.as_ref().map(|session| session.last),
            last_payment: (profile.transactions > 0).then_some(profile.newest_payment),
            activity: detectors.activity_within(),
            payments: detectors.payments_within(),
            fraud_score: detectors.fraud_score(),
            place: detectors.last_place(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_row_sorts_after_an_earlier_one() {
        let row = |millis, events, transactions| {
            let user = UserState::default();
            let newest = EventTime::from_millis(millis);
            Features { newest, events, transactions, ..Features::from(&user) }.as_of()
        };
        let rising = [row(999, 7, 0), row(1_000, 1, 0), row(1_000, 1, 1), row(1_000, 9, 1)];
        assert!(rising.is_sorted(), "{rising:?}");
        assert!(row(1_000, 9, 1) < row(1_000, 10, 1), "as numbers, not as digits");
        assert!(row(1_000, 10, 1) < row(4_102_444_800_000, 1, 0));
    }
}
