use std::io::Write;
use std::path::Path;

use millrace_workloads::callgrind::{CallgrindError, instructions};
use millrace_workloads::decoders::Decoder;
use millrace_workloads::jobs::{Detectors, Job};
use millrace_workloads::payloads::Payload;

use crate::baselines::{Counts, hold};

const WORKLOAD: &str = env!("CARGO_BIN_EXE_millrace-workload");

#[test]
fn a_record_takes_no_more_instructions_than_before() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("b_10k.jsonl");
    let mut stream = Payload::B10k.stream();
    let events = [stream.next_event(), stream.next_event()].join(&b"\n"[..]);
    std::fs::write(&file, events).unwrap();

    let mut counts = Counts::new();
    let jobs =
        [("decode", Job::Decode(Decoder::Millrace)), ("apply", Job::Apply(Detectors::Classic))];
    for (what, job) in jobs {
        match second_round(job, &file) {
            Ok(count) => counts.insert(format!("{what} b_10k"), count),
            Err(CallgrindError::Missing) => return say_that_nothing_was_checked(),
            Err(error) => panic!("{error}"),
        };
    }
    hold("instructions.json", &counts, 0.05);
}

/// Past the capture of a test that passes, so that whoever reads the output learns of it.
fn say_that_nothing_was_checked() {
    let reason = CallgrindError::Missing;
    let _ = writeln!(std::io::stderr(), "NOT CHECKED: instructions a record: {reason}");
}

/// What a second round takes, per record: two rounds without one.
fn second_round(job: Job, file: &Path) -> Result<f64, CallgrindError> {
    let file = file.display().to_string();
    let count = |rounds| instructions(Path::new(WORKLOAD), &[job.name(), &file, rounds]);
    let (two, one) = std::thread::scope(|scope| {
        let one = scope.spawn(|| count("1"));
        (count("2"), one.join().unwrap())
    });
    Ok((two? - one?) as f64 / Payload::B10k.shape().records as f64)
}
