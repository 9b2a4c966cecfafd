use super::prelude::*;
use super::scales::Crossed;
use crate::windows::{EventCount, NAMES, SCALES, SlidingWindows};

/// `activity_burst`: more user events within 1 minute, 10 minutes, 1 hour or 24 hours than people
/// cause. The multi-scale form of `rapid_activity`: one page that loads can cause ten events in
/// ten seconds, but nobody keeps that up.
///
/// One alert when a limit is passed, and none again for that limit until the window is back within
/// it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct ActivityBurst {
    windows: SlidingWindows<EventCount>,
    counts: Crossed,
}

impl ActivityBurst {
    /// What the user did within each of the windows, the shortest first.
    pub(super) fn totals(&self) -> [EventCount; SCALES] {
        self.windows.totals()
    }
}

impl Detector<UserEvent<'_>, UserProfile> for ActivityBurst {
    fn detect(&mut self, event: &UserEvent<'_>, context: &mut Context<'_, UserProfile>) {
        let limits = context.settings.activity_burst_counts;
        self.windows.take(event.time, EventCount(1));
        let totals = self.windows.totals();
        let Some(at) = self.counts.note(|at| totals[at].0 > limits[at]) else { return };
        let (count, window) = (totals[at].0, NAMES[at]);
        let message = format!("{count} events within {window}, more than a person causes.");
        context
            .raise(Severity::Medium, message)
            .with("window", window)
            .with("count", count)
            .with("limit", limits[at]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{alerts_of, evidence, user_event};
    use super::*;

    /// Midnight of a day.
    const START: i64 = 1_767_571_200_000;

    /// The alerts of so many events, one every so many milliseconds.
    fn alerts(events: i64, every: i64) -> Vec<String> {
        let mut detector = ActivityBurst::default();
        let raised = (0..events)
            .flat_map(|at| alerts_of(&mut detector, &user_event("view", START + at * every)));
        raised.map(|raised| evidence(&raised)).collect()
    }

    #[test]
    fn a_page_that_loads_is_no_burst() {
        assert_eq!(alerts(40, 50), [""; 0]);
    }

    #[test]
    fn two_events_a_second_are_one_within_the_minute_and_one_on_every_scale_passed() {
        let limits = Settings::default().activity_burst_counts;
        let found = alerts(4_000, 500);
        assert_eq!(
            found[0],
            format!("window=1 minute count={0} limit={1}", limits[0] + 1, limits[0])
        );
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn a_slow_machine_is_found_on_the_longest_scale() {
        // One every twelve seconds, all day: five a minute, fifty in ten, three hundred an hour.
        let limits = Settings::default().activity_burst_counts;
        let found = alerts(7_200, 12_000);
        let expected = format!("window=24 hours count={0} limit={1}", limits[3] + 1, limits[3]);
        assert_eq!(found, [expected]);
    }
}
