use super::last_times::LastTimes;
use super::prelude::*;

/// The type of event that this detector looks at.
const CLICK: &str = "click";

/// `rapid_clicks`: the user's last ten `click` events, in order of arrival, span one minute or
/// less.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct RapidClicks {
    last: LastTimes,
}

impl Detector<UserEvent<'_>, UserProfile> for RapidClicks {
    const VERSION: u8 = LastTimes::VERSION;

    fn upgrade(version: u8, stored: &[u8]) -> Option<Self> {
        LastTimes::upgraded(version, stored).map(|last| Self { last })
    }

    fn detect(&mut self, event: &UserEvent<'_>, context: &mut Context<'_, UserProfile>) {
        if event.event_type != CLICK {
            return;
        }
        let settings = context.settings;
        let Some(span) = self.last.note(event.time, settings.rapid_clicks_count) else { return };
        if span > settings.rapid_clicks_span {
            return;
        }
        let (clicks, seconds) = (self.last.len(), span.as_secs_f64());
        let limit = settings.rapid_clicks_span.as_secs_f64();
        let message = format!("{clicks} clicks within {seconds} s, where {limit} s is suspicious.");
        context
            .raise(Severity::Medium, message)
            .with("clicks", clicks as u64)
            .with("span_seconds", seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{alerts_of, evidence, user_event};
    use super::*;

    /// How many alerts each click raises, one after the other.
    fn alerts_for(millis: impl IntoIterator<Item = i64>) -> Vec<usize> {
        let mut detector = RapidClicks::default();
        let raise = |millis| alerts_of(&mut detector, &user_event("click", millis)).len();
        millis.into_iter().map(raise).collect()
    }

    #[test]
    fn ten_clicks_within_exactly_a_minute_are_one_alert() {
        assert_eq!(alerts_for([0, 1, 2, 3, 4, 5, 6, 7, 8, 60_000])[9], 1);
        assert_eq!(alerts_for([0, 1, 2, 3, 4, 5, 6, 7, 8, 60_001])[9], 0);
    }

    #[test]
    fn every_further_click_of_a_burst_is_an_alert() {
        let every_second = (0..12).map(|second| second * 1_000);
        assert_eq!(alerts_for(every_second), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
    }

    #[test]
    fn only_clicks_count() {
        let mut detector = RapidClicks::default();
        for _ in 0..9 {
            assert!(alerts_of(&mut detector, &user_event("click", 0)).is_empty());
            assert!(alerts_of(&mut detector, &user_event("view", 0)).is_empty());
        }
        assert_eq!(alerts_of(&mut detector, &user_event("click", 0)).len(), 1);
    }

    #[test]
    fn the_alert_says_how_many_and_how_fast() {
        let mut detector = RapidClicks::default();
        let mut raised = Vec::new();
        for number in 0..10 {
            raised = alerts_of(&mut detector, &user_event("click", number * 2_500));
        }
        assert_eq!(raised[0].severity, Severity::Medium);
        assert_eq!(raised[0].message, "10 clicks within 22.5 s, where 60 s is suspicious.");
        assert_eq!(evidence(&raised[0]), "clicks=10 span_seconds=22.5");
    }
}
