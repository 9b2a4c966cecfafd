//! What was published against the alerts of the sequential pass: each at least once, none that is
//! not one of them, and each time the same.

use std::collections::{HashMap, HashSet};

use millrace_shared::state::OutboxEntry;
use serde::Deserialize;

use super::Verdict;
use crate::oracle::Expected;
use crate::{ChaosError, Site};

/// What of a published alert is compared.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Published {
    id: String,
    detector: String,
    severity: String,
    entity: String,
    event_time: String,
    message: String,
    topic: String,
    partition: i32,
    offset: i64,
}

const NAME: &str = "alerts published";

pub(super) fn compare(
    site: &Site<'_>,
    expected: &Expected,
    verdict: &mut Verdict,
) -> Result<(), ChaosError> {
    let topic_arn = site.config()?.alert_topic_arn;
    let mut wanted = wanted(expected);
    let mut seen = HashSet::new();
    for message in site.endpoints.published() {
        if message.topic_arn != topic_arn {
            continue;
        }
        let published: Published = serde_json::from_str(&message.message).map_err(|error| {
            ChaosError::Unknown { sink: "the alert topic", reason: error.to_string() }
        })?;
        let what = || format!("alert {}", published.id);
        match wanted.get(&published.id) {
            None => verdict.doubled_one(NAME, what),
            Some(wanted) if *wanted != published => verdict.different_one(NAME, what),
            Some(_) if seen.contains(&published.id) => verdict.alerts_published_again += 1,
            Some(_) => {
                verdict.found(NAME);
                seen.insert(published.id);
            }
        }
    }
    wanted.retain(|id, _| !seen.contains(id));
    for id in wanted.keys() {
        verdict.lost_one(NAME, || format!("alert {id}"));
    }
    Ok(())
}

fn wanted(expected: &Expected) -> HashMap<String, Published> {
    let mut wanted = HashMap::new();
    for (entity, entry) in &expected.delivered {
        let OutboxEntry::Alert(alert) = entry else { continue };
        if alert.shadow {
            continue; // a row, and not published
        }
        let published = Published {
            id: alert.id.to_string(),
            detector: alert.detector.clone().into_owned(),
            severity: alert.severity.name().to_owned(),
            entity: entity.to_string(),
            event_time: alert.event_time.to_string(),
            message: alert.message.clone(),
            topic: alert.source.topic.clone(),
            partition: alert.source.partition.0,
            offset: alert.source.offset.0,
        };
        wanted.insert(published.id.clone(), published);
    }
    wanted
}
