//! Event after event, and what is done deleted.

use indicatif::ProgressBar;
use millrace_redrive::{Answer, Event, Limits, cut};
use millrace_shared::kafka::Redrive;

use super::chosen::Chosen;
use super::options::Options;
use super::report::Report;
use super::source::{Handle, Source};
use super::target::Target;
use crate::error::Error;
use crate::interrupt::Interrupt;

/// What an event may hold: less than the 6 MiB that an invocation takes.
const EVENT_BYTES: usize = 4 * 1024 * 1024;
/// After so many events in a row of which nothing was done there is no point in going on.
const FAILURES_IN_A_ROW: u32 = 3;

/// Sends waves of records.
pub(super) struct Sender<'a> {
    target: Option<&'a Target>,
    interrupt: &'a Interrupt,
    limits: Limits,
    redrive: Redrive,
    keep: bool,
    failures_in_a_row: u32,
}

impl<'a> Sender<'a> {
    pub(super) fn new(
        options: &Options,
        target: Option<&'a Target>,
        interrupt: &'a Interrupt,
    ) -> Self {
        Self {
            target,
            interrupt,
            limits: Limits { records: options.batch_size.into(), bytes: EVENT_BYTES },
            redrive: options.redrive(),
            keep: options.keep,
            failures_in_a_row: 0,
        }
    }

    /// Whether so much failed that it makes no sense to go on.
    pub(super) fn has_given_up(&self) -> bool {
        self.failures_in_a_row >= FAILURES_IN_A_ROW
    }

    /// Sends what was chosen and deletes what is done.
    pub(super) async fn send(
        &mut self,
        chosen: &Chosen,
        source: &mut Source,
        bar: &ProgressBar,
        report: &mut Report,
    ) -> Result<(), Error> {
        let Some(target) = self.target else { return Ok(()) };
        let mut is_done = vec![false; chosen.records.len()];
        let result = self.send_all(target, chosen, source, &mut is_done, bar, report).await;
        // What is done is deleted whatever happened after it.
        let deleted = self.delete(chosen, &is_done, source, report).await;
        result.and(deleted)
    }

    async fn send_all(
        &mut self,
        target: &Target,
        chosen: &Chosen,
        source: &mut Source,
        is_done: &mut [bool],
        bar: &ProgressBar,
        report: &mut Report,
    ) -> Result<(), Error> {
        for event in cut(&chosen.records, self.limits, self.redrive) {
            if self.has_given_up() || self.interrupt.was_asked() {
                report.not_done("not sent", event.records.len());
                continue;
            }
            source.hold().await?;
            report.events += 1;
            let places = event.records.clone();
            match self.invoke(target, event, chosen).await {
                Ok(answer) => {
                    for &place in places.iter().filter(|place| !answer.not_done.contains(place)) {
                        is_done[place] = true;
                    }
                    let is_useless = answer.not_done.len() == places.len();
                    self.failures_in_a_row =
                        if is_useless { self.failures_in_a_row + 1 } else { 0 };
                    report.not_done("reported by the function", answer.not_done.len());
                    report.redriven(&answer.redriven);
                }
                Err(reason) => {
                    self.failures_in_a_row += 1;
                    report.not_done(&reason, places.len());
                }
            }
            bar.inc(places.len() as u64);
        }
        Ok(())
    }

    async fn invoke(
        &self,
        target: &Target,
        mut event: Event,
        chosen: &Chosen,
    ) -> Result<Answer, String> {
        let body = std::mem::take(&mut event.body);
        let answer = target.invoke(body).await?;
        Answer::read(&answer, &event, &chosen.records).map_err(|error| error.to_string())
    }

    async fn delete(
        &self,
        chosen: &Chosen,
        is_done: &[bool],
        source: &mut Source,
        report: &mut Report,
    ) -> Result<(), Error> {
        let mut may_go: Vec<bool> = chosen.handles.iter().map(|origin| origin.is_whole).collect();
        for (place, &origin) in chosen.origins.iter().enumerate() {
            may_go[origin] &= is_done[place];
        }
        if self.keep {
            return Ok(());
        }
        let done: Vec<&Handle> = chosen
            .handles
            .iter()
            .zip(may_go)
            .filter(|(_, may_go)| *may_go)
            .map(|(origin, _)| &origin.handle)
            .collect();
        report.deleted += source.delete(done).await?;
        Ok(())
    }
}
