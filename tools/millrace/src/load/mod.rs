//! `millrace load`: produces records at a rate, and says how it went.
//!
//! ```text
//!   options ─▶ Source ─▶ pace ─▶ (room) ─▶ Producer ─▶ Outcome ─▶ summary or JSON
//!                └───────────────────────▶ event files (--to-events)
//! ```

mod acceptance;
mod files;
mod options;
mod outcome;
mod pace;
mod produce;
mod source;
mod standing;

use std::process::ExitCode;

pub(crate) use options::Options;

use crate::error::Error;
use crate::interrupt::{EXIT_CODE, Interrupt};

/// Runs it. The exit code is 1 when records were not acknowledged.
pub(crate) async fn run(options: Options, interrupt: &Interrupt) -> Result<ExitCode, Error> {
    if let Some(folder) = &options.to_events {
        return interrupt.unless_asked(files::write(&options, folder)).await;
    }
    let outcome = Box::pin(produce::produce(&options, interrupt)).await?;
    crate::output::print(&if options.json { outcome.json() } else { outcome.text() })?;
    if outcome.is_interrupted {
        return Ok(ExitCode::from(EXIT_CODE));
    }
    Ok(if outcome.deliveries.failures() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
