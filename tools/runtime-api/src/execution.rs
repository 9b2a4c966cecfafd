//! One execution environment: a child process and the server that it alone talks to.
//!
//! A restarted child gets a new server on a new port, so that nothing a dead one left behind (a
//! request for an invocation, a late answer) can be taken for the new one's.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::invocation::{self, InvocationHeaders, InvokeOptions};
use crate::log::Log;
use crate::measure::{Usage, usage};
use crate::outcome::{Exit, Outcome, ProcessError};
use crate::server::{Answer, Delivery, ErrorReport, Report, Server};
use crate::spec::FunctionSpec;
use crate::supervisor::{ChildHandle, supervise};
use crate::variables;

/// How long the last lines of a dead child are waited for: its pipes close with it, unless a
/// process that it started still holds them.
const LAST_LINES_WAIT: Duration = Duration::from_secs(1);

pub(crate) struct ExecutionEnvironment {
    pub(crate) child: ChildHandle,
    /// How long the child took to ask for its first invocation; the first invocation takes it.
    pub(crate) init_duration: Option<Duration>,
    deliveries: mpsc::Sender<Delivery>,
    reports: mpsc::UnboundedReceiver<Report>,
    log: Arc<Log>,
    log_start: u64,
    /// Ends with the child's outputs.
    log_readers: JoinSet<()>,
    /// The server and the supervisor. Dropping them ends both, and the child.
    _tasks: JoinSet<()>,
}

impl ExecutionEnvironment {
    /// Starts a server and a child. The child's initialisation has yet to be waited for, see
    /// [`ExecutionEnvironment::initialise`].
    pub(crate) async fn spawn(spec: &FunctionSpec, log: &Arc<Log>) -> Result<Self, ProcessError> {
        let (deliveries, delivered) = mpsc::channel(1);
        let (report_sender, reports) = mpsc::unbounded_channel();
        let server = Server::bind(delivered, report_sender).await.map_err(ProcessError::Listen)?;
        let address = server.address;
        let log_start = log.position();

        let mut command = Command::new(&spec.binary);
        #[cfg(unix)]
        if spec.has_own_process_group {
            command.process_group(0);
        }
        let spawned = command
            .args(&spec.arguments)
            .env_clear()
            .envs(variables::environment(spec, address))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut child = spawned.map_err(|source| {
            let (name, path) = (spec.name.clone(), spec.binary.clone());
            if path.exists() {
                ProcessError::Spawn { name, path, source }
            } else {
                ProcessError::BinaryMissing { name, path }
            }
        })?;

        let mut log_readers = JoinSet::new();
        if let Some(output) = child.stdout.take() {
            log_readers.spawn(log.clone().read_from(output));
        }
        if let Some(output) = child.stderr.take() {
            log_readers.spawn(log.clone().read_from(output));
        }
        let (child, supervisor) = supervise(child);
        let mut tasks = JoinSet::new();
        tasks.spawn(server.run());
        tasks.spawn(supervisor);
        Ok(ExecutionEnvironment {
            child,
            init_duration: None,
            deliveries,
            reports,
            log: log.clone(),
            log_start,
            log_readers,
            _tasks: tasks,
        })
    }

    /// Waits until the child asks for its first invocation.
    pub(crate) async fn initialise(&mut self, spec: &FunctionSpec) -> Result<(), ProcessError> {
        let started = Instant::now();
        let name = spec.name.clone();
        let report = tokio::select! {
            biased;
            report = self.reports.recv() => report,
            exit = self.child.exited() => {
                let last_log_lines = self.last_log_lines().await;
                // A function may report its error and end before this task looks.
                match self.reports.try_recv() {
                    Ok(report @ Report::InitError(_)) => Some(report),
                    _ => return Err(ProcessError::InitExit { name, exit, last_log_lines }),
                }
            }
            () = sleep(spec.init_timeout) => {
                self.child.kill().await;
                let last_log_lines = self.last_log_lines().await;
                let limit = spec.init_timeout;
                return Err(ProcessError::InitTimedOut { name, limit, last_log_lines });
            }
        };
        if let Some(Report::InitError(ErrorReport { error_type, message, .. })) = report {
            self.child.kill().await;
            let last_log_lines = self.last_log_lines().await;
            return Err(ProcessError::InitError { name, error_type, message, last_log_lines });
        }
        self.init_duration = Some(started.elapsed());
        Ok(())
    }

    /// Hands over one invocation and waits for what comes of it. The child is gone afterwards if
    /// that is a timeout or a crash.
    pub(crate) async fn invoke(
        &mut self,
        spec: &FunctionSpec,
        request_id: &str,
        payload: bytes::Bytes,
        options: &InvokeOptions,
    ) -> Outcome {
        let limit = options.timeout.unwrap_or(spec.timeout);
        let headers = InvocationHeaders {
            request_id,
            deadline_ms: invocation::deadline_ms(&options.deadline, limit),
            function_arn: &variables::function_arn(spec),
        };
        let delivery = Delivery { headers: headers.to_header_map(), payload };
        // There is room: the one before has been answered. It fails only without a server.
        let _ = self.deliveries.try_send(delivery);

        let killed_at = sleep(limit);
        tokio::pin!(killed_at);
        loop {
            tokio::select! {
                biased;
                Some(report) = self.reports.recv() => {
                    if let Some(outcome) = outcome_of(report, request_id) {
                        return outcome;
                    }
                }
                exit = self.child.exited() => return self.outcome_of_exit(exit, request_id).await,
                () = &mut killed_at => {
                    self.child.kill().await;
                    return Outcome::TimedOut;
                }
            }
        }
    }

    pub(crate) fn usage(&self) -> Usage {
        self.child.pid.filter(|_| !self.child.has_exited()).map(usage).unwrap_or_default()
    }

    /// A crash, unless an answer came just before it.
    async fn outcome_of_exit(&mut self, exit: Exit, request_id: &str) -> Outcome {
        let last_log_lines = self.last_log_lines().await;
        while let Ok(report) = self.reports.try_recv() {
            if let Some(outcome) = outcome_of(report, request_id) {
                return outcome;
            }
        }
        Outcome::Crashed { exit, last_log_lines }
    }

    async fn last_log_lines(&mut self) -> Vec<String> {
        let readers = &mut self.log_readers;
        let _ =
            timeout(LAST_LINES_WAIT, async { while readers.join_next().await.is_some() {} }).await;
        self.log.lines_since(self.log_start)
    }
}

fn outcome_of(report: Report, request_id: &str) -> Option<Outcome> {
    match report {
        Report::Answer { request_id: answered, answer } if answered == request_id => {
            Some(match answer {
                Answer::Response(body) => Outcome::Response(body),
                Answer::Error(ErrorReport { error_type, message, body }) => {
                    Outcome::FunctionError { error_type, message, body }
                }
            })
        }
        // The request for the next invocation that followed the last answer, or an answer to
        // something that was not asked.
        _ => None,
    }
}
