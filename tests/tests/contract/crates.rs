//! The crates: none of them may hold unsafe code, and all of them are looked at.

use std::path::{Path, PathBuf};

use crate::template::{root, text};

/// The folders with a `Cargo.toml`, as paths from the repository's root.
fn manifests() -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root(), &mut found);
    found.retain(|path| path.parent() != Some(&root()));
    assert!(found.len() >= 14, "{found:?}");
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') && name != "node_modules" {
            collect(&path, found);
        } else if name == "Cargo.toml" {
            found.push(path);
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_in_every_crate() {
    let workspace = text("Cargo.toml");
    let (_, lints) = workspace.split_once("[workspace.lints.rust]").unwrap();
    assert!(lints.lines().any(|line| line == r#"unsafe_code = "forbid""#));
    for manifest in manifests() {
        let manifest_text = std::fs::read_to_string(&manifest).unwrap();
        let inherits = manifest_text.contains("[lints]\nworkspace = true");
        let forbids = manifest_text.contains(r#"unsafe_code = "forbid""#);
        assert!(inherits || forbids, "{} allows unsafe code", manifest.display());
    }
}

/// `forbid` cannot be taken back by an attribute; this is for what would be seen only when it is
/// compiled.
#[test]
fn continuous_integration_checks_licences_bans_and_sources() {
    let ci = text(".ci/run");
    assert!(ci.contains("cargo-deny --log-level error check bans licenses sources"));
    assert!(text(".github/workflows/ci.yml").contains("check advisories"));
    let deny = text("deny.toml");
    for rule in [r#"unknown-registry = "deny""#, r#"unknown-git = "deny""#, "allow-git = []"] {
        assert!(deny.contains(rule), "{rule}");
    }
}

#[test]
fn the_documents_say_that_dead_letters_carry_the_data() {
    let page = text("docs/operations/dead-letters.md");
    assert!(page.contains("Messages carry the data they came with"));
}
