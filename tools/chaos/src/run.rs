//! The whole of it: produce, let it be read under faults until all is done, look what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use millrace_endpoints::RandomFaults;
use millrace_event_source_mapping::{EventSource, Tally};
use millrace_runtime_api::FunctionSpec;
use tokio::time::sleep;

use crate::functions::{Counts, Fleet};
use crate::input::Stream;
use crate::mappings::Mappings;
use crate::report::{Ran, Report};
use crate::{ChaosError, Plan, Site, Witness};

/// What an invocation may take: little, so that a request that hangs costs little.
const TIMEOUT: Duration = Duration::from_secs(3);
const DEADLINE_MARGIN_MS: &str = "500";
/// The longest latency of a request, and the longest time that a late one takes to take effect.
const LONGEST_LATENCY: Duration = Duration::from_millis(200);
const LONGEST_DELAY: Duration = Duration::from_secs(4);
/// How many records may wait to be read before no more are produced.
const MOST_LAG: u64 = 20_000;
/// How often it is looked how far everything is.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// After how long without any progress it is given up.
const PATIENCE: Duration = Duration::from_mins(3);

/// Both functions, at work.
struct Line {
    analytics: (Arc<Fleet>, Mappings),
    relay: (Arc<Fleet>, Mappings),
}

/// Does what the plan says, and reports. `progress` is told now and then how many records are done.
///
/// # Errors
/// When it cannot be done or looked at. What is lost or doubled is no error but in the report.
pub async fn run(
    site: &Site<'_>,
    plan: &Plan,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Report, ChaosError> {
    let started = Instant::now();
    let stream = Stream::new(plan.seed, plan.records);
    let mut witness = Witness::new(site, stream.partitions())?;
    let line = Line::start(site, plan, &stream).await?;
    site.endpoints.inject_at_random(RandomFaults {
        seed: plan.seed,
        rates: plan.faults,
        longest_latency: LONGEST_LATENCY,
        longest_delay: LONGEST_DELAY,
    });

    for record in stream {
        if plan.time.is_some_and(|time| started.elapsed() > time) {
            break;
        }
        let record = witness.append(record);
        line.push(record);
        if witness.produced().is_multiple_of(100) {
            line.wait_for_lag(MOST_LAG, witness.produced(), progress).await?;
        }
    }
    let produced = witness.produced();
    line.wait_for_lag(0, produced, progress).await?;
    site.endpoints.clear_faults();
    let (analytics, relay) = line.stop(produced).await?;
    site.endpoints.settle().await;
    let ran_for = started.elapsed();

    let verdict = witness.verdict(site, EventSource::default()).await?;
    Ok(Report::new(plan, produced, site.endpoints, [analytics, relay], verdict, ran_for))
}

impl Line {
    async fn start(site: &Site<'_>, plan: &Plan, stream: &Stream) -> Result<Self, ChaosError> {
        let start = async |spec: &FunctionSpec, sabotage| -> Result<_, ChaosError> {
            let spec = spec.clone().with_timeout(TIMEOUT);
            let spec = spec.with_env("DEADLINE_MARGIN_MS", DEADLINE_MARGIN_MS);
            let name = spec.name.clone();
            let fleet = Fleet::start(spec, plan, sabotage).await?;
            let mappings = Mappings::start(&name, plan, stream, &fleet)?;
            Ok((fleet, mappings))
        };
        Ok(Self {
            analytics: start(&site.analytics, plan.sabotage).await?,
            relay: start(&site.relay, None).await?,
        })
    }

    fn push(&self, record: millrace_generator::KafkaRecord) {
        self.analytics.1.push(record.clone());
        self.relay.1.push(record);
    }

    fn lag(&self) -> u64 {
        self.analytics.1.lag() + self.relay.1.lag()
    }

    /// Waits until at most so many records wait to be read.
    async fn wait_for_lag(
        &self,
        most: u64,
        produced: u64,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), ChaosError> {
        let (mut lag, mut moved) = (self.lag(), Instant::now());
        while lag > most {
            sleep(LOOK_EVERY).await;
            let now = self.lag();
            if now != lag {
                (lag, moved) = (now, Instant::now());
                progress(produced.saturating_sub(now / 2));
            } else if moved.elapsed() > PATIENCE {
                return Err(ChaosError::Stuck { records: now, seconds: PATIENCE.as_secs() });
            }
        }
        Ok(())
    }

    /// Ends the mappings, then the functions; what they did with so many records.
    async fn stop(self, records: u64) -> Result<(Ran, Ran), ChaosError> {
        let stop = async |(fleet, mappings): (Arc<Fleet>, Mappings)| -> Result<Ran, ChaosError> {
            let (tally, rebalances) = mappings.stop().await?;
            fleet.stop().await;
            Ok(ran(&fleet, &tally, rebalances, records))
        };
        let (analytics, relay) = tokio::join!(stop(self.analytics), stop(self.relay));
        Ok((analytics?, relay?))
    }
}

fn ran(fleet: &Fleet, tally: &[Tally], rebalances: u64, records: u64) -> Ran {
    let Counts { mishaps, reported, failed, peak_memory } = fleet.counts();
    let invoked: u64 = tally.iter().map(|tally| tally.invoked).sum();
    let rebalances = ("rebalance", rebalances);
    let mishaps: BTreeMap<&'static str, u64> = mishaps.into_iter().chain([rebalances]).collect();
    Ran {
        invocations: fleet.invocations(),
        records: invoked,
        redelivered: invoked.saturating_sub(records),
        reported,
        failed,
        mishaps,
        peak_memory_bytes: peak_memory,
    }
}
