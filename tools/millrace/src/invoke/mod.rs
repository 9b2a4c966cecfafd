//! `millrace invoke`: one event from a file, and what came of it.

mod archived;
mod written;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use millrace_runtime_api::{FunctionProcess, LogSink, Outcome};

use crate::answer;
use crate::error::Error;
use crate::event;
use crate::function::Function;
use crate::interrupt::Interrupt;
use crate::stack::{Changes, Naming, Stack, Watch};
use crate::text::counted;
use archived::Archived;
use written::Tables;

/// What `invoke` can be told.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The function to invoke
    function: Function,
    /// A file that holds one MSK event
    #[arg(long, value_name = "FILE")]
    data_file: PathBuf,
    /// How often to send it; the second time all its records are duplicates to `analytics`, and
    /// twice in the archive of `relay`
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    times: u32,
    /// An environment variable for the function, on top of those that lead it to this stack
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    variables: Vec<(String, String)>,
}

/// Runs it: answers on standard output, what was written on standard error.
pub(crate) async fn run(
    options: Options,
    endpoint_url: Option<&str>,
    interrupt: &Interrupt,
) -> Result<ExitCode, Error> {
    let (payload, records) = event::read(&options.data_file)?;
    interrupt.unless_asked(Box::pin(invoke_all(&options, endpoint_url, &payload, records))).await
}

async fn invoke_all(
    options: &Options,
    endpoint_url: Option<&str>,
    payload: &[u8],
    records: u64,
) -> Result<ExitCode, Error> {
    let stack = Stack::start(endpoint_url, Naming::Shared).await?;
    let function = stack.run(options.function, &options.variables, LogSink::Stderr).await?;
    for _ in 0..options.times {
        invoke(&stack, &function, options, payload, records).await?;
    }
    function.stop().await;
    stack.leave().await;
    Ok(ExitCode::SUCCESS)
}

async fn invoke(
    stack: &Stack,
    function: &FunctionProcess,
    options: &Options,
    payload: &[u8],
    records: u64,
) -> Result<(), Error> {
    let watch = Watch::start(stack).await?;
    let before = Written::read(stack, options.function).await?;
    let invoked = function.invoke(payload.to_vec()).await?;

    let name = options.data_file.display().to_string();
    let reported = answer::reported(&name, &invoked);
    if let Outcome::Response(body) = &invoked.outcome {
        let mut output = std::io::stdout().lock();
        let written = output.write_all(body).and_then(|()| output.write_all(b"\n"));
        written.and_then(|()| output.flush()).map_err(Error::Output)?;
    }
    let reported = reported?;
    let changes = watch.changes(stack).await?;
    let after = Written::read(stack, options.function).await?;
    let written = after.since(&before, &changes);
    let took = invoked.duration.as_secs_f64() * 1_000.0;
    anstream::eprintln!(
        "{name}: {} in {took:.0} ms, {reported} reported as not done\n{written}",
        counted(records, "record"),
    );
    Ok(())
}

/// Everything that stands where a function writes.
enum Written {
    Tables(Box<Tables>),
    Archived(Archived),
}

impl Written {
    async fn read(stack: &Stack, function: Function) -> Result<Self, Error> {
        Ok(match function {
            Function::Analytics => Self::Tables(Box::new(Tables::read(stack).await?)),
            Function::Relay => Self::Archived(Archived::read(stack).await?),
        })
    }

    /// What was written since, for a person.
    fn since(&self, before: &Self, changes: &Changes) -> String {
        let mut text = String::new();
        match (before, self) {
            (Self::Tables(before), Self::Tables(after)) => written::rows(&mut text, before, after),
            (Self::Archived(before), Self::Archived(after)) => {
                archived::text(&mut text, before, after, changes);
            }
            _ => {}
        }
        written::messages(&mut text, changes);
        text
    }
}

/// `NAME=VALUE`
pub(crate) fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it should look like NAME=VALUE".to_owned()),
    }
}
