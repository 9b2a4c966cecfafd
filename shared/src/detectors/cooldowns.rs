use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Alerts, Note, Raised};
use crate::alerts::{Merged, Severity};
use crate::settings::Settings;
use crate::time::EventTime;

/// How many detectors (and their qualifiers) of one entity may have a cooldown at a time; beyond
/// that the oldest is forgotten, and with it what was merged.
const LIMIT: usize = 32;

/// Merges alerts of one cause: which of an entity's alerts were let through lately, and how many
/// have been merged into the next one since.
///
/// An alert has a cooldown of its detector and qualifier, in event time from the last that was let
/// through:
///
/// | the alert comes | it is |
/// | --- | --- |
/// | when none was let through, or a cooldown or more after (or before) the last | let through |
/// | within the cooldown, and is more severe than the last | let through |
/// | within the cooldown, else | merged |
///
/// One that is let through says how many were merged since the last, and when the last of them was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cooldowns(Vec<Cooldown>);

/// What is known of one detector's last alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cooldown {
    /// The detector.
    detector: String,
    /// What tells apart several alerts of that detector; usually empty.
    qualifier: String,
    /// How severe the last alert was that was let through.
    severity: Severity,
    /// The time of its event.
    since: EventTime,
    /// How many were merged since, and when the last of them was.
    merged: Option<Merged>,
}

impl Cooldowns {
    /// The version of the layout in which they are stored.
    pub(super) const VERSION: u8 = 1;

    /// Takes out of what was raised for an event of this time everything that is merged, and notes
    /// each. What is over is forgotten.
    pub(crate) fn merge(&mut self, alerts: &mut Alerts, now: EventTime, settings: &Settings) {
        if !self.0.is_empty() {
            self.0.retain(|one| one.is_worth_keeping(now, settings));
        }
        for mut raised in alerts.take() {
            let time = now;
            if self.lets_through(&mut raised, time, settings) {
                alerts.push(raised);
            } else {
                alerts.note(Note::AlertMerged(raised.detector));
            }
        }
    }

    fn lets_through(&mut self, raised: &mut Raised, time: EventTime, settings: &Settings) -> bool {
        let cooldown = settings.cooldown(raised.detector);
        if cooldown.is_zero() {
            return true;
        }
        let known = self.0.iter().position(|one| one.is_of(raised));
        if let Some(at) = known {
            let last = &mut self.0[at];
            if last.is_within(cooldown, time) && raised.severity <= last.severity {
                last.merge(time);
                return false;
            }
            raised.merged = last.merged;
            self.0.remove(at);
        }
        self.begin(raised, time);
        true
    }

    fn begin(&mut self, raised: &Raised, time: EventTime) {
        if self.0.len() >= LIMIT {
            let oldest = (0..self.0.len()).min_by_key(|&at| self.0[at].since);
            oldest.map(|at| self.0.remove(at));
        }
        self.0.push(Cooldown {
            detector: raised.detector.to_owned(),
            qualifier: raised.qualifier.clone(),
            severity: raised.severity,
            since: time,
            merged: None,
        });
    }
}

impl Cooldown {
    fn is_of(&self, raised: &Raised) -> bool {
        self.detector == raised.detector && self.qualifier == raised.qualifier
    }

    fn is_within(&self, cooldown: Duration, time: EventTime) -> bool {
        time.since(self.since) < cooldown && self.since.since(time) < cooldown
    }

    /// What was merged has to be told by the next alert, unless it never comes.
    fn is_worth_keeping(&self, now: EventTime, settings: &Settings) -> bool {
        let cooldown = settings.cooldown(&self.detector);
        let kept = if self.merged.is_some() { settings.alert_retention } else { cooldown };
        self.is_within(kept.max(cooldown), now)
    }

    fn merge(&mut self, time: EventTime) {
        let count = self.merged.map_or(0, |merged| merged.count);
        self.merged = Some(Merged { count: count.saturating_add(1), last: time });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOLDOWN: u64 = 300;

    fn at(seconds: i64) -> EventTime {
        EventTime::from_millis(1_767_600_000_000 + seconds * 1_000)
    }

    fn raised(qualifier: &str, severity: Severity) -> Raised {
        let mut alerts = Alerts::default();
        let raised = Raised::new("example", qualifier, severity, "something");
        alerts.push(raised);
        alerts.take().remove(0)
    }

    /// What comes of an alert at this time: how many were merged before it if it is let through.
    fn outcome(cooldowns: &mut Cooldowns, seconds: i64, raised: Raised) -> Option<u64> {
        let settings =
            Settings { alert_cooldown: Duration::from_secs(COOLDOWN), ..Settings::default() };
        let mut alerts = Alerts::default();
        alerts.push(raised);
        cooldowns.merge(&mut alerts, at(seconds), &settings);
        let through = alerts.take();
        assert_eq!(alerts.take_notes().len() + through.len(), 1);
        through.first().map(|raised| raised.merged.map_or(0, |merged| merged.count))
    }

    #[test]
    fn every_case_of_the_table() {
        let mut cooldowns = Cooldowns::default();
        let low = || raised("", Severity::Low);
        assert_eq!(outcome(&mut cooldowns, 0, low()), Some(0));
        assert_eq!(outcome(&mut cooldowns, 0, low()), None);
        assert_eq!(outcome(&mut cooldowns, 299, low()), None);
        assert_eq!(outcome(&mut cooldowns, -299, low()), None);
        assert_eq!(outcome(&mut cooldowns, 300, low()), Some(3));
        assert_eq!(outcome(&mut cooldowns, 301, low()), None);
        assert_eq!(outcome(&mut cooldowns, 302, raised("", Severity::High)), Some(1));
        assert_eq!(outcome(&mut cooldowns, 303, raised("", Severity::High)), None);
        assert_eq!(outcome(&mut cooldowns, 302 - 300, low()), Some(1));
    }

    #[test]
    fn the_next_alert_says_when_the_last_merged_one_was() {
        let mut cooldowns = Cooldowns::default();
        for second in [0, 10, 20, 15] {
            outcome(&mut cooldowns, second, raised("", Severity::Low));
        }
        assert_eq!(cooldowns.0[0].merged, Some(Merged { count: 3, last: at(15) }));
    }

    #[test]
    fn qualifiers_have_cooldowns_of_their_own() {
        let mut cooldowns = Cooldowns::default();
        assert_eq!(outcome(&mut cooldowns, 0, raised("humidity", Severity::Low)), Some(0));
        assert_eq!(outcome(&mut cooldowns, 1, raised("pressure", Severity::Low)), Some(0));
        assert_eq!(outcome(&mut cooldowns, 2, raised("humidity", Severity::Low)), None);
    }

    #[test]
    fn a_time_a_century_ahead_silences_nobody() {
        let mut cooldowns = Cooldowns::default();
        let century = 73 * 365 * 86_400;
        assert_eq!(outcome(&mut cooldowns, century, raised("", Severity::Low)), Some(0));
        assert_eq!(outcome(&mut cooldowns, 0, raised("", Severity::Low)), Some(0));
        assert_eq!(outcome(&mut cooldowns, 1, raised("", Severity::Low)), None);
    }

    #[test]
    fn what_is_over_takes_no_room_and_what_was_merged_waits_to_be_told() {
        let mut cooldowns = Cooldowns::default();
        let nothing = |cooldowns: &mut Cooldowns, seconds| {
            cooldowns.merge(&mut Alerts::default(), at(seconds), &Settings::default());
        };
        outcome(&mut cooldowns, 0, raised("a", Severity::Low));
        outcome(&mut cooldowns, 0, raised("b", Severity::Low));
        outcome(&mut cooldowns, 1, raised("b", Severity::Low));
        nothing(&mut cooldowns, 300);
        assert_eq!(cooldowns.0.len(), 1);
        assert_eq!(outcome(&mut cooldowns, 86_400, raised("b", Severity::Low)), Some(1));
        outcome(&mut cooldowns, 86_401, raised("b", Severity::Low));
        nothing(&mut cooldowns, 86_400 + 31 * 86_400);
        assert_eq!(cooldowns, Cooldowns::default());
    }

    #[test]
    fn there_are_never_more_than_the_limit() {
        let mut cooldowns = Cooldowns::default();
        for number in 0..100 {
            outcome(&mut cooldowns, number, raised(&number.to_string(), Severity::Low));
        }
        assert_eq!(cooldowns.0.len(), LIMIT);
        assert_eq!(cooldowns.0[0].qualifier, "68");
    }
}
