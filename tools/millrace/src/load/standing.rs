//! The consumer groups: how far behind they are.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use millrace_kafka::{Connection, GroupLag, KafkaError};
use serde::Serialize;

use crate::error::Error;

/// Between two looks while waiting for the groups.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Groups that have read nothing more for so long will not read the rest.
const STALLED: Duration = Duration::from_secs(30);

/// How far behind one group is in one topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Behind {
    pub(super) topic: String,
    pub(super) group: String,
    /// Records that it has not committed.
    pub(super) records: u64,
    /// Whether it has ever committed anything.
    pub(super) has_begun: bool,
}

/// Every group's lag reader, with its topic.
pub(super) async fn readers(
    connection: &Connection,
    groups: &[(String, String)],
) -> Result<Vec<(String, GroupLag)>, KafkaError> {
    let mut readers = Vec::new();
    for (topic, group) in groups {
        let reader = GroupLag::of(connection, group, std::slice::from_ref(topic)).await?;
        readers.push((topic.clone(), reader));
    }
    Ok(readers)
}

/// How far behind each is now.
pub(super) async fn look(readers: &[(String, GroupLag)]) -> Result<Vec<Behind>, Error> {
    let mut all = Vec::new();
    for (topic, reader) in readers {
        let standings = reader.read().await?;
        all.push(Behind {
            topic: topic.clone(),
            group: reader.group().to_owned(),
            records: standings.values().map(|standing| standing.lag()).sum(),
            has_begun: standings.values().any(|standing| standing.committed.is_some()),
        });
    }
    Ok(all)
}

/// Waits until nobody is behind.
///
/// # Errors
/// When nothing more is read for half a minute.
pub(super) async fn until_read(readers: &[(String, GroupLag)]) -> Result<(), Error> {
    let mut progress = (Instant::now(), u64::MAX);
    loop {
        let behind = look(readers).await?;
        let left = behind.iter().map(|behind| behind.records).sum();
        if left == 0 {
            return Ok(());
        }
        if left < progress.1 {
            progress = (Instant::now(), left);
        } else if progress.0.elapsed() > STALLED {
            let slow: BTreeMap<String, u64> = behind
                .into_iter()
                .filter(|behind| behind.records > 0)
                .map(|behind| (behind.group, behind.records))
                .collect();
            let (group, records) = slow.into_iter().next().unwrap_or_default();
            return Err(Error::NotRead { group, records, seconds: STALLED.as_secs() });
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
