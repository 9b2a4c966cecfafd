//! `cargo bench-all`: measures everything and prints one table and one JSON file.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use millrace_bench::binaries::{ALL, Binaries, DECODERS};
use millrace_bench::decode::Decode;
use millrace_bench::error::BenchError;
use millrace_bench::invocation::Invocations;
use millrace_bench::machine::Machine;
use millrace_bench::peers::Peers;
use millrace_bench::report::{Results, cost, markdown, replace};
use millrace_bench::whole_job::{self, WholeJob};
use millrace_bench::{client, place, root};
use millrace_cost::Prices;

/// What takes its time, and so can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Phase {
    /// Decoders, alone
    Decode,
    /// Instructions and allocations of the decoders; wants valgrind
    Counts,
    /// Functions without sinks
    Invocation,
    /// Functions with all sinks
    WholeJob,
    /// What a batch asks of AWS, and what that costs
    Requests,
    /// DynamoDB's client alone
    Client,
    /// How many requests at a time
    InFlight,
}

impl Phase {
    const fn is_of_decoders(self) -> bool {
        matches!(self, Self::Decode | Self::Counts)
    }
}

/// Measures Millrace and what people would use instead, and prints the tables.
///
/// Builds the functions as they are deployed, which takes minutes the first time, and installs Python's
/// and Node's packages into bench/. What cannot be measured here is named, with its reason.
#[derive(Parser, Debug)]
#[command(name = "cargo bench-all")]
struct CommandLine {
    /// Rounds, each of everything
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only these; all of them if none is given
    #[arg(long, value_enum)]
    only: Vec<Phase>,
    /// Cargo's profile; `dev` builds sooner, and its figures say nothing
    #[arg(long, default_value = "release")]
    profile: String,
    /// Where the results go as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Put the tables into docs/performance.md
    #[arg(long)]
    document: bool,
}

impl CommandLine {
    fn wants(&self, phase: Phase) -> bool {
        self.only.is_empty() || self.only.contains(&phase)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match Box::pin(run(&CommandLine::parse())).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-all: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &CommandLine) -> Result<(), BenchError> {
    // The functions are linked for minutes, and the decoders alone need none of them.
    let decoders_alone = options.only.iter().all(|phase| phase.is_of_decoders());
    let packages = if decoders_alone && !options.only.is_empty() { DECODERS } else { ALL };
    let binaries = Binaries::build(&options.profile, packages)?;
    let peers = Peers::install();
    let mut machine = Machine::look(&peers, &options.profile);

    let wants = |phase| options.wants(phase).then_some(());
    let mut decode = match wants(Phase::Decode) {
        Some(()) => Some(Decode::prepare(&binaries, &peers)?),
        None => None,
    };
    let mut invocations =
        wants(Phase::Invocation).map(|()| Invocations::prepare(&binaries, &peers));
    let mut whole_job = wants(Phase::WholeJob).map(|()| WholeJob::new(&binaries));
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        if let Some(decode) = &mut decode {
            decode.round()?;
        }
        if let Some(invocations) = &mut invocations {
            invocations.round().await?;
        }
        if let Some(whole_job) = &mut whole_job {
            whole_job.round().await?;
        }
    }
    machine.ends();

    eprintln!("counting");
    let counts = match wants(Phase::Requests) {
        Some(()) => whole_job::count(&binaries).await?,
        None => Vec::new(),
    };
    let client = match wants(Phase::Client) {
        Some(()) => client::measure(&binaries)?,
        None => Vec::new(),
    };
    let in_flight = match wants(Phase::InFlight) {
        Some(()) => whole_job::in_flight(&binaries).await?,
        None => Vec::new(),
    };
    let decoded = match decode {
        Some(decode) => decode.rows(options.wants(Phase::Counts))?,
        None => Vec::new(),
    };
    let sizes = ["analytics", "relay"].into_iter();
    let sizes = sizes.filter_map(|name| Some((name.to_owned(), binaries.size(name)?)));
    let results = Results {
        machine,
        rounds: options.rounds,
        binary_bytes: sizes.collect(),
        decode: decoded,
        invocation: invocations.as_ref().map_or_else(Vec::new, Invocations::rows),
        cold_start: invocations.as_ref().map_or_else(Vec::new, Invocations::cold_rows),
        whole_job: whole_job.as_ref().map_or_else(Vec::new, WholeJob::rows),
        counts,
        client,
        in_flight,
    };
    report(options, &results)
}

fn report(options: &CommandLine, results: &Results) -> Result<(), BenchError> {
    let json = options.json.clone().unwrap_or_else(|| place().join("results.json"));
    if let Some(folder) = json.parent() {
        std::fs::create_dir_all(folder).map_err(BenchError::file(folder))?;
    }
    results.write(&json)?;
    let tables = markdown(results);
    println!("{tables}");
    let prices = Prices::published().map_err(BenchError::Prices)?;
    let costs = cost(results, &prices);
    println!("{costs}");
    if options.document && !costs.is_empty() {
        replace(&root().join("docs/costs.md"), "counted", &costs)?;
    }
    if options.document {
        replace(&root().join("docs/performance.md"), "bench", &tables)?;
    }
    eprintln!("also written to {}", json.display());
    Ok(())
}
