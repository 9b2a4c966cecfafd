//! Does one of the benchmark's jobs again and again on events from a file, for a clock or a profiler:
//!
//! ```text
//! millrace-workload payload b_10k 3 > b_10k.jsonl     three batches, an event a line
//! millrace-workload millrace b_10k.jsonl 11           eleven rounds of a job
//! ```
//!
//! A job is a decoder (`millrace`, `naive`), `envelope` (ours without parsing the values), or `apply`
//! (the commit path over states in memory; `apply-all` with all detectors, `apply-none` with none). Rounds take the lines in turn, and `apply` wants as many
//! as there are rounds. Prints one JSON object: what it came to, and the CPU time of each round.

use std::io::{self, Write};
use std::process::ExitCode;

use millrace_workloads::jobs::Job;
use millrace_workloads::payloads::Payload;

const USAGE: &str =
    "usage: millrace-workload JOB FILE ROUNDS, or millrace-workload payload NAME BATCHES";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("millrace-workload: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let [what, source, count] = arguments else { return Err(USAGE.to_owned()) };
    let count: usize = count.parse().map_err(|error| format!("`{count}`: {error}"))?;
    if what == "payload" {
        let payload = Payload::named(source).ok_or_else(|| format!("there is no `{source}`"))?;
        return write_events(payload, count).map_err(|error| error.to_string());
    }
    let job = Job::named(what).ok_or_else(|| format!("there is no job `{what}`"))?;
    let events = std::fs::read(source).map_err(|error| format!("{source}: {error}"))?;
    println!("{}", job.run(&events, count).map_err(|error| error.to_string())?.json());
    Ok(())
}

fn write_events(payload: Payload, count: usize) -> io::Result<()> {
    let mut output = io::stdout().lock();
    let mut stream = payload.stream();
    for _ in 0..count {
        output.write_all(&stream.next_event())?;
        output.write_all(b"\n")?;
    }
    output.flush()
}
