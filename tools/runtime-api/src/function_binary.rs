//! Where a function's binary is, built if need be.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

/// This crate's folder when it was built: two levels below the workspace's root.
const MANIFEST_DIR: &str = env!("CARGO_MANIFEST_DIR");

/// The functions of the workspace. Whoever asks for one mostly needs the others as well, and a call
/// of Cargo takes its time even where nothing is to be built.
const FUNCTIONS: [&str; 2] = ["analytics", "relay"];

/// Binaries that are known to be up to date, by package. The lock is held while building, so that
/// two tests of one process do not both ask Cargo.
static BUILT: LazyLock<Mutex<HashMap<String, PathBuf>>> = LazyLock::new(Mutex::default);

/// Why there is no binary to run.
#[derive(Debug, thiserror::Error)]
pub enum BinaryError {
    /// The override names no file.
    #[error("{variable} is set to {}, which is no file; correct it or unset it", path.display())]
    Override {
        /// The environment variable.
        variable: String,
        /// Its value.
        path: PathBuf,
    },
    /// This tool was built from sources that are no longer there.
    #[error(
        "the workspace that this tool was built from is no longer at {}; set {variable} to the path of a built `{name}`",
        workspace.display()
    )]
    NoWorkspace {
        /// The function.
        name: String,
        /// Where the workspace was.
        workspace: PathBuf,
        /// The environment variable that helps.
        variable: String,
    },
    /// Cargo could not be run.
    #[error(
        "`{cargo}` could not be run to build `{name}` ({source}); set {variable} to the path of a built one"
    )]
    NoCargo {
        /// The function.
        name: String,
        /// The command.
        cargo: String,
        /// The environment variable that helps.
        variable: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The build failed.
    #[error("building `{name}` failed ({command}):\n{output}")]
    Build {
        /// The function.
        name: String,
        /// What was run.
        command: String,
        /// What the compiler wrote.
        output: String,
    },
}

/// The path of a function's binary, which `cargo build` has just brought up to date, in the profile
/// and the target directory of the running test or tool. Builds once per process, and then all
/// functions; the call blocks meanwhile.
///
/// `MILLRACE_FUNCTION_BINARY_<NAME>` (upper case, `_` for `-`) names a binary to take as it is.
///
/// # Errors
/// When the override is no file, when there is no workspace or no Cargo, when the build fails.
pub fn function_binary(name: &str) -> Result<PathBuf, BinaryError> {
    let variable = override_variable(name);
    if let Some(path) = env::var_os(&variable).map(PathBuf::from) {
        return if path.is_file() {
            Ok(path)
        } else {
            Err(BinaryError::Override { variable, path })
        };
    }
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = built.get(name) {
        return Ok(path.clone());
    }
    let workspace = workspace_root();
    if !workspace.join("Cargo.toml").is_file() {
        return Err(BinaryError::NoWorkspace { name: name.to_owned(), workspace, variable });
    }
    let location = env::current_exe()
        .ok()
        .and_then(|executable| BuildLocation::of_executable(&executable))
        .unwrap_or_else(|| BuildLocation::default_of(&workspace));
    build(name, &workspace, &location, variable)?;
    for function in FUNCTIONS.into_iter().chain([name]) {
        built.insert(function.to_owned(), location.binary(function));
    }
    Ok(location.binary(name))
}

fn build(
    name: &str,
    workspace: &Path,
    location: &BuildLocation,
    variable: String,
) -> Result<(), BinaryError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(&cargo);
    // `millrace` is built along with the functions: Cargo unifies the features of what it builds
    // together, and building a function alone could choose others for the crates they share, that
    // is, compile them all a second time.
    command.current_dir(workspace);
    command.args(["build", "--quiet", "--bins", "-p", "millrace", "-p", name]);
    for function in FUNCTIONS.into_iter().filter(|function| *function != name) {
        command.args(["-p", function]);
    }
    command.args(location.cargo_arguments());
    let output = command.output().map_err(|source| BinaryError::NoCargo {
        name: name.to_owned(),
        cargo: cargo.to_string_lossy().into_owned(),
        variable,
        source,
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(BinaryError::Build {
        name: name.to_owned(),
        command: format!("{command:?}"),
        output: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

fn override_variable(name: &str) -> String {
    format!("MILLRACE_FUNCTION_BINARY_{}", name.to_uppercase().replace('-', "_"))
}

fn workspace_root() -> PathBuf {
    let manifest_dir = Path::new(MANIFEST_DIR);
    manifest_dir.ancestors().nth(2).unwrap_or(manifest_dir).to_owned()
}

/// Which of Cargo's output folders something was built into.
#[derive(Debug, PartialEq, Eq)]
struct BuildLocation {
    target_dir: PathBuf,
    /// Only of a build for another platform.
    triple: Option<String>,
    /// The folder's name, which is the profile's but for `debug`.
    profile_dir: String,
}

impl BuildLocation {
    /// Reads `…/target/[triple/]profile/[deps/ or examples/]name`. Cargo marks the target directory
    /// with a `CACHEDIR.TAG`, by which it is told from a triple's folder.
    fn of_executable(executable: &Path) -> Option<Self> {
        let folder = executable.parent()?;
        let inner = folder.file_name().is_some_and(|name| name == "deps" || name == "examples");
        let profile_folder = if inner { folder.parent()? } else { folder };
        let profile_dir = profile_folder.file_name()?.to_str()?.to_owned();
        let above = profile_folder.parent()?;
        if is_target_dir(above) {
            return Some(BuildLocation { target_dir: above.to_owned(), triple: None, profile_dir });
        }
        let target_dir = above.parent().filter(|folder| is_target_dir(folder))?.to_owned();
        let triple = Some(above.file_name()?.to_str()?.to_owned());
        Some(BuildLocation { target_dir, triple, profile_dir })
    }

    /// For a tool that was copied out of its target directory.
    fn default_of(workspace: &Path) -> Self {
        let target_dir = workspace.join("target");
        BuildLocation { target_dir, triple: None, profile_dir: "debug".to_owned() }
    }

    fn cargo_arguments(&self) -> Vec<OsString> {
        let profile = if self.profile_dir == "debug" { "dev" } else { &self.profile_dir };
        let mut arguments: Vec<OsString> = vec!["--profile".into(), profile.into()];
        arguments.extend(["--target-dir".into(), self.target_dir.clone().into()]);
        if let Some(triple) = &self.triple {
            arguments.extend(["--target".into(), triple.into()]);
        }
        arguments
    }

    fn binary(&self, name: &str) -> PathBuf {
        let mut path = self.target_dir.clone();
        path.extend(&self.triple);
        path.push(&self.profile_dir);
        path.push(format!("{name}{}", env::consts::EXE_SUFFIX));
        path
    }
}

fn is_target_dir(folder: &Path) -> bool {
    folder.join("CACHEDIR.TAG").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target_dir() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("CACHEDIR.TAG"), "").unwrap();
        folder
    }

    #[test]
    fn the_profile_is_read_from_where_a_test_or_a_tool_runs() {
        let target = target_dir();
        let test = target.path().join("debug/deps/unit-0123456789abcdef");
        let location = BuildLocation::of_executable(&test).unwrap();
        assert_eq!(location.profile_dir, "debug");
        assert_eq!(location.cargo_arguments()[..2], ["--profile", "dev"]);
        assert_eq!(
            location.binary("analytics"),
            target.path().join(format!("debug/analytics{}", env::consts::EXE_SUFFIX))
        );

        let tool = target.path().join("release/millrace");
        let location = BuildLocation::of_executable(&tool).unwrap();
        assert_eq!(location.cargo_arguments()[..2], ["--profile", "release"]);
    }

    #[test]
    fn a_triple_between_target_and_profile_is_passed_on() {
        let target = target_dir();
        let tool = target.path().join("aarch64-unknown-linux-gnu/release/millrace");
        let location = BuildLocation::of_executable(&tool).unwrap();
        assert_eq!(location.target_dir, target.path());
        assert_eq!(location.triple.as_deref(), Some("aarch64-unknown-linux-gnu"));
        assert_eq!(location.profile_dir, "release");
    }

    #[test]
    fn a_tool_outside_a_target_directory_tells_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(BuildLocation::of_executable(&folder.path().join("bin/millrace")), None);
    }

    #[test]
    fn the_override_is_spelled_as_an_environment_variable() {
        assert_eq!(override_variable("my-function"), "MILLRACE_FUNCTION_BINARY_MY_FUNCTION");
    }

    #[test]
    fn the_workspace_is_two_levels_up() {
        let manifest = std::fs::read_to_string(workspace_root().join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[workspace]"));
    }
}
