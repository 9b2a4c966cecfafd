//! Starts that fail, children that are killed, and none that is left behind.

#![expect(clippy::expect_used, reason = "a helper of a test fails the test")]

use std::time::Duration;

use millrace_runtime_api::{Exit, FunctionProcess, FunctionSpec, LogSink, Outcome, ProcessError};

const PROBE: &str = env!("CARGO_BIN_EXE_runtime-api-probe");
const HOUR: &str = r#"{"do":"sleep","ms":3600000}"#;
const PATIENCE: Duration = Duration::from_mins(1);

fn spec() -> FunctionSpec {
    FunctionSpec::new("probe", PROBE)
}

async fn start_error(spec: FunctionSpec) -> ProcessError {
    FunctionProcess::start(spec).await.expect_err("the start should fail")
}

#[tokio::test]
async fn a_binary_that_does_not_exist_is_named() {
    let error = start_error(FunctionSpec::new("analytics", "no/such/binary")).await;
    assert_eq!(
        error.to_string(),
        "function `analytics`: there is no file no/such/binary; build it, or check the path"
    );
}

#[tokio::test]
async fn a_path_that_is_no_program_is_named() {
    let error = start_error(FunctionSpec::new("analytics", env!("CARGO_MANIFEST_DIR"))).await;
    assert!(matches!(error, ProcessError::Spawn { .. }), "{error}");
    assert!(error.to_string().contains(env!("CARGO_MANIFEST_DIR")), "{error}");
}

#[tokio::test]
async fn a_reported_init_error_is_told_in_its_own_words() {
    let error = start_error(spec().with_env("PROBE_INIT", "error")).await;
    let ProcessError::InitError { error_type, message, .. } = error else {
        panic!("an init error was due: {error}");
    };
    assert_eq!((error_type.as_str(), message.as_str()), ("Probe.Config", "TABLE is not set"));
}

#[tokio::test]
async fn an_exit_while_initialising_is_told_with_what_was_written() {
    let error = start_error(spec().with_env("PROBE_INIT", "exit")).await;
    assert_eq!(
        error.to_string(),
        "function `probe` ended (exit code 3) while initialising; it wrote:\n  PROBE_INIT says no"
    );
}

#[tokio::test]
async fn an_initialisation_that_hangs_is_cut_off() {
    let mut spec = spec().with_env("PROBE_INIT", "hang");
    spec.init_timeout = Duration::from_millis(200);
    let error = start_error(spec).await;
    assert!(matches!(error, ProcessError::InitTimedOut { .. }), "{error}");
}

#[tokio::test]
async fn killing_in_the_middle_of_an_invocation_is_a_crash() {
    let process = FunctionProcess::start(spec()).await.unwrap();
    let (invoked, ()) = tokio::join!(process.invoke(HOUR), async {
        process.wait_for_log("sleeping", PATIENCE).await.expect("the handler runs");
        process.kill().await;
    });
    let Outcome::Crashed { exit, last_log_lines } = invoked.unwrap().outcome else {
        panic!("a crash was due");
    };
    assert_eq!(exit, Exit::Signal(9));
    assert_eq!(last_log_lines, ["sleeping"]);
    assert!(process.invoke("1").await.unwrap().outcome.response().is_some());
    assert_eq!(process.restarts(), 1);
}

#[tokio::test]
async fn killing_or_stopping_between_two_invocations_costs_a_restart_only() {
    let process = FunctionProcess::start(spec()).await.unwrap();
    process.kill().await;
    assert!(process.invoke("1").await.unwrap().outcome.response().is_some());
    process.stop().await;
    assert!(process.invoke("2").await.unwrap().outcome.response().is_some());
    assert_eq!(process.restarts(), 2);
}

#[tokio::test]
async fn lines_go_to_the_sink() {
    let (sender, mut lines) = tokio::sync::mpsc::unbounded_channel();
    let sink = LogSink::Call(std::sync::Arc::new(move |line: &str| {
        let _ = sender.send(line.to_owned());
    }));
    let process = FunctionProcess::start(spec().with_log(sink)).await.unwrap();
    process.invoke(r#"{"do":"log"}"#).await.unwrap();
    let mut both = [lines.recv().await.unwrap(), lines.recv().await.unwrap()];
    both.sort();
    assert_eq!(both, ["to standard error", "to standard output"]);
}

#[tokio::test]
async fn an_invocation_that_nobody_waits_for_any_more_takes_its_child_along() {
    let process = FunctionProcess::start(spec()).await.unwrap();
    tokio::select! {
        _ = process.invoke(HOUR) => panic!("it sleeps for an hour"),
        line = process.wait_for_log("sleeping", PATIENCE) => assert!(line.is_some()),
    }
    assert!(process.invoke("1").await.unwrap().outcome.response().is_some());
    assert_eq!(process.restarts(), 1);
}

#[test]
fn an_override_that_names_no_file_is_told() {
    // In a process of its own: setting a variable of this one is not safe beside other threads.
    let output = std::process::Command::new(PROBE)
        .args(["binary", "my-function"])
        .env("MILLRACE_FUNCTION_BINARY_MY_FUNCTION", "no/such/binary")
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().trim_end(),
        "MILLRACE_FUNCTION_BINARY_MY_FUNCTION is set to no/such/binary, which is no file; \
         correct it or unset it"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_does_not_outlive_a_caller_that_is_killed() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    let mut host =
        Command::new(PROBE).arg("host").stdout(Stdio::piped()).spawn().expect("the probe runs");
    let mut pid = String::new();
    BufReader::new(host.stdout.take().unwrap()).read_line(&mut pid).unwrap();
    let pid: u32 = pid.trim().parse().expect("a process id");
    assert!(is_running(pid));

    host.kill().unwrap();
    host.wait().unwrap();
    let patience = std::time::Instant::now() + PATIENCE;
    while is_running(pid) {
        assert!(std::time::Instant::now() < patience, "process {pid} is still there");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process exists and is more than an entry that nobody has collected.
#[cfg(target_os = "linux")]
fn is_running(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    let state = stat.rsplit(')').next().unwrap_or_default().trim_start();
    !state.starts_with('Z') && !state.starts_with('X')
}

/// Ctrl-C in a terminal goes to the whole process group that is in its foreground.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_child_is_in_a_process_group_of_its_own_if_it_is_told_to_be() {
    let group = |process: u32| {
        let status = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        // After the name in parentheses: state, parent, group.
        let (_, fields) = status.rsplit_once(')').unwrap();
        fields.split_whitespace().nth(2).unwrap().parse::<u32>().unwrap()
    };
    let usual = FunctionProcess::start(spec()).await.unwrap();
    assert_eq!(group(usual.pid().unwrap()), group(std::process::id()));
    let apart = FunctionProcess::start(spec().in_own_process_group()).await.unwrap();
    assert_eq!(group(apart.pid().unwrap()), apart.pid().unwrap());
}
