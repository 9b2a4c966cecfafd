//! Counting instructions with valgrind, which no noise of the machine can move.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Why instructions were not counted.
#[derive(Debug, thiserror::Error)]
pub enum CallgrindError {
    /// There is no valgrind.
    #[error("valgrind is not installed; on Debian and Ubuntu: apt-get install valgrind")]
    Missing,
    /// It could not be run.
    #[error("valgrind cannot be run: {0}")]
    Spawn(#[source] io::Error),
    /// What it ran failed, or it did.
    #[error("{program} failed under valgrind: {output}")]
    Failed {
        /// What it ran.
        program: String,
        /// The end of what it wrote.
        output: String,
    },
}

/// What `valgrind --version` says; `None` where there is none.
pub fn version() -> Option<String> {
    let output = Command::new("valgrind").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    output.status.success().then(|| text.trim().to_owned())
}

/// The instructions that a program takes from its start to its end.
pub fn instructions(
    program: &Path,
    arguments: &[impl AsRef<OsStr>],
) -> Result<u64, CallgrindError> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(program).args(arguments).stdin(Stdio::null());
    let output = command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => CallgrindError::Missing,
        _ => CallgrindError::Spawn(error),
    })?;
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told.lines().find_map(|line| line.split_once("Collected :"));
    let collected = collected.and_then(|(_, count)| count.trim().parse().ok());
    let failed = || CallgrindError::Failed {
        program: program.display().to_string(),
        output: told.lines().rev().take(5).collect::<Vec<_>>().join(" / "),
    };
    collected.filter(|_| output.status.success()).ok_or_else(failed)
}
