//! `millrace`: everything a developer runs on their own machine.
//!
//! ```text
//!   demo ────┐                ┌ stack     endpoints on loopback (or elsewhere), tables, topic, queue
//!   invoke ──┼─ function ─────┤
//!   endpoints┘ (child process)└ watch     what it did there
//! ```

mod answer;
mod archive;
mod broker;
mod chaos;
mod cost;
mod demo;
mod endpoints;
mod error;
mod evaluate;
mod event;
mod function;
mod interrupt;
mod invoke;
mod kafka;
mod load;
mod output;
mod poll;
mod progress;
mod redrive;
mod stack;
mod text;
mod topics;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use tokio::runtime::Runtime;

use crate::error::Error;
use crate::interrupt::Interrupt;

const EXAMPLES: &str = "\
Examples:
  cargo demo                                                            everything at once
  cargo demo --keep                                                     … and look into the tables
  cargo millrace invoke analytics --data-file events/fraud-burst.json   one event
  cargo millrace invoke analytics --data-file my.json --env DETECTORS_OFF=rapid_clicks

docs/local.md tells more.";

/// Runs Millrace's Lambda functions on this machine: the real binaries, under a Lambda Runtime API,
/// against AWS endpoints in this process. No AWS account, no Docker, no Kafka.
#[derive(Parser, Debug)]
#[command(name = "millrace", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct CommandLine {
    /// Endpoints that speak AWS, instead of those of this process
    #[arg(long, env = "MILLRACE_ENDPOINT_URL", value_name = "URL", global = true, value_parser = url)]
    endpoint_url: Option<String>,
    /// No colours, also on a terminal (`NO_COLOR` does the same)
    #[arg(long, global = true)]
    no_color: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Feed the sample events and 100,000 records to `analytics` and `relay`, and say what happened
    Demo(demo::Options),
    /// Send one event from a file through a function, and say what it wrote
    Invoke(invoke::Options),
    /// Start the endpoints with tables, topic and queue, for `cargo lambda` and other tools
    Endpoints,
    /// Start an embedded Kafka broker with the template's topics, for other commands
    Broker(broker::Options),
    /// Create topics
    Topics(topics::Options),
    /// Produce records at a rate, and say how it went
    Load(Box<load::Options>),
    /// Read a Kafka topic for a function, any function, as Lambda's event source mapping does
    Poll(Box<poll::Options>),
    /// Run the functions under faults, and say whether anything was lost or counted twice
    Chaos(chaos::Options),
    /// Send through a function once more what was given up: dead letters, failed batches
    Redrive(Box<redrive::Options>),
    /// Look into what `relay` wrote
    Archive(archive::Options),
    /// Reckon what a load costs a month on AWS, and what dominates it
    Cost(cost::Options),
    /// Measure the detectors on labelled data
    Evaluate(evaluate::Options),
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    if command_line.no_color {
        anstream::ColorChoice::Never.write_global();
    }
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("cannot start threads: {error}")),
    };
    let result = runtime.block_on(run(command_line));
    // A build in progress must not hold up the end, and children end with their tasks.
    runtime.shutdown_timeout(Duration::from_secs(1));
    match result {
        Ok(code) => code,
        Err(Error::Interrupted) => {
            anstream::eprintln!("millrace: interrupted");
            ExitCode::from(interrupt::EXIT_CODE)
        }
        Err(error) => failed(&error.to_string()),
    }
}

async fn run(command_line: CommandLine) -> Result<ExitCode, Error> {
    let interrupt = Interrupt::listen()?;
    let endpoint_url = command_line.endpoint_url.as_deref();
    match command_line.command {
        Command::Demo(options) => Box::pin(demo::run(options, endpoint_url, &interrupt)).await,
        Command::Invoke(options) => Box::pin(invoke::run(options, endpoint_url, &interrupt)).await,
        Command::Endpoints => Box::pin(endpoints::run(endpoint_url, &interrupt)).await,
        Command::Broker(options) => broker::run(options, &interrupt).await,
        Command::Topics(options) => Box::pin(topics::run(options, &interrupt)).await,
        Command::Load(options) => Box::pin(load::run(*options, &interrupt)).await,
        Command::Evaluate(options) => {
            Box::pin(interrupt.unless_asked(evaluate::run(&options))).await
        }
        Command::Poll(options) => Box::pin(poll::run(*options, endpoint_url, &interrupt)).await,
        Command::Chaos(options) => Box::pin(chaos::run(options, &interrupt)).await,
        Command::Redrive(options) => {
            Box::pin(redrive::run(*options, endpoint_url, &interrupt)).await
        }
        Command::Cost(options) => cost::run(&options),
        Command::Archive(options) => {
            Box::pin(interrupt.unless_asked(archive::run(options, endpoint_url))).await
        }
    }
}

fn failed(reason: &str) -> ExitCode {
    anstream::eprintln!("millrace: {reason}");
    ExitCode::FAILURE
}

/// A URL as an AWS client takes it.
fn url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.contains(char::is_whitespace) => {
            Ok(text.to_owned())
        }
        _ => Err("it should begin with http:// or https://".to_owned()),
    }
}
