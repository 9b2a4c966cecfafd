//! What the relay makes of every file under `events/` is what `events/README.md` says of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use millrace_shared::kafka::{Batch, Entry};
use relay::line::{self, Envelope};
use serde_json::Value;

/// Lines by their encoding, `"json"`, `"base64"` and `null`; and dead letters.
type Counts = [usize; 4];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

/// The rows of the README's second table.
fn documented() -> BTreeMap<String, Counts> {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    let (_, table) = readme.split_once("\n| file | `\"json\"` |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [file, counts @ ..] = &cells[..] else { panic!("no cell in {row}") };
        let counts: Vec<usize> = counts.iter().map(|count| count.parse().unwrap()).collect();
        (file.trim_matches('`').to_owned(), counts.try_into().unwrap())
    })
    .collect()
}

fn counted(event: &[u8]) -> Counts {
    let batch = Batch::decode(event).unwrap();
    let mut counts = Counts::default();
    for entry in batch.entries() {
        let Entry::Record(record) = entry else {
            counts[3] += 1;
            continue;
        };
        let mut text = Vec::new();
        assert!(line::write(Envelope::Line, &record, &mut text));
        assert_eq!(text.iter().position(|byte| *byte == b'\n'), Some(text.len() - 1));
        counts[place(&text)] += 1;
    }
    counts
}

fn place(line: &[u8]) -> usize {
    // Not all of it: it may hold numbers that no double does.
    let members: BTreeMap<String, Box<serde_json::value::RawValue>> =
        serde_json::from_slice(line).unwrap();
    match serde_json::from_str(members["encoding"].get()).unwrap() {
        Value::Null => 2,
        Value::String(encoding) if encoding == "json" => 0,
        Value::String(encoding) if encoding == "base64" => 1,
        other => panic!("encoding {other}"),
    }
}

#[test]
fn what_comes_of_a_file_is_what_the_table_says() {
    let mut documented = documented();
    for entry in fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if file == "README.md" {
            continue;
        }
        let counts = counted(&fs::read(folder().join(&file)).unwrap());
        match documented.remove(&file) {
            Some(expected) => assert_eq!(counts, expected, "{file}"),
            None => assert_eq!(counts[1..], [0, 0, 0], "{file} is not all \"json\""),
        }
    }
    assert_eq!(documented.len(), 0, "in the table, and not there: {documented:?}");
}
