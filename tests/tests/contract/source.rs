//! The functions' source, as text: which AWS operations it calls, which metrics it names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::stack::FUNCTIONS;
use crate::template::{root, text};

/// The source of a crate without its tests, a file an entry.
pub(crate) fn files(crate_folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(&root().join(crate_folder).join("src"), &mut found);
    assert!(!found.is_empty(), "there is no source in {crate_folder}");
    found
}

fn collect(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "tests" {
            collect(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") && name != "tests.rs" {
            let source = fs::read_to_string(&path).unwrap();
            // Tests stand at the end of their file.
            let (code, _) = source.split_once("#[cfg(test)]\nmod tests {").unwrap_or((&source, ""));
            found.push(code.to_owned());
        }
    }
}

/// What is called on anything that is named a client: `client.put_object(`, over lines or in one.
pub(crate) fn calls_on_clients(source: &str) -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    for (place, _) in source.match_indices("client") {
        let behind = source[place + "client".len()..].trim_start();
        let Some(method) = behind.strip_prefix('.') else { continue };
        let end =
            method.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(method.len());
        if method[end..].starts_with('(') {
            calls.insert(method[..end].to_owned());
        }
    }
    calls
}

/// The folders of the workspace crates that a function is made of, its own first.
pub(crate) fn crates_of(function: &str) -> Vec<String> {
    let workspace = text("Cargo.toml");
    let members: Vec<(&str, &str)> = workspace
        .lines()
        .filter_map(|line| line.split_once(" = { path = \""))
        .filter_map(|(name, rest)| Some((name, rest.split_once('"')?.0)))
        .collect();
    let mut folders = vec![format!("functions/{function}")];
    let mut place = 0;
    while place < folders.len() {
        let names = dependencies_of(&folders[place]);
        for (name, folder) in &members {
            if names.contains(*name) && !folders.iter().any(|known| known == folder) {
                folders.push((*folder).to_owned());
            }
        }
        place += 1;
    }
    folders
}

/// The AWS services that a function has an SDK for, itself or in a crate that is no function.
pub(crate) fn services_of(function: &str) -> BTreeSet<String> {
    let own = format!("functions/{function}");
    let of_others: Vec<String> =
        FUNCTIONS.iter().map(|(_, other)| format!("functions/{other}")).collect();
    let mut services = BTreeSet::new();
    for folder in crates_of(function) {
        if folder == own || !of_others.contains(&folder) {
            let names = dependencies_of(&folder);
            services.extend(
                names.iter().filter_map(|name| name.strip_prefix("aws-sdk-")).map(str::to_owned),
            );
        }
    }
    services
}

/// The names under `[dependencies]` in a crate's manifest.
fn dependencies_of(folder: &str) -> BTreeSet<String> {
    let manifest = text(&format!("{folder}/Cargo.toml"));
    let (_, dependencies) = manifest.split_once("\n[dependencies]\n").unwrap();
    let dependencies = dependencies.split("\n[").next().unwrap().lines();
    let names = dependencies.filter_map(|line| line.split(['.', ' ']).next());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[test]
fn calls_are_found_over_lines_and_only_on_clients() {
    let source = "self.client\n    .put_object()\n client.get_item() clients.sqs.clone() other.run() client.x";
    let expected = ["get_item", "put_object"].map(str::to_owned);
    assert_eq!(calls_on_clients(source), BTreeSet::from(expected));
}
