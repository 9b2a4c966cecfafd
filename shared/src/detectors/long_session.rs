use super::prelude::*;

/// `long_session`: a session that lasts longer than an hour; once a session.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct LongSession {
    /// The number of the session last alerted, 0 for none: sessions are numbered from 1.
    alerted: u64,
}

impl Detector<UserEvent<'_>, UserProfile> for LongSession {
    fn detect(&mut self, _: &UserEvent<'_>, context: &mut Context<'_, UserProfile>) {
        let Some(session) = &context.profile.session else { return };
        let (duration, limit) = (session.duration(), context.settings.long_session);
        if duration <= limit || session.number == self.alerted {
            return;
        }
        self.alerted = session.number;
        let (minutes, limit) = (duration.as_secs() / 60, limit.as_secs_f64() / 60.0);
        let message = format!(
            "A session of {} events has lasted {minutes} minutes, longer than {limit} minutes.",
            session.events
        );
        context
            .raise(Severity::Low, message)
            .with("session_start", session.start)
            .with("duration_seconds", duration.as_secs_f64())
            .with("events", session.events);
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{evidence, user_alerts, user_event};
    use super::*;
    use crate::events::Event;
    use crate::state::{Body, UserState};

    const MINUTE: i64 = 60_000;

    /// How many alerts each event raises, one after the other.
    fn alerts_for(millis: impl IntoIterator<Item = i64>) -> Vec<usize> {
        let mut user = Body::User(UserState::default());
        let mut alerts = Vec::new();
        for millis in millis {
            let event = Event::UserEvent(user_event("view", millis));
            alerts.push(user_alerts(&mut user, "long_session", &event).len());
        }
        alerts
    }

    #[test]
    fn exactly_an_hour_is_no_alert_and_a_millisecond_more_is_one() {
        assert_eq!(alerts_for([0, 30 * MINUTE, 60 * MINUTE]), [0, 0, 0]);
        assert_eq!(alerts_for([0, 30 * MINUTE, 60 * MINUTE, 60 * MINUTE + 1]), [0, 0, 0, 1]);
    }

    #[test]
    fn one_alert_a_session_however_long_it_lasts() {
        let first = [0, 30, 60, 61, 80, 110].map(|minute| minute * MINUTE);
        assert_eq!(alerts_for(first), [0, 0, 0, 1, 0, 0]);
        // The next one begins 31 minutes later, and passes its own hour at minute 202.
        let second = [141, 171, 201, 202].map(|minute| minute * MINUTE);
        assert_eq!(alerts_for(first.into_iter().chain(second))[6..], [0, 0, 0, 1]);
    }

    #[test]
    fn a_late_event_that_moves_the_start_back_can_make_a_session_long() {
        let minutes = [60, 90, 115, 40].map(|minute| minute * MINUTE);
        assert_eq!(alerts_for(minutes), [0, 0, 0, 1]);
    }

    #[test]
    fn the_alert_says_since_when_and_how_long() {
        let mut user = Body::User(UserState::default());
        let mut raised = Vec::new();
        for minute in [0, 30, 60, 75] {
            let event = Event::UserEvent(user_event("view", minute * MINUTE));
            raised = user_alerts(&mut user, "long_session", &event);
        }
        assert_eq!(raised[0].severity, Severity::Low);
        assert_eq!(
            raised[0].message,
            "A session of 4 events has lasted 75 minutes, longer than 60 minutes."
        );
        assert_eq!(
            evidence(&raised[0]),
            "session_start=1970-01-01T00:00:00.000Z duration_seconds=4500 events=4"
        );
    }
}
