//! The documents of what is promised against the tests: whatever test they name is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::template::{root, text};

const DOCUMENTS: [&str; 2] = ["docs/invariants.md", "docs/reliability.md"];

/// The names of all functions in the repository's Rust files.
fn functions() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(&root(), &mut names);
    names
}

fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') && name != "node_modules" {
            collect(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            let behind = source.split("fn ").skip(1);
            names.extend(behind.map(|rest| {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                rest[..end.unwrap_or(rest.len())].to_owned()
            }));
        }
    }
}

/// What a document sets in backticks and is a sentence as tests are named by; a name may be cut
/// short by an ellipsis.
fn named_tests(document: &str) -> BTreeSet<&str> {
    let quoted = document.split('`').skip(1).step_by(2);
    let is_name = |name: &&str| {
        let is_sentence = name.matches('_').count() >= 3 || name.ends_with("_…");
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_…".contains(c);
        is_sentence && name.chars().all(allowed)
    };
    quoted.filter(is_name).collect()
}

#[test]
fn every_test_that_the_documents_name_is_there() {
    let functions = functions();
    for path in DOCUMENTS {
        let document = text(path);
        let named = named_tests(&document);
        assert!(named.len() > 10, "{path}: {named:?}");
        for name in named {
            let is_there = match name.strip_suffix('…') {
                Some(start) => functions.iter().any(|function| function.starts_with(start)),
                None => functions.contains(name),
            };
            assert!(is_there, "{path} names {name}, and there is no such test");
        }
    }
}

#[test]
fn every_invariant_names_tests_and_says_why_it_holds() {
    let (invariants, reliability) = (text("docs/invariants.md"), text("docs/reliability.md"));
    for number in 1..=8 {
        let row = invariants.lines().find(|line| line.starts_with(&format!("| **I{number}** |")));
        let row = row.unwrap_or_else(|| panic!("I{number} has no row"));
        assert!(!named_tests(row).is_empty(), "I{number} names no test");
        let (_, why) = reliability.split_once(&format!("\n**I{number}, ")).unwrap();
        let why = why.split("\n\n**I").next().unwrap();
        assert!(why.contains("Held by"), "I{number} does not say which test holds it");
    }
}
