//! Every state, read as the function reads it, against that of the sequential pass: profile and
//! detectors, bit for bit. Watermarks are left out: which stretches of a partition are done depends
//! on how it was cut into batches, and a record too many or too few shows in the profile. So is a
//! user's last score, which depends on when merchants were read.

use std::time::Duration;

use analytics::dynamodb::States;
use millrace_lambda::retry;
use millrace_shared::commit::StateStore;
use millrace_shared::delivery::Deadline;
use millrace_shared::entity::EntityKey;
use millrace_shared::state::{Body, EntityState};

use super::Verdict;
use crate::oracle::Expected;
use crate::{ChaosError, Site};

/// Read at a time.
const CHUNK: usize = 1_000;

pub(super) async fn compare(
    site: &Site<'_>,
    expected: &Expected,
    verdict: &mut Verdict,
) -> Result<(), ChaosError> {
    let config = site.config()?;
    let (table, client) = (&config.tables.state, site.dynamodb.clone());
    let states = States::new(client, table, config.state_retention, config.in_flight, retry());
    let wanted: Vec<(&EntityKey, &EntityState)> = expected.states.iter().collect();
    for chunk in wanted.chunks(CHUNK) {
        let keys: Vec<&EntityKey> = chunk.iter().map(|(key, _)| *key).collect();
        let loaded = states.load(&keys, Deadline::after(Duration::from_mins(5))).await;
        for ((key, wanted), loaded) in chunk.iter().zip(loaded) {
            let what = || key.to_string();
            let stands =
                loaded.map_err(|reason| ChaosError::Table { table: table.clone(), reason })?;
            let Some(stands) = stands else {
                verdict.lost_one("states", what);
                continue;
            };
            verdict.outboxes_left += u64::from(!stands.state.outbox.is_empty());
            if shown(&stands.state) == shown(wanted) {
                verdict.found("states");
            } else {
                verdict.different_one("states", what);
            }
        }
    }
    for problem in &expected.misordered {
        verdict.different_one("versions of states", || problem.clone());
    }
    Ok(())
}

/// All of a state but its watermarks and its outbox, which may stand although it was delivered.
fn shown(state: &EntityState) -> String {
    match &state.body {
        Body::User(user) => {
            let detectors = user.detectors.clone().without_score();
            format!("{:?} {:?}", user.profile, detectors.encode())
        }
        Body::Sensor(sensor) => format!("{:?} {:?}", sensor.profile, sensor.detectors.encode()),
        Body::Partition(partition) => format!("{partition:?}"),
        Body::Merchant(merchant) => format!("{merchant:?}"),
        Body::Calibrator(calibrator) => format!("{calibrator:?}"),
    }
}
