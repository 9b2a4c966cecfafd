//! Building what is measured, as it is deployed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::client::EXAMPLE;
use crate::error::BenchError;
use crate::root;

/// What the decoders are in.
pub const DECODERS: &[&str] = &["millrace-workloads"];
/// What everything is in.
pub const ALL: &[&str] = &["analytics", "relay", "millrace-bench-functions", "millrace-workloads"];

/// The functions among them.
const FUNCTIONS: [&str; 4] = ["analytics", "relay", "bench-in-memory", "bench-naive"];

/// The built binaries.
#[derive(Clone, Debug)]
pub struct Binaries {
    folder: PathBuf,
}

impl Binaries {
    /// Builds packages in a profile, `release` being what is deployed: all by one call of Cargo, so that
    /// nothing is compiled twice.
    pub fn build(profile: &str, packages: &[&str]) -> Result<Self, BenchError> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(root()).args(["build", "--profile", profile]);
        command.args(["--bins", "--example", "allocations"]);
        if packages.contains(&"analytics") {
            command.args(["--example", EXAMPLE]);
        }
        for package in packages {
            command.args(["-p", package]);
        }
        if profile == "dev" {
            // With it the crates are those of the tests and the tools, compiled already.
            command.args(["-p", "millrace"]);
        }
        // Cargo shows by itself how far it is; standard output stays for the results.
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
        let failed = |reason| BenchError::Command { command: format!("{command:?}"), reason };
        let status = status.map_err(|error| failed(error.to_string()))?;
        if !status.success() {
            return Err(failed("see above".to_owned()));
        }
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root().join("target"), PathBuf::from);
        let folder = target.join(if profile == "dev" { "debug" } else { profile });
        let built = FUNCTIONS.map(|name| folder.join(name));
        for function in built.iter().filter(|function| function.exists()) {
            unpack(function, &folder.join(UNPACKED))?;
        }
        Ok(Self { folder })
    }

    /// Where one of them is.
    pub fn path(&self, name: &str) -> PathBuf {
        if FUNCTIONS.contains(&name) {
            return self.folder.join(UNPACKED).join(name);
        }
        self.folder.join(name)
    }

    /// Where an example is.
    pub fn example(&self, name: &str) -> PathBuf {
        self.folder.join("examples").join(name)
    }

    /// How large one of them is, in bytes.
    pub fn size(&self, name: &str) -> Option<u64> {
        self.path(name).metadata().ok().map(|metadata| metadata.len())
    }
}

/// The folder of the functions as they are run.
const UNPACKED: &str = "unpacked";

/// Copies a function into a folder, as unpacking a zip would write it. To be run instead of what the linker wrote:
/// that was written through a mapping of the file, stands in the page cache in single pages, and takes half a
/// millisecond of processor time more to start.
pub fn unpack(function: &Path, folder: &Path) -> Result<PathBuf, BenchError> {
    let copy = folder.join(function.file_name().unwrap_or_default());
    fs::create_dir_all(folder).map_err(BenchError::file(folder))?;
    // Into a new file, which has no pages in the cache yet.
    if copy.exists() {
        fs::remove_file(&copy).map_err(BenchError::file(&copy))?;
    }
    fs::copy(function, &copy).map_err(BenchError::file(&copy))?;
    Ok(copy)
}
