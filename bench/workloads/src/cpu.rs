//! What this process has used, as the operating system tells it.

use std::time::Duration;

/// CPU time and memory of this process so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// CPU time of all threads; `None` where the system does not tell.
    pub cpu_time: Option<Duration>,
    /// The most memory that was resident, in bytes; Linux only.
    pub peak_rss_bytes: Option<u64>,
}

/// What this process has used so far.
pub fn usage() -> Usage {
    Usage { cpu_time: cpu_time(), peak_rss_bytes: peak_rss_bytes() }
}

#[cfg(unix)]
fn cpu_time() -> Option<Duration> {
    let clock = nix::time::ClockId::CLOCK_PROCESS_CPUTIME_ID;
    nix::time::clock_gettime(clock).ok().map(Into::into)
}

#[cfg(not(unix))]
fn cpu_time() -> Option<Duration> {
    None
}

fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1_024)
}
