//! `millrace chaos`: the functions under faults, and whether anything was lost or counted twice.

mod summary;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use millrace_chaos::{Plan, Report, Sabotage, Site, topic_kinds};
use millrace_runtime_api::LogSink;

use crate::error::Error;
use crate::function::Function;
use crate::interrupt::Interrupt;
use crate::output::print;
use crate::progress;
use crate::stack::{Naming, Stack};

/// How many records there are unless something else is asked for.
const RECORDS: u64 = 20_000;

/// What `chaos` can be told.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// How many records are produced (20,000, or as many as there is time for with `--minutes`)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    records: Option<u64>,

    /// Produce no more after so many minutes; what was produced is still done and compared
    #[arg(long, value_name = "M", value_parser = minutes)]
    minutes: Option<Duration>,

    /// The same seed gives the same records, and draws the same faults
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,

    /// Break something on purpose, to see that it is noticed: the exit code is then 1
    #[arg(long, value_name = "WHAT")]
    sabotage: Option<Broken>,

    /// Print one JSON object and nothing else
    #[arg(long)]
    json: bool,
}

/// What can be broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Broken {
    /// One record is taken out of an event before `analytics` gets it
    LoseARecord,
    /// `analytics` gets one record twice, the second time as if it came from elsewhere
    DoubleARecord,
}

/// Runs it. The exit code is 1 when something is lost, doubled or different.
pub(crate) async fn run(options: Options, interrupt: &Interrupt) -> Result<ExitCode, Error> {
    // Faults can be had at endpoints of our own only.
    let stack = interrupt.unless_asked(Stack::start(None, Naming::OwnRun)).await?;
    let outcome = interrupt.unless_asked(Box::pin(under_faults(&stack, &options))).await;
    stack.stop().await;
    let report = outcome?;
    if options.json {
        print(&serde_json::to_string(&report).unwrap_or_default())?;
    } else {
        print(&summary::text(&report))?;
    }
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn under_faults(stack: &Stack, options: &Options) -> Result<Report, Error> {
    let Some(endpoints) = &stack.aws.embedded else {
        unreachable!("the stack was started on endpoints of our own")
    };
    let spinner = progress::spinner("building the functions", !options.json);
    let site = Site {
        endpoints,
        dynamodb: stack.aws.dynamodb.clone(),
        analytics: stack
            .spec(Function::Analytics, &[], LogSink::Keep)
            .await?
            .with_env("FEATURES", "on")
            .with_env("TOPIC_KINDS", topic_kinds()),
        relay: stack.spec(Function::Relay, &[], LogSink::Keep).await?,
    };
    drop(spinner);
    let plan = options.plan();
    let bar = progress::bar(plan.records, !options.json);
    let report = millrace_chaos::run(&site, &plan, &|done| bar.set_position(done)).await?;
    drop(bar);
    Ok(report)
}

impl Options {
    fn plan(&self) -> Plan {
        let unlimited = if self.minutes.is_some() { u64::MAX } else { RECORDS };
        let mut plan = Plan::new(self.seed, self.records.unwrap_or(unlimited));
        plan.time = self.minutes;
        plan.sabotage = self.sabotage.map(|broken| match broken {
            Broken::LoseARecord => Sabotage::LoseARecord,
            Broken::DoubleARecord => Sabotage::DoubleARecord,
        });
        plan
    }
}

fn minutes(text: &str) -> Result<Duration, String> {
    let minutes = text.parse::<f64>().ok().filter(|minutes| *minutes > 0.0 && *minutes < 1e6);
    let minutes = minutes.ok_or_else(|| "it should be a number above 0".to_owned())?;
    Ok(Duration::from_secs_f64(60.0 * minutes))
}
