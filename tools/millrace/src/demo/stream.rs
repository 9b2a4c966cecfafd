//! Feeding the function: the sample events, then a seeded stream.

use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use millrace_generator::Batches;
use millrace_runtime_api::FunctionProcess;

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
    /// Records that the function reported as not done.
    pub(super) reported: u64,
    /// From the first invocation to the last answer.
    pub(super) wall: Duration,
    /// CPU time of the function, its start included; Linux only.
    pub(super) cpu: Option<Duration>,
    /// The most memory the function had resident, in bytes; Linux only.
    pub(super) peak_memory: Option<u64>,
}

/// Feeds all of it to the function, one batch after the other, as one mapping's poller would.
pub(super) async fn feed(
    function: &FunctionProcess,
    samples: Vec<Sample>,
    batches: Batches,
    progress: &ProgressBar,
) -> Result<Fed, Error> {
    let mut fed = Fed::default();
    let started = Instant::now();
    for sample in samples {
        fed.hand_over(function, &sample.name, sample.payload, sample.records).await?;
        progress.inc(sample.records);
    }
    for (number, batch) in (1..).zip(batches) {
        let records = batch.records.len() as u64;
        let what = format!("batch {number} of the stream");
        fed.hand_over(function, &what, batch.encode(), records).await?;
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
        function: &FunctionProcess,
        what: &str,
        payload: Vec<u8>,
        records: u64,
    ) -> Result<(), Error> {
        let invoked = function.invoke(payload).await?;
        self.reported += answer::reported(what, &invoked)?;
        self.records += records;
        self.batches += 1;
        self.cpu = invoked.process_cpu_time;
        self.peak_memory = invoked.peak_rss_bytes.max(self.peak_memory);
        Ok(())
    }
}
