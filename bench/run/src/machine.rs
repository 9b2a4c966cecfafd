//! What it was measured on.

use std::process::Command;

use serde::Serialize;

use crate::peers::Peers;

/// The machine and the versions.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// The day, in UTC.
    pub date: String,
    /// The processor.
    pub cpu: String,
    /// How many cores there are.
    pub cores: usize,
    /// Architecture and operating system.
    pub system: String,
    /// How busy the machine was when it began, as the load average of the last minute.
    pub load_before: String,
    /// The same at the end; the benchmark itself makes for some of it.
    pub load_after: String,
    /// The compiler.
    pub rustc: String,
    /// The profile that the functions were built with.
    pub profile: String,
    /// The runtimes of other languages and the tools, or why they are missing.
    pub others: Vec<(String, String)>,
}

impl Machine {
    /// Looks at this one.
    pub fn look(peers: &Peers, profile: &str) -> Self {
        let valgrind = millrace_workloads::callgrind::version();
        let mut others = peers.versions();
        let missing = "missing; on Debian and Ubuntu: apt-get install valgrind".to_owned();
        others.push(("valgrind".to_owned(), valgrind.unwrap_or(missing)));
        Self {
            date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
            cpu: cpu().unwrap_or_else(|| "unknown".to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            system: format!("{} {}", std::env::consts::ARCH, system()),
            load_before: load(),
            load_after: String::new(),
            rustc: told("rustc", &["--version"]).unwrap_or_else(|| "unknown".to_owned()),
            profile: profile.to_owned(),
            others,
        }
    }

    /// Notes how busy it is at the end.
    pub fn ends(&mut self) {
        self.load_after = load();
    }
}

/// The first line that a program prints.
pub fn told(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_owned())
}

fn cpu() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, name)| name.trim().to_owned())
}

fn system() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    name.map_or_else(|| std::env::consts::OS.to_owned(), |name| name.trim_matches('"').to_owned())
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}
