//! Feeding the function: the sample events, then a seeded stream.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use millrace_generator::{BatchLimits, Generator, Settings};
use millrace_runtime_api::FunctionProcess;

use super::samples::Sample;
use crate::answer;
use crate::error::Error;
use crate::text::per;

/// A mapping's `BatchSize`. With the default window a batch of the busiest topic is rarely larger
/// anyway, and an invocation stays far below a second.
const BATCH_SIZE: usize = 2_000;

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
    settings: Settings,
    shows_progress: bool,
) -> Result<Fed, Error> {
    let before: u64 = samples.iter().map(|sample| sample.records).sum();
    let progress = progress_bar(before + settings.records, shows_progress);
    let mut fed = Fed::default();
    let started = Instant::now();
    for sample in samples {
        fed.hand_over(function, &sample.name, sample.payload, sample.records).await?;
        progress.inc(sample.records);
    }
    let limits = BatchLimits { max_records: BATCH_SIZE, ..BatchLimits::default() };
    for (number, batch) in (1..).zip(Generator::new(settings).batches(limits)) {
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
    pub(super) fn records_per_second(&self) -> f64 {
        per(self.records, 1) / self.wall.as_secs_f64().max(f64::MIN_POSITIVE)
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

/// On standard error; hidden there too unless that is a terminal.
fn progress_bar(records: u64, is_shown: bool) -> ProgressBar {
    let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar =
        ProgressBar::with_draw_target(Some(records), target).with_finish(ProgressFinish::AndClear);
    let template = "{wide_bar:.cyan} {human_pos} of {human_len} records  {per_sec}  {eta} left";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar, // in the default style
    }
}
