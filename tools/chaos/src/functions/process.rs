//! What can be done to a process in the middle of an invocation.

use std::time::Duration;

use bytes::Bytes;
use millrace_runtime_api::{FunctionProcess, InvokeOutcome, ProcessError};
use tokio::time::sleep;

/// Invokes, and kills the process (SIGKILL) after so long if it has not answered by then.
pub(super) async fn killed(
    process: &FunctionProcess,
    event: Bytes,
    after: Duration,
) -> Result<InvokeOutcome, ProcessError> {
    let mut invocation = std::pin::pin!(process.invoke(event));
    tokio::select! {
        biased;
        ended = &mut invocation => return ended,
        () = sleep(after) => process.kill().await,
    }
    invocation.await
}

/// Lets a process stand still (SIGSTOP); false if there is none any more.
#[cfg(unix)]
pub(super) fn stand_still(process: &FunctionProcess) -> bool {
    signal(process, nix::sys::signal::Signal::SIGSTOP)
}

/// Lets it go on (SIGCONT).
#[cfg(unix)]
pub(super) fn go_on(process: &FunctionProcess) -> bool {
    signal(process, nix::sys::signal::Signal::SIGCONT)
}

/// The process is a child that nobody has waited for as long as it is invoked, so its id is its own.
#[cfg(unix)]
fn signal(process: &FunctionProcess, signal: nix::sys::signal::Signal) -> bool {
    let pid = process.pid().and_then(|pid| i32::try_from(pid).ok());
    pid.is_some_and(|pid| nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal).is_ok())
}

/// Nothing stands still here.
#[cfg(not(unix))]
pub(super) fn stand_still(_: &FunctionProcess) -> bool {
    false
}

#[cfg(not(unix))]
pub(super) fn go_on(_: &FunctionProcess) -> bool {
    false
}
