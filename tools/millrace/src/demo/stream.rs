//! Feeding the functions: the sample events, then a seeded stream.

use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use millrace_generator::Batches;
use millrace_runtime_api::{FunctionProcess, InvokeOutcome};

use super::positions::Positions;
use super::samples::Sample;
use crate::answer;
use crate::error::Error;

/// What was handed over, and what it took.
#[derive(Debug, Default)]
pub(super) struct Fed {
    /// Records, each as often as it was handed over.
    pub(super) records: u64,
    /// Invocations, one for each batch.
    pub(super) batches: u64,
    /// Those that handed over the batch before a second time, and the records in them.
    pub(super) invocations_again: u64,
    pub(super) records_again: u64,
    /// Where the records stood.
    pub(super) positions: Positions,
    /// From the first invocation to the last answer.
    pub(super) wall: Duration,
    pub(super) analytics: Ran,
    pub(super) relay: Ran,
}

/// What one function said and took.
#[derive(Debug, Default)]
pub(super) struct Ran {
    /// Records that it reported as not done.
    pub(super) reported: u64,
    /// Its CPU time, its start included; Linux only.
    pub(super) cpu: Option<Duration>,
    /// The most memory it had resident, in bytes; Linux only.
    pub(super) peak_memory: Option<u64>,
}

/// The functions, running.
pub(super) struct Functions {
    pub(super) analytics: FunctionProcess,
    pub(super) relay: FunctionProcess,
}

/// Feeds all of it to both functions, one batch after the other, as a poller of each would.
pub(super) async fn feed(
    functions: &Functions,
    samples: Vec<Sample>,
    batches: Batches,
    progress: &ProgressBar,
) -> Result<Fed, Error> {
    let mut fed = Fed::default();
    let started = Instant::now();
    for sample in samples {
        fed.positions.add_event(&sample.payload);
        fed.hand_over(functions, &sample.name, sample.payload, sample.records).await?;
        progress.inc(sample.records);
    }
    for (number, batch) in (1..).zip(batches) {
        let records = batch.records.len() as u64;
        let what = format!("batch {number} of the stream");
        fed.positions.add_records(&batch.records);
        fed.hand_over(functions, &what, batch.encode(), records).await?;
        if batch.redelivery {
            fed.invocations_again += 1;
            fed.records_again += records;
        } else {
            progress.inc(records);
        }
    }
    fed.wall = started.elapsed();
    Ok(fed)
}

impl Fed {
    /// Over the whole run, one invocation at a time.
    pub(super) fn records_per_second(&self) -> u64 {
        let millis = self.wall.as_millis().max(1);
        u64::try_from(u128::from(self.records) * 1_000 / millis).unwrap_or(u64::MAX)
    }

    async fn hand_over(
        &mut self,
        functions: &Functions,
        what: &str,
        payload: Vec<u8>,
        records: u64,
    ) -> Result<(), Error> {
        // At the same time: they know nothing of each other.
        let (analytics, relay) = tokio::join!(
            functions.analytics.invoke(payload.clone()),
            functions.relay.invoke(payload),
        );
        self.analytics.note(what, &analytics?)?;
        self.relay.note(what, &relay?)?;
        self.records += records;
        self.batches += 1;
        Ok(())
    }
}

impl Ran {
    fn note(&mut self, what: &str, invoked: &InvokeOutcome) -> Result<(), Error> {
        self.reported += answer::reported(what, invoked)?;
        self.cpu = invoked.process_cpu_time;
        self.peak_memory = invoked.peak_rss_bytes.max(self.peak_memory);
        Ok(())
    }
}

impl Functions {
    pub(super) async fn stop(&self) {
        tokio::join!(self.analytics.stop(), self.relay.stop());
    }

    /// The last lines that they wrote.
    pub(super) fn log_lines(&self) -> impl Iterator<Item = String> {
        self.analytics.log_lines().into_iter().chain(self.relay.log_lines())
    }
}
