//! What `millrace-workload` can be told to do, round after round.

use std::time::Duration;

use millrace_shared::detectors::sets::{SensorDetectors, UserDetectors};
use millrace_shared::kafka::{Batch, Entry};
use millrace_shared::settings::DetectorNames;
use serde::Serialize;

use crate::decoders::{DecodeError, Decoder};
use crate::memory::{InMemory, in_memory, in_memory_without, take};
use crate::usage;

/// A job of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// From the body to typed events.
    Decode(Decoder),
    /// From the body to records with their keys and values, which are not parsed.
    Envelope,
    /// Through the commit path, over states in memory, with these detectors. Wants another batch each
    /// round.
    Apply(Detectors),
}

/// Which detectors look at the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detectors {
    /// Those that the handlers in other languages have as well.
    Classic,
    /// All there are.
    All,
    /// None, so that the difference is what they cost.
    None,
}

/// What a job came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Measured {
    /// What has to be the same in every language; of the last round.
    pub checksum: String,
    /// CPU time of each round in nanoseconds; empty where the system does not tell.
    pub rounds_ns: Vec<u64>,
    /// The most memory that was resident, in bytes; Linux only.
    pub peak_rss_bytes: Option<u64>,
}

impl Measured {
    /// One line of JSON.
    pub fn json(&self) -> String {
        // Numbers and text only, so it cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Job {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Decode(Decoder::Millrace),
        Self::Decode(Decoder::Naive),
        Self::Envelope,
        Self::Apply(Detectors::Classic),
        Self::Apply(Detectors::All),
        Self::Apply(Detectors::None),
    ];

    /// What it is called on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decode(decoder) => decoder.name(),
            Self::Envelope => "envelope",
            Self::Apply(Detectors::Classic) => "apply",
            Self::Apply(Detectors::All) => "apply-all",
            Self::Apply(Detectors::None) => "apply-none",
        }
    }

    /// The job of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|job| job.name() == name)
    }

    /// Does it so many times. `events` holds an event a line, taken in turn.
    pub fn run(self, events: &[u8], rounds: usize) -> Result<Measured, DecodeError> {
        let lines: Vec<&[u8]> = events.split(|byte| *byte == b'\n').collect();
        let lines: Vec<&[u8]> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        if matches!(self, Self::Apply(_)) && rounds > lines.len() {
            let batches = lines.len();
            return Err(DecodeError::TooFewBatches { rounds, batches });
        }
        let mut worker = Worker::new(self)?;
        let mut measured = Measured::default();
        for event in lines.into_iter().cycle().take(rounds) {
            let before = usage().cpu_time;
            measured.checksum = worker.round(event)?;
            let after = usage().cpu_time;
            let taken = after.zip(before).map(|(after, before)| after.saturating_sub(before));
            measured.rounds_ns.extend(taken.map(nanoseconds));
        }
        measured.peak_rss_bytes = usage().peak_rss_bytes;
        Ok(measured)
    }
}

/// A job and what it keeps from round to round.
enum Worker {
    Decode(Decoder),
    Envelope,
    Apply { path: Box<InMemory>, runtime: tokio::runtime::Runtime },
}

impl Worker {
    fn new(job: Job) -> Result<Self, DecodeError> {
        Ok(match job {
            Job::Decode(decoder) => Self::Decode(decoder),
            Job::Envelope => Self::Envelope,
            Job::Apply(detectors) => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
                let runtime = runtime.map_err(|error| DecodeError::Event(error.to_string()))?;
                let names = UserDetectors::NAMES.iter().chain(SensorDetectors::NAMES);
                let path = match detectors {
                    Detectors::Classic => in_memory(),
                    Detectors::All => in_memory_without(DetectorNames::default()),
                    Detectors::None => {
                        in_memory_without(names.map(|name| (*name).to_owned()).collect())
                    }
                };
                Self::Apply { path: Box::new(path), runtime }
            }
        })
    }

    fn round(&mut self, event: &[u8]) -> Result<String, DecodeError> {
        match self {
            Self::Decode(decoder) => Ok(decoder.run(event)?.to_string()),
            Self::Envelope => envelope(event),
            Self::Apply { path, runtime } => {
                let batch = decode(event)?;
                let tally = runtime.block_on(take(path, &batch)).tally;
                let alerts: u64 = tally.alerts.values().sum();
                let (records, applied) = (tally.records, tally.applied);
                Ok(format!("records={records} applied={applied} alerts={alerts}"))
            }
        }
    }
}

fn envelope(event: &[u8]) -> Result<String, DecodeError> {
    let batch = decode(event)?;
    let (mut records, mut bytes) = (0_u64, 0);
    for entry in batch.entries() {
        if let Entry::Record(record) = entry {
            records += 1;
            bytes += record.key().map_or(0, <[u8]>::len) + record.value().map_or(0, <[u8]>::len);
        }
    }
    Ok(format!("records={records} bytes={bytes}"))
}

fn decode(event: &[u8]) -> Result<Batch<'_>, DecodeError> {
    Batch::decode(event).map_err(|error| DecodeError::Event(error.to_string()))
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
