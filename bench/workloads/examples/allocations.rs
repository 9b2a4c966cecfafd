//! Counts the allocations that a job takes a record, of its last round:
//!
//! ```text
//! allocations JOB FILE ROUNDS
//! ```
//!
//! A program of its own, because counting needs an allocator of its own.

use std::process::ExitCode;

use millrace_shared::kafka::Batch;
use millrace_workloads::jobs::Job;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(count) => {
            println!("{count}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("allocations: {reason}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2⁵³")]
fn run(arguments: &[String]) -> Result<f64, String> {
    let [job, file, rounds] = arguments else { return Err("JOB FILE ROUNDS".to_owned()) };
    let job = Job::named(job).ok_or_else(|| format!("there is no job `{job}`"))?;
    let rounds: usize = rounds.parse().map_err(|error| format!("`{rounds}`: {error}"))?;
    let events = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
    let first = events.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let records = Batch::decode(first).map_err(|error| error.to_string())?.len();
    let count = |rounds| {
        let mut result = Ok(());
        let counted = allocation_counter::measure(|| {
            result = job.run(&events, rounds).map(drop);
        });
        result.map(|()| counted.count_total).map_err(|error| error.to_string())
    };
    let (one_less, all) = (count(rounds.saturating_sub(1))?, count(rounds)?);
    Ok(all.saturating_sub(one_less) as f64 / records as f64)
}
