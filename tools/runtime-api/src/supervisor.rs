//! Owns one child process: waits for its end, and ends it when told.

use std::process::ExitStatus;

use tokio::process::Child;
use tokio::sync::{mpsc, watch};

use crate::outcome::Exit;

#[derive(Clone, Copy, Debug)]
enum Command {
    Kill,
    Terminate,
}

/// Reaches a child from anywhere.
#[derive(Clone)]
pub(crate) struct ChildHandle {
    /// `None` only if the child had ended before it could be asked.
    pub(crate) pid: Option<u32>,
    commands: mpsc::UnboundedSender<Command>,
    exit: watch::Receiver<Option<Exit>>,
}

impl ChildHandle {
    /// Sends SIGKILL and waits for the end.
    pub(crate) async fn kill(&mut self) -> Exit {
        let _ = self.commands.send(Command::Kill);
        self.exited().await
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let _ = self.commands.send(Command::Terminate);
    }

    /// Waits for the end.
    pub(crate) async fn exited(&mut self) -> Exit {
        let exit = self.exit.wait_for(Option::is_some).await;
        exit.ok().and_then(|exit| *exit).unwrap_or(Exit::Unknown)
    }

    pub(crate) fn has_exited(&self) -> bool {
        self.exit.borrow().is_some()
    }
}

/// The handle of a child, and the task that owns it. The child was spawned with `kill_on_drop`, so
/// it ends when the task is dropped.
pub(crate) fn supervise(child: Child) -> (ChildHandle, impl Future<Output = ()>) {
    let (commands, received) = mpsc::unbounded_channel();
    let (exit_sender, exit) = watch::channel(None);
    let handle = ChildHandle { pid: child.id(), commands, exit };
    (handle, run(child, received, exit_sender))
}

async fn run(
    mut child: Child,
    mut commands: mpsc::UnboundedReceiver<Command>,
    exit: watch::Sender<Option<Exit>>,
) {
    let status = loop {
        tokio::select! {
            status = child.wait() => break status,
            Some(command) = commands.recv() => match command {
                Command::Kill => {
                    let _ = child.start_kill();
                }
                Command::Terminate => terminate(&mut child),
            },
        }
    };
    exit.send_replace(Some(status.map_or(Exit::Unknown, exit_of)));
}

#[cfg(unix)]
fn terminate(child: &mut Child) {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;
    // The id is there and not reused as long as nobody has waited for the child, which only `run` does.
    if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) {
        let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
    }
}

#[cfg(not(unix))]
fn terminate(child: &mut Child) {
    let _ = child.start_kill();
}

fn exit_of(status: ExitStatus) -> Exit {
    if let Some(code) = status.code() {
        return Exit::Code(code);
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return Exit::Signal(signal);
        }
    }
    Exit::Unknown
}
