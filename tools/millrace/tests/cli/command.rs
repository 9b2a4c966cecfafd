//! Running the command.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use millrace_runtime_api::function_binary;

/// What a finished command said.
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The command, on endpoints of its own, with functions that have been built once for all tests.
pub(crate) fn millrace(arguments: &[&str]) -> Command {
    let function = |name| function_binary(name).expect("the functions can be built");
    let mut command = Command::new(env!("CARGO_BIN_EXE_millrace"));
    command
        .args(arguments)
        .env("MILLRACE_FUNCTION_BINARY_ANALYTICS", function("analytics"))
        .env("MILLRACE_FUNCTION_BINARY_RELAY", function("relay"))
        .env_remove("MILLRACE_ENDPOINT_URL");
    command
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str]) -> Finished {
    let output = millrace(arguments).output().expect("the command can be run");
    Finished::from(output)
}

/// A file of `events/`.
pub(crate) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events").join(name)
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Finished {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}
