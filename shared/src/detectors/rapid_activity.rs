use super::last_times::LastTimes;
use super::prelude::*;

/// `rapid_activity`: the user's last ten events of any type, in order of arrival, span less than
/// ten seconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct RapidActivity {
    last: LastTimes,
}

impl Detector<UserEvent<'_>, UserProfile> for RapidActivity {
    const VERSION: u8 = LastTimes::VERSION;

    fn upgrade(version: u8, stored: &[u8]) -> Option<Self> {
        LastTimes::upgraded(version, stored).map(|last| Self { last })
    }

    fn detect(&mut self, event: &UserEvent<'_>, context: &mut Context<'_, UserProfile>) {
        let settings = context.settings;
        let Some(span) = self.last.note(event.time, settings.rapid_activity_events) else { return };
        if span >= settings.rapid_activity_span {
            return;
        }
        let (events, seconds) = (self.last.len(), span.as_secs_f64());
        let message = format!("{events} events within {seconds} s, faster than a person acts.");
        context
            .raise(Severity::Medium, message)
            .with("events", events as u64)
            .with("span_seconds", seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{alerts_of, evidence, user_event};
    use super::*;

    /// How many alerts each event raises, one after the other.
    fn alerts_for(millis: impl IntoIterator<Item = i64>) -> Vec<usize> {
        let mut detector = RapidActivity::default();
        let raise = |millis| alerts_of(&mut detector, &user_event("view", millis)).len();
        millis.into_iter().map(raise).collect()
    }

    #[test]
    fn ten_events_just_under_ten_seconds_are_one_alert() {
        // The tenth comes 9.999 s after the first.
        let times = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9_999];
        assert_eq!(alerts_for(times), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    }

    #[test]
    fn exactly_ten_seconds_and_nine_events_are_none() {
        assert_eq!(alerts_for([0, 1, 2, 3, 4, 5, 6, 7, 8, 10_000]), [0; 10]);
        assert_eq!(alerts_for([0; 9]), [0; 9]);
    }

    #[test]
    fn order_of_arrival_counts_and_not_order_of_time() {
        // The late event is among the last ten and stretches them to 60 s until it has left them.
        let times = [60_000, 60_001, 0, 60_002, 60_003, 60_004, 60_005, 60_006, 60_007, 60_008];
        assert_eq!(alerts_for(times), [0; 10]);
        let more = [60_009, 60_010, 60_011];
        assert_eq!(alerts_for(times.into_iter().chain(more))[10..], [0, 0, 1]);
    }

    #[test]
    fn the_alert_says_how_many_and_how_fast() {
        let mut detector = RapidActivity::default();
        let mut raised = Vec::new();
        for number in 0..10 {
            raised = alerts_of(&mut detector, &user_event("view", number * 500));
        }
        assert_eq!(raised[0].severity, Severity::Medium);
        assert_eq!(raised[0].message, "10 events within 4.5 s, faster than a person acts.");
        assert_eq!(evidence(&raised[0]), "events=10 span_seconds=4.5");
    }
}
