use std::collections::BTreeMap;

use millrace_shared::commit::{CommitPath, OnSuspiciousDuplicate, TopicRule, Topics};
use millrace_shared::delivery::Retry;
use millrace_shared::events::EventKind;
use millrace_shared::settings::Settings;
use millrace_shared::state::Epoch;
use serde::Serialize;

use super::batches::{Days, EVENTS};
use super::flags::Flags;
use super::people::ActivitySettings;
use crate::EvaluateError;
use crate::commit::run;
use crate::memory::{Graves, States};
use crate::share::share;

/// The detectors that look at what users do.
const DETECTORS: [&str; 4] = ["rapid_activity", "rapid_clicks", "activity_burst", "long_session"];

/// Who of a simulated population is flagged.
#[derive(Clone, Debug, Serialize)]
pub struct ActivityReport {
    /// How many people there are, all of them ordinary.
    pub people: u32,
    /// How many bots.
    pub bots: u32,
    /// For how many days.
    pub days: u32,
    /// How many events in all.
    pub events: usize,
    /// By detector.
    pub detectors: BTreeMap<String, DetectorFlags>,
}

/// Whom a detector flags.
#[derive(Clone, Debug, Serialize)]
pub struct DetectorFlags {
    /// People about whom it raised an alert.
    pub people: usize,
    /// The share of people that these are: the false-positive rate.
    pub people_share: f64,
    /// Alerts about people, as they are let through: those of one cause merged.
    pub false_alerts: usize,
    /// Bots about which it raised an alert.
    pub bots: usize,
    /// The share of bots that these are.
    pub bots_share: f64,
}

/// Runs what people and bots do through the commit path, in the order of time.
///
/// # Errors
/// A batch was not done, of which its sinks in memory give no reason.
pub async fn evaluate(simulated: &ActivitySettings) -> Result<ActivityReport, EvaluateError> {
    let path = CommitPath {
        settings: Settings::default(),
        topics: Topics::new([(
            EVENTS.to_owned(),
            TopicRule { kind: EventKind::UserEvent, epoch: Epoch(0) },
        )]),
        on_suspicious: OnSuspiciousDuplicate::Report,
        cluster: None,
        retry: Retry::new(Box::new(|| 0.0)),
        store: States::default(),
        delivery: Flags::default(),
        dead_letters: Graves::default(),
    };
    let mut events = 0;
    for day in Days::new(simulated) {
        for batch in &day.batches {
            run(&path, batch).await?;
        }
        events += day.count;
    }
    let ActivitySettings { people, days, .. } = *simulated;
    let bots = people.div_ceil(50);
    let detectors =
        DETECTORS.map(|name| (name.to_owned(), flags(&path.delivery, name, people, bots)));
    Ok(ActivityReport { people, bots, days, events, detectors: detectors.into() })
}

fn flags(flags: &Flags, detector: &str, people: u32, bots: u32) -> DetectorFlags {
    let flagged = flags.of(detector);
    let of_kind = |kind| flagged.users.iter().filter(|name| name.starts_with(kind)).count();
    let (of_people, of_bots) = (of_kind('p'), of_kind('b'));
    DetectorFlags {
        people: of_people,
        people_share: share(of_people, people as usize),
        false_alerts: flagged.alerts.get(&'p').copied().unwrap_or_default(),
        bots: of_bots,
        bots_share: share(of_bots, bots as usize),
    }
}
