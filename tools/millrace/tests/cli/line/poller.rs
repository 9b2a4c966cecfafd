//! `millrace poll`, running.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use serde_json::Value;

use crate::command::Finished;

/// The command until it ends, or until this is dropped.
pub(super) struct Poller {
    child: Child,
    /// What it wrote to its standard error so far.
    told: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Poller {
    pub(super) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command can be run");
        let lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let told = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&told);
        let reader = thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                heard.push_str(&line);
                heard.push('\n');
            }
        });
        Self { child, told, reader: Some(reader) }
    }

    /// Whether it has said something that contains this.
    pub(super) fn has_told(&self, text: &str) -> bool {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).contains(text)
    }

    /// Ctrl-C.
    pub(super) fn interrupt(&self) {
        let process = self.child.id().to_string();
        let kill = Command::new("kill").args(["-INT", &process]).status();
        assert!(kill.expect("kill").success());
    }

    /// SIGKILL, about which it can do nothing. The processes that it had started: they are not killed
    /// with it.
    pub(super) fn kill(mut self) -> Vec<u32> {
        let children = children_of(self.child.id());
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
        children
    }

    /// Waits for its end.
    pub(super) async fn finish(mut self) -> Finished {
        let finished = tokio::task::spawn_blocking(move || {
            let stdout = self.child.stdout.take().expect("it is piped");
            let stdout = std::io::read_to_string(stdout).expect("UTF-8").into_bytes();
            let status = self.child.wait().expect("it ends");
            self.reader.take().expect("once").join().expect("no panic");
            let stderr = self.told.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Finished::from(Output { status, stdout, stderr: stderr.into_bytes() })
        });
        finished.await.expect("no panic")
    }

    /// Waits for its end; it has done every record, and this is its report.
    pub(super) async fn succeed(self) -> Value {
        let finished = self.finish().await;
        assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
        serde_json::from_str(&finished.stdout).expect("one JSON object")
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        // It has ended if all is well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a process is there, and does not only wait to be buried.
pub(super) fn is_alive(process: u32) -> bool {
    stat(process).is_some_and(|(state, _)| state != "Z")
}

fn children_of(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("Linux").flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(|process| stat(*process).is_some_and(|(_, of)| of == parent)).collect()
}

/// The state of a process, and its parent.
fn stat(process: u32) -> Option<(String, u32)> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which is in brackets and can hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}
