//! `millrace redrive`: what was given up, through the function once more.
//!
//! ```text
//!   source: queue, bucket, files ─ waves of entries ─▶ chosen ─▶ events ─▶ target ─▶ report
//!     ▲                                                                      │
//!     └─────────── deleted once every record is done, else kept ◀────────────┘
//! ```

mod bucket;
mod chosen;
mod clients;
mod files;
mod http;
mod options;
mod queue;
mod report;
mod send;
mod source;
mod target;

use std::process::ExitCode;

use indicatif::ProgressBar;

use self::chosen::Chooser;
pub(crate) use self::options::Options;
use self::report::Report;
use self::send::Sender;
use self::source::Source;
use self::target::Target;
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::{output, progress};

/// Sends it, and prints what came of it.
pub(crate) async fn run(
    options: Options,
    endpoint_url: Option<&str>,
    interrupt: &Interrupt,
) -> Result<ExitCode, Error> {
    let mut source = Source::open(&options, endpoint_url).await?;
    let target =
        if options.dry_run { None } else { Some(Target::start(&options, endpoint_url).await?) };
    let mut report = Report::default();
    let bar = progress::bar(0, true);
    let sent = redrive(&options, &mut source, target.as_ref(), interrupt, &bar, &mut report).await;
    drop(bar);
    // Whatever happened, what was received and not deleted has to be seen by others again.
    let returned = source.give_back().await;
    if let Some(target) = target {
        target.stop().await;
    }
    output::print(&report.text(source.name(), options.dry_run))?;
    sent?;
    returned?;
    if interrupt.was_asked() {
        return Err(Error::Interrupted);
    }
    Ok(if report.is_all_done() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn redrive(
    options: &Options,
    source: &mut Source,
    target: Option<&Target>,
    interrupt: &Interrupt,
    bar: &ProgressBar,
    report: &mut Report,
) -> Result<(), Error> {
    let chooser = Chooser::new(options);
    let mut sender = Sender::new(options, target, interrupt);
    while !interrupt.was_asked() && !sender.has_given_up() {
        let wave = source.next_wave(report).await?;
        if wave.is_empty() {
            break;
        }
        let chosen = chooser.choose(wave, report);
        bar.inc_length(chosen.records.len() as u64);
        sender.send(&chosen, source, bar, report).await?;
    }
    source.end(report);
    Ok(())
}

#[cfg(test)]
mod tests;
