//! Decoding alone: each variant a process of its own on the same file, again and again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use millrace_workloads::callgrind::{self, CallgrindError};
use millrace_workloads::payloads::Payload;
use serde::{Deserialize, Serialize};

use crate::binaries::Binaries;
use crate::error::BenchError;
use crate::figures::{Figure, Series, float};
use crate::peers::{Peers, node_scripts, python_scripts};
use crate::place;
use crate::titles::{MILLRACE, NAIVE, NODE, NODE_POWERTOOLS, ORJSON, POWERTOOLS};

/// Rounds within a process that come first and do not count: caches, and Node's compiler.
const WARM_UP: usize = 4;

/// One decoder, in whatever language.
#[derive(Clone, Debug)]
struct Variant {
    title: &'static str,
    language: Language,
    /// The program and what it is given before the file, or why it cannot be run.
    command: Result<(PathBuf, Vec<String>), String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Rust,
    Python,
    Node,
}

/// What the rounds of one variant on one payload came to.
#[derive(Clone, Debug, Default)]
struct Samples {
    cpu_ms: Series,
    peak_mb: Series,
    checksum: String,
}

/// One row of the table.
#[derive(Clone, Debug, Serialize)]
pub struct DecodeRow {
    /// The payload.
    pub payload: String,
    /// The decoder.
    pub variant: String,
    /// CPU time of one batch, in milliseconds: the median of all rounds.
    pub cpu_ms: Figure,
    /// Instructions a record.
    pub instructions_per_record: Figure,
    /// Allocations a record.
    pub allocations_per_record: Figure,
    /// The most memory that was resident, the payload included, in MB.
    pub peak_mb: Figure,
    /// What it read.
    pub checksum: String,
}

/// What a decoder's process prints.
#[derive(Debug, Deserialize)]
struct Measured {
    checksum: String,
    rounds_ns: Vec<u64>,
    peak_rss_bytes: Option<u64>,
}

/// The phase.
pub struct Decode {
    variants: Vec<Variant>,
    files: BTreeMap<&'static str, PathBuf>,
    allocations: PathBuf,
    samples: BTreeMap<(usize, usize), Samples>,
}

impl Decode {
    /// Writes the payloads to files.
    pub fn prepare(binaries: &Binaries, peers: &Peers) -> Result<Self, BenchError> {
        let folder = place();
        std::fs::create_dir_all(&folder).map_err(BenchError::file(&folder))?;
        let mut files = BTreeMap::new();
        for payload in Payload::ALL {
            let file = folder.join(format!("{}.json", payload.name()));
            std::fs::write(&file, payload.event()).map_err(BenchError::file(&file))?;
            files.insert(payload.name(), file);
        }
        Ok(Self {
            variants: variants(binaries, peers),
            files,
            allocations: binaries.example("allocations"),
            samples: BTreeMap::new(),
        })
    }

    /// One round: every variant on every payload, one after the other.
    pub fn round(&mut self) -> Result<(), BenchError> {
        for (number, payload) in Payload::ALL.into_iter().enumerate() {
            for place in 0..self.variants.len() {
                if let Ok((program, arguments)) = self.variants[place].command.clone() {
                    let file = &self.files[payload.name()];
                    let measured = measure(&program, &arguments, file, rounds(payload))?;
                    self.samples.entry((number, place)).or_default().add(measured);
                }
            }
        }
        self.compare()
    }

    /// All who ran have to have read the same.
    fn compare(&self) -> Result<(), BenchError> {
        for ((payload, place), samples) in &self.samples {
            let first = self.samples.iter().find(|((other, _), _)| other == payload);
            let expected = first.map_or("", |(_, samples)| samples.checksum.as_str());
            if samples.checksum != expected {
                return Err(BenchError::Differs {
                    variant: self.variants[*place].title.to_owned(),
                    payload: Payload::ALL[*payload].name().to_owned(),
                    found: samples.checksum.clone(),
                    expected: expected.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The rows, with what is counted and not timed. This takes a while: valgrind is slow.
    pub fn rows(&self, counts: bool) -> Result<Vec<DecodeRow>, BenchError> {
        let mut rows = Vec::new();
        for (number, payload) in Payload::ALL.into_iter().enumerate() {
            for (place, variant) in self.variants.iter().enumerate() {
                let samples = self.samples.get(&(number, place)).cloned().unwrap_or_default();
                let reason = variant.command.clone().err().unwrap_or_default();
                let (instructions, allocations) = if counts {
                    (self.instructions(variant, payload)?, self.allocations(variant, payload)?)
                } else {
                    (Figure::missing("not asked for"), Figure::missing("not asked for"))
                };
                rows.push(DecodeRow {
                    payload: payload.name().to_owned(),
                    variant: variant.title.to_owned(),
                    cpu_ms: Figure::of(samples.cpu_ms.median(), &reason),
                    instructions_per_record: instructions,
                    allocations_per_record: allocations,
                    peak_mb: Figure::of(samples.peak_mb.median(), &reason),
                    checksum: samples.checksum,
                });
            }
        }
        Ok(rows)
    }

    /// Two rounds without one, under valgrind.
    fn instructions(&self, variant: &Variant, payload: Payload) -> Result<Figure, BenchError> {
        let (program, arguments) = match &variant.command {
            Ok(command) => command,
            Err(reason) => return Ok(Figure::missing(reason)),
        };
        if variant.language == Language::Node {
            return Ok(Figure::missing("Node compiles at run time, which callgrind cannot count"));
        }
        if variant.language == Language::Python && payload != Payload::B10k {
            return Ok(Figure::missing("of Python only on b_10k, because it takes minutes"));
        }
        let file = self.files[payload.name()].display().to_string();
        let count = |rounds: &str| {
            let all = [&arguments[..], &[file.clone(), rounds.to_owned()]].concat();
            callgrind::instructions(program, &all)
        };
        let difference = count("1").and_then(|one| Ok(count("2")?.saturating_sub(one)));
        match difference {
            Ok(count) => Ok(Figure::Number(float(count) / float(payload.shape().records))),
            Err(CallgrindError::Missing) => {
                Ok(Figure::missing(CallgrindError::Missing.to_string()))
            }
            Err(error) => Err(BenchError::Command {
                command: format!("valgrind {}", program.display()),
                reason: error.to_string(),
            }),
        }
    }

    fn allocations(&self, variant: &Variant, payload: Payload) -> Result<Figure, BenchError> {
        let arguments = match &variant.command {
            Ok((_, arguments)) if variant.language == Language::Rust => arguments,
            Ok(_) => return Ok(Figure::missing("counted in Rust only")),
            Err(reason) => return Ok(Figure::missing(reason)),
        };
        let text = output(&self.allocations, arguments, &self.files[payload.name()], "2")?;
        Ok(Figure::of(text.trim().parse().ok(), "the counter printed no number"))
    }
}

impl Samples {
    fn add(&mut self, measured: Measured) {
        let counted = measured.rounds_ns.iter().skip(WARM_UP);
        self.cpu_ms.extend(counted.map(|nanoseconds| float(*nanoseconds) / 1e6));
        self.peak_mb.extend(measured.peak_rss_bytes.map(|bytes| float(bytes) / 1e6));
        self.checksum = measured.checksum;
    }
}

/// As many as take about half a second in the slowest language, and more than the warm-up.
fn rounds(payload: Payload) -> usize {
    match payload {
        Payload::A100 => 200,
        Payload::B10k | Payload::C1k => 9,
    }
}

/// What a decoder in another language reads of an event in a file, or why it cannot be run.
pub type Checksum = (&'static str, Result<String, String>);

/// What those in other languages read of an event in a file.
pub fn checksums_of_peers(peers: &Peers, file: &Path) -> Result<Vec<Checksum>, BenchError> {
    let mut checksums = Vec::new();
    for variant in of_peers(peers) {
        let checksum = match variant.command {
            Ok((program, arguments)) => Ok(measure(&program, &arguments, file, 1)?.checksum),
            Err(reason) => Err(reason),
        };
        checksums.push((variant.title, checksum));
    }
    Ok(checksums)
}

fn variants(binaries: &Binaries, peers: &Peers) -> Vec<Variant> {
    let rust = |title, job: &str| Variant {
        title,
        language: Language::Rust,
        command: Ok((binaries.path("millrace-workload"), vec![job.to_owned()])),
    };
    let ours = [rust(MILLRACE, "millrace"), rust(NAIVE, "naive")];
    ours.into_iter().chain(of_peers(peers)).collect()
}

fn of_peers(peers: &Peers) -> [Variant; 4] {
    let script =
        |title, language, program: &Result<PathBuf, String>, script: PathBuf, name: &str| {
            let arguments = vec![script.display().to_string(), name.to_owned()];
            Variant { title, language, command: program.clone().map(|path| (path, arguments)) }
        };
    let python = |title, name| {
        script(title, Language::Python, &peers.python, python_scripts().join("decode.py"), name)
    };
    let node = |title, name| {
        script(title, Language::Node, &peers.node, node_scripts().join("decode.mjs"), name)
    };
    [
        python(POWERTOOLS, "powertools"),
        python(ORJSON, "orjson"),
        node(NODE, "plain"),
        node(NODE_POWERTOOLS, "powertools"),
    ]
}

fn measure(
    program: &Path,
    arguments: &[String],
    file: &Path,
    rounds: usize,
) -> Result<Measured, BenchError> {
    let text = output(program, arguments, file, &rounds.to_string())?;
    serde_json::from_str(&text).map_err(|error| BenchError::Command {
        command: program.display().to_string(),
        reason: format!("it printed no measurement ({error})"),
    })
}

fn output(
    program: &Path,
    arguments: &[String],
    file: &Path,
    rounds: &str,
) -> Result<String, BenchError> {
    let mut command = Command::new(program);
    command.args(arguments).arg(file).arg(rounds).stdin(Stdio::null());
    // Python's hashes, and with them the work that its dictionaries make, are otherwise random.
    command.env("PYTHONHASHSEED", "0");
    let reason = match command.output() {
        Ok(output) if output.status.success() => {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    Err(BenchError::Command { command: format!("{command:?}"), reason })
}
