//! Ctrl-C at any time: an orderly end, and no child left behind.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::millrace;

const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn in_the_middle_of_the_stream() {
    let mut demo = start(&["demo", "--json"]);
    let function = wait_for(|| child_of(demo.id(), "analytics"));
    interrupt(&demo);
    let status = demo.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    wait_for(|| (!is_running(function)).then_some(()));
    assert_eq!(rest_of(demo.stdout.take()), "", "no half of a report");
    assert_eq!(rest_of(demo.stderr.take()), "millrace: interrupted\n");
}

#[test]
fn in_a_terminal_where_it_reaches_the_function_as_well() {
    // Several times, because either of the two may notice it first.
    for _ in 0..5 {
        let demo = start(&["demo", "--json"]);
        let function = wait_for(|| child_of(demo.id(), "analytics"));
        let group = format!("-{}", demo.id());
        send("-INT", &["--", &group]);
        let finished = demo.wait_with_output().expect("it ends");
        let errors = String::from_utf8_lossy(&finished.stderr);
        assert_eq!(
            (finished.status.code(), errors.as_ref()),
            (Some(130), "millrace: interrupted\n")
        );
        wait_for(|| (!is_running(function)).then_some(()));
    }
}

#[test]
fn while_what_was_kept_is_looked_at() {
    let mut demo = start(&["demo", "--records", "500", "--json", "--keep"]);
    let mut errors = BufReader::new(demo.stderr.take().expect("it is piped"));
    let url = wait_for_line(&mut errors, "Running at ");
    let url = url.split_whitespace().nth(2).expect("Running at URL").to_owned();
    let line = wait_for_line(&mut errors, "sqs receive-message");
    assert!(line.starts_with(&format!("aws --endpoint-url {url} ")), "{line}");
    // It is the endpoints that answer there.
    let address = url.strip_prefix("http://").expect("a URL");
    std::net::TcpStream::connect(address).expect("something listens");

    interrupt(&demo);
    assert_eq!(demo.wait().expect("it ends").code(), Some(0));
    assert!(std::net::TcpStream::connect(address).is_err(), "nothing listens any more");
    let report = rest_of(demo.stdout.take());
    serde_json::from_str::<serde_json::Value>(&report).expect("one JSON object");
}

#[test]
fn while_endpoints_serve_others() {
    let mut endpoints = start(&["endpoints"]);
    let mut lines = BufReader::new(endpoints.stdout.take().expect("it is piped"));
    let line = wait_for_line(&mut lines, "STATE_TABLE=");
    assert_eq!(line.trim_end(), "STATE_TABLE=millrace-state");
    interrupt(&endpoints);
    assert_eq!(endpoints.wait().expect("it ends").code(), Some(0));
}

fn start(arguments: &[&str]) -> Child {
    let mut command = millrace(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A process group of its own, as a shell gives one to each command.
    command.process_group(0).spawn().expect("the command can be run")
}

/// What Ctrl-C does, but to the command alone: it has to take its function along by itself.
fn interrupt(child: &Child) {
    send("-INT", &[&child.id().to_string()]);
}

fn send(signal: &str, to: &[&str]) {
    let sent = Command::new("kill").arg(signal).args(to).status();
    assert!(sent.expect("there is a kill").success());
}

fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "waited for a minute");
        thread::sleep(Duration::from_millis(5));
    }
}

fn wait_for_line(lines: &mut impl BufRead, part: &str) -> String {
    let mut line = String::new();
    while !line.contains(part) {
        line.clear();
        let length = lines.read_line(&mut line).expect("UTF-8");
        assert!(length > 0, "no line contained {part:?}");
    }
    line
}

fn rest_of(output: Option<impl Read>) -> String {
    let mut text = String::new();
    output.expect("it is piped").read_to_string(&mut text).expect("UTF-8");
    text
}

/// A child process of this name.
fn child_of(parent: u32, name: &str) -> Option<u32> {
    let processes = fs::read_dir("/proc").expect("a list of processes");
    let mut pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.find(|pid| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let Some((named, rest)) = stat.rsplit_once(')') else { return false };
        let is_named = named.ends_with(&format!("({name}"));
        is_named && rest.split_whitespace().nth(1) == Some(&parent.to_string())
    })
}

/// Whether a process exists and is more than an entry that nobody has collected.
fn is_running(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(')').map(|(_, rest)| rest.trim_start());
    state.is_some_and(|state| !state.starts_with(['Z', 'X']))
}
