use serde::{Deserialize, Serialize};

use super::{Alerts, Detector};
use crate::alerts::{Fact, Severity};
use crate::events::UserEvent;
use crate::settings::Settings;
use crate::state::UserProfile;
use crate::time::EventTime;

/// `rapid_activity`: the user's last ten events, in order of arrival, span less than ten seconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RapidActivity {
    /// The times of the last events, oldest arrival first.
    last: Vec<EventTime>,
}

impl Detector for RapidActivity {
    const NAME: &'static str = "rapid_activity";
    type Event<'value> = UserEvent<'value>;
    type Profile = UserProfile;

    fn detect(
        &mut self,
        event: &UserEvent<'_>,
        _: &UserProfile,
        settings: &Settings,
        alerts: &mut Alerts,
    ) {
        let wanted = settings.rapid_activity_events;
        self.last.push(event.time);
        let surplus = self.last.len().saturating_sub(wanted);
        self.last.drain(..surplus);
        let (Some(first), Some(last)) = (self.last.iter().min(), self.last.iter().max()) else {
            return;
        };
        let span = last.since(*first);
        if self.last.len() < wanted || span >= settings.rapid_activity_span {
            return;
        }
        let seconds = span.as_secs_f64();
        alerts.raise(
            Severity::Medium,
            format!("{wanted} events within {seconds} s, faster than a person acts."),
            vec![Fact::new("events", wanted as u64), Fact::new("span_seconds", seconds)],
        );
    }
}
