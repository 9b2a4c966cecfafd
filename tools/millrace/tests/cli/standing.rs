//! Endpoints of a process that outlives the commands.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::command::millrace;

/// `millrace endpoints`, until this is dropped.
pub(crate) struct Endpoints {
    child: Child,
    pub(crate) url: String,
    pub(crate) queue_url: String,
}

impl Endpoints {
    pub(crate) fn start() -> Self {
        let mut command = millrace(&["endpoints"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the command can be run");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut lines = lines.map(|line| line.expect("UTF-8"));
        let mut value = |name: &str| {
            let found = lines.find_map(|line| Some(line.strip_prefix(name)?.to_owned()));
            found.expect("each variable has its line")
        };
        let url = value("MILLRACE_ENDPOINT_URL=");
        let queue_url = value("DEAD_LETTER_QUEUE_URL=");
        assert_eq!(value("STREAM_NAME="), "millrace-archive", "for relay, in the same file");
        Self { child, url, queue_url }
    }
}

impl Drop for Endpoints {
    fn drop(&mut self) {
        // They may have ended by themselves.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
