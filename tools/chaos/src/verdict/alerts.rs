//! What was published against the alerts of the sequential pass, and against the table where that
//! cannot tell: each at least once, none that is not one of them, and each time the same.

use std::collections::{HashMap, HashSet};

use millrace_shared::state::OutboxEntry;
use serde::Deserialize;

use super::Verdict;
use super::scores::Score;
use crate::oracle::Expected;
use crate::site::Item;
use crate::{ChaosError, Site};

/// What of a published alert is compared.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Published {
    pub(super) id: String,
    detector: String,
    severity: String,
    pub(super) entity: String,
    event_time: String,
    message: String,
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) offset: i64,
}

const NAME: &str = "alerts published";

pub(super) fn compare(
    site: &Site<'_>,
    expected: &Expected,
    scores: Vec<Score>,
    verdict: &mut Verdict,
) -> Result<(), ChaosError> {
    let topic_arn = site.config()?.alert_topic_arn;
    let mut wanted = wanted(expected);
    wanted.extend(scores.into_iter().map(|score| (score.id.clone(), score)));
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

impl Published {
    /// What stands in the table of an alert.
    pub(super) fn of_row(item: &Item) -> Self {
        let text = |name: &str| {
            let value = item.get(name).and_then(|value| value.as_s().ok());
            value.cloned().unwrap_or_default()
        };
        let number = |name: &str| item.get(name).and_then(|value| value.as_n().ok());
        Self {
            id: text("id"),
            detector: text("detector"),
            severity: text("severity"),
            entity: text("entity"),
            event_time: text("event_time"),
            message: text("message"),
            topic: text("topic"),
            partition: number("partition").and_then(|number| number.parse().ok()).unwrap_or(-1),
            offset: number("offset").and_then(|number| number.parse().ok()).unwrap_or(-1),
        }
    }
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
