//! `millrace demo`: everything at once, with real numbers.

mod check;
mod findings;
mod keep;
mod report;
mod samples;
mod stream;
mod summary;

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use millrace_generator::Settings;

use crate::error::Error;
use crate::function::Function;
use crate::interrupt::Interrupt;
use crate::stack::{Naming, Stack, Watch};
use findings::Findings;
use stream::Fed;

/// What `demo` can be told.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// How many records the stream has; the sample events of events/ come first
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    records: u64,
    /// The same seed gives the same stream
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Print one JSON object and nothing else
    #[arg(long)]
    json: bool,
    /// Leave it running, print how to look into it, and wait for Ctrl-C
    #[arg(long)]
    keep: bool,
}

/// A finished run.
struct Outcome {
    fed: Fed,
    findings: Findings,
    /// What does not match what was handed over.
    problems: Vec<String>,
}

/// Runs it. The exit code is 1 when something does not match.
pub(crate) async fn run(
    options: Options,
    endpoint_url: Option<&str>,
    interrupt: &Interrupt,
) -> Result<ExitCode, Error> {
    let samples = samples::read()?;
    let stack = interrupt.unless_asked(Stack::start(endpoint_url, Naming::OwnRun)).await?;
    let ran = interrupt.unless_asked(async {
        let watch = Watch::start(&stack).await?;
        let function = stack.run(Function::Analytics, &[]).await?;
        let settings =
            Settings { seed: options.seed, records: options.records, ..Settings::default() };
        let fed = stream::feed(&function, samples, settings, !options.json).await?;
        function.stop().await;
        let findings = Findings::gather(&stack, watch.changes(&stack).await?).await?;
        let problems = check::problems(&fed, &findings);
        Ok(Outcome { fed, findings, problems })
    });
    let outcome = match ran.await {
        Ok(outcome) => outcome,
        Err(error) => {
            stack.stop().await;
            return Err(error);
        }
    };
    if options.json {
        print(&report::json(&outcome))?;
    } else {
        print(&summary::text(&outcome))?;
    }
    if options.keep {
        let how = keep::text(&stack, &outcome);
        // With `--json` standard output is the object alone.
        if options.json {
            anstream::eprint!("{how}");
        } else {
            print(&how)?;
        }
        interrupt.asked().await;
    }
    stack.stop().await;
    Ok(if outcome.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints a text as a line of its own, without its styles where they are not wanted.
fn print(text: &str) -> Result<(), Error> {
    let mut output = anstream::stdout().lock();
    writeln!(output, "{}", text.trim_end()).and_then(|()| output.flush()).map_err(Error::Output)
}
