//! What the fuzz targets hold, held for their corpus, for what once broke them, for the seeds made
//! of the sample events, and for what a fixed random seed makes of all these. Guided by coverage and
//! without end: `scripts/fuzz`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use base64_simd::STANDARD as BASE64;
use fastrand::Rng;
use millrace_fuzz_targets::{TARGETS, Target, seeds};

/// How many variants are made of each input.
const VARIANTS: usize = 20;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// The files of a folder, by name; nothing if there is no folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

fn run(target: Target, input: &[u8], source: &str) {
    let outcome = catch_unwind(AssertUnwindSafe(|| target(input)));
    assert!(outcome.is_ok(), "made of {source}: {}", BASE64.encode_to_string(input));
}

/// The input with a few bytes changed, taken away, put in or repeated.
fn variant(input: &[u8], random: &mut Rng) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..random.usize(1..4) {
        let at = random.usize(..=bytes.len());
        let end = (at + random.usize(..16)).min(bytes.len());
        match random.u8(..5) {
            0 if at < bytes.len() => bytes[at] = random.u8(..),
            1 if at < bytes.len() => bytes[at] ^= 1 << random.u8(..8),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.extend_from_within(at..end),
            _ => bytes.insert(at, *random.choice(br#"{}[]",:\0-1e9 "#).unwrap()),
        }
    }
    bytes
}

/// Runs a target on its corpus, its seeds, what once broke it, and on variants of them all.
fn replay(name: &str) {
    let (_, target) = TARGETS.into_iter().find(|(target, _)| *target == name).unwrap();
    let mut inputs = files(&fuzz().join("corpus").join(name));
    assert!(!inputs.is_empty(), "{name} has no corpus");
    inputs.extend(files(&fuzz().join("regressions").join(name)));
    let seeds = seeds().into_iter().filter(|seed| seed.target == name);
    let seeds: Vec<(String, Vec<u8>)> = seeds.map(|seed| (seed.name, seed.bytes)).collect();
    assert!(!seeds.is_empty(), "{name} has no seeds");
    let mut random = Rng::with_seed(7);
    for (source, input) in inputs.into_iter().chain(seeds) {
        run(target, &input, &source);
        for _ in 0..VARIANTS {
            run(target, &variant(&input, &mut random), &source);
        }
    }
}

#[test]
fn events_are_decoded_or_refused() {
    replay("event");
}

#[test]
fn values_are_events_or_refused() {
    for name in ["user_event", "transaction", "transaction_label", "sensor_reading"] {
        replay(name);
    }
}

#[test]
fn stored_states_are_read_or_refused() {
    replay("state");
}

#[test]
fn failed_batches_are_read_or_refused() {
    replay("failed_batch");
}

#[test]
fn dead_letters_are_read_or_refused() {
    replay("dead_letter");
}

/// Every body has a target under libFuzzer, and every target is documented.
#[test]
fn every_target_is_fuzzed() {
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        let target = fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("millrace_fuzz_targets::{name}(data)")), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
    let folders = fs::read_dir(fuzz().join("fuzz_targets")).unwrap();
    assert_eq!(folders.count(), TARGETS.len());
}
