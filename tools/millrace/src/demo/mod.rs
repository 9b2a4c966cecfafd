//! `millrace demo`: everything at once, with real numbers.

mod archive;
mod check;
mod committed;
mod findings;
mod kafka;
mod keep;
mod poller;
mod population;
mod positions;
mod producing;
mod report;
mod samples;
mod severities;
mod stream;
mod summary;
mod workers;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use millrace_generator::{Rates, Settings};
use millrace_runtime_api::LogSink;

use crate::error::Error;
use crate::function::Function;
use crate::interrupt::Interrupt;
use crate::kafka::ConnectionOptions;
use crate::output::print;
use crate::progress;
use crate::stack::{Naming, Stack, Watch};
use archive::Archive;
use findings::Findings;
use kafka::Kafka;
use samples::Sample;
use stream::{Fed, Functions};
use workers::Workers;

/// How many invocations of a function go on at once: a laptop has few cores, other than Lambda.
const AT_ONCE: usize = 2;

/// What `demo` can be told.
#[derive(Args, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    connection: ConnectionOptions,
    /// How many records the stream has; the sample events of events/ come first
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    records: u64,
    /// The same seed gives the same stream
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The share of payments of which a label tells half an hour later whether they were fraud
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = share)]
    labels: f64,
    /// The most records of one batch, as a mapping's `BatchSize`; a batch also ends after half a
    /// second
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = batch_size)]
    batch_size: usize,
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
    archive: Archive,
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
    let connection = options.connection.connection_if_any()?;
    let kafka = interrupt.unless_asked(Kafka::start(connection)).await?;
    let stack = interrupt.unless_asked(Stack::start(endpoint_url, Naming::OwnRun)).await?;
    // Dropped in the middle if an end is asked for, and the functions with it.
    let outcome = Box::pin(feed_and_look(&kafka, &stack, samples, &options));
    let outcome = interrupt.unless_asked(outcome).await;
    kafka.stop().await;
    let result = match &outcome {
        Ok(outcome) => show(&stack, outcome, &options),
        Err(_) => Ok(()),
    };
    if options.keep && outcome.is_ok() && result.is_ok() {
        interrupt.asked().await;
    }
    stack.stop().await;
    result?;
    Ok(if outcome?.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn feed_and_look(
    kafka: &Kafka,
    stack: &Stack,
    samples: Vec<Sample>,
    options: &Options,
) -> Result<Outcome, Error> {
    let watch = Watch::start(stack).await?;
    let spinner = progress::spinner("building and starting the functions", !options.json);
    let functions = start(stack, kafka).await?;
    drop(spinner);
    let settings = Settings {
        seed: options.seed,
        records: options.records,
        topics: kafka.topics.clone(),
        partitions: kafka.partitions,
        rates: Rates { labels: options.labels, ..Rates::default() },
        ..Settings::default()
    };
    let bar = progress::bar(options.records + sampled(&samples), !options.json);
    let fed = stream::feed(kafka, &functions, samples, settings, options.batch_size, &bar);
    let fed = Box::pin(fed).await?;
    drop(bar);
    functions.stop().await;

    let spinner = progress::spinner("reading what came of it", !options.json);
    let findings = Findings::gather(stack, watch.changes(stack).await?).await?;
    let archive = Archive::gather(stack, &findings.changes, &fed.relay.positions).await?;
    drop(spinner);
    let mut problems = check::problems(&fed, &findings);
    problems.extend(archive.problems(&fed));
    if !problems.is_empty() {
        for line in functions.log_lines().filter(|line| !line.contains("INFO")) {
            anstream::eprintln!("{line}");
        }
    }
    Ok(Outcome { fed, findings, archive, problems })
}

async fn start(stack: &Stack, kafka: &Kafka) -> Result<Functions, Error> {
    let kinds = [("TOPIC_KINDS".to_owned(), kafka.topic_kinds())];
    Ok(Functions {
        analytics: workers(stack, Function::Analytics, &kinds).await?,
        relay: workers(stack, Function::Relay, &[]).await?,
    })
}

async fn workers(
    stack: &Stack,
    function: Function,
    variables: &[(String, String)],
) -> Result<Arc<Workers>, Error> {
    let mut processes = Vec::new();
    for _ in 0..AT_ONCE {
        processes.push(stack.run(function, variables, LogSink::Keep).await?);
    }
    Ok(Arc::new(Workers::new(processes)))
}

fn sampled(samples: &[Sample]) -> u64 {
    samples.iter().map(|sample| sample.records).sum()
}

fn show(stack: &Stack, outcome: &Outcome, options: &Options) -> Result<(), Error> {
    let text = if options.json { report::json(outcome) } else { summary::text(outcome) };
    print(&text)?;
    if !options.keep {
        return Ok(());
    }
    let how = keep::text(stack, outcome);
    if options.json {
        // Standard output is the object alone.
        anstream::eprint!("{how}");
        return Ok(());
    }
    print(&how)
}

/// A share between nothing and everything.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "it should be a number from 0 to 1".to_owned())
}

/// What Lambda allows.
fn batch_size(text: &str) -> Result<usize, String> {
    let size = text.parse().ok().filter(|size| (1..=10_000).contains(size));
    size.ok_or_else(|| "it should be a number from 1 to 10000".to_owned())
}
