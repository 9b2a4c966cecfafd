//! `millrace archive`: what an archive that `relay` wrote has, and what it lacks.
//!
//! ```text
//!   place ─ keys ─▶ name ─▶ spans ──┐
//!     └──── bodies ───────▶ lines ──┴▶ findings ─▶ report
//! ```

mod findings;
mod lines;
mod name;
mod place;
mod ranges;
mod report;
mod spans;
#[cfg(test)]
mod tests;
mod verify;

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand};

pub(crate) use self::lines::decompressed;
use self::place::Place;
use self::verify::{Verified, VerifyError};
use crate::error::Error;

/// An archive that could not be verified is something else than one with a gap.
const CANNOT_VERIFY: u8 = 2;

#[derive(Args, Debug)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// List missing and repeated offsets by topic and partition
    ///
    /// Exit code 0 when certainly no offset is missing between the first and the last one of each
    /// partition, 1 when there is a gap, 2 when it cannot be told.
    Verify(Verify),
}

#[derive(Args, Debug)]
struct Verify {
    /// A folder, or `s3://BUCKET/PREFIX`
    place: String,
    /// Read the lines in the objects, too, and not only their names; what Firehose wrote needs it,
    /// and gets it by itself
    #[arg(long)]
    lines: bool,
    /// Print one JSON object, and nothing else
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(options: Options, endpoint_url: Option<&str>) -> Result<ExitCode, Error> {
    let Command::Verify(options) = options.command;
    let verified = match look(&options, endpoint_url).await {
        Ok(verified) => verified,
        Err(error) => {
            anstream::eprintln!("millrace: {error}");
            return Ok(ExitCode::from(CANNOT_VERIFY));
        }
    };
    let text = if options.json { format!("{}\n", verified.json()) } else { verified.text() };
    let mut output = anstream::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(Error::Output)?;
    Ok(if verified.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn look(options: &Verify, endpoint_url: Option<&str>) -> Result<Verified, VerifyError> {
    let place = Place::find(&options.place, endpoint_url).await?;
    verify::verify(&place, &options.place, options.lines).await
}
