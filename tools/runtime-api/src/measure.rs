//! What a child process takes, as far as the operating system tells.

use std::time::Duration;

/// A child's memory and CPU time at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// The most memory that has been resident, in bytes.
    pub(crate) peak_rss_bytes: Option<u64>,
    /// CPU time of all its threads since its start.
    pub(crate) cpu_time: Option<Duration>,
}

#[cfg(target_os = "linux")]
pub(crate) fn usage(pid: u32) -> Usage {
    Usage { peak_rss_bytes: peak_rss_bytes(pid), cpu_time: cpu_time(pid) }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn usage(_pid: u32) -> Usage {
    Usage::default()
}

#[cfg(target_os = "linux")]
fn peak_rss_bytes(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// The process's CPU clock counts nanoseconds, where `/proc/PID/stat` counts ticks of 10 ms: longer
/// than most invocations take.
#[cfg(target_os = "linux")]
fn cpu_time(pid: u32) -> Option<Duration> {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).ok()?);
    let clock = nix::time::clock_getcpuclockid(pid).ok()?;
    Some(nix::time::clock_gettime(clock).ok()?.into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_cpu_time() {
        let usage = usage(std::process::id());
        assert!(usage.peak_rss_bytes.unwrap() > 100 * 1024);
        assert!(usage.cpu_time.unwrap() > Duration::ZERO);
    }
}
