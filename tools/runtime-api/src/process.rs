//! A function that can be invoked: its child process, replaced when it is lost.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::time::timeout;

use crate::execution::ExecutionEnvironment;
use crate::invocation::{self, Deadline, InvokeOptions, MAX_PAYLOAD_BYTES};
use crate::log::Log;
use crate::outcome::{InvokeOutcome, ProcessError};
use crate::spec::FunctionSpec;
use crate::supervisor::ChildHandle;

/// How long [`FunctionProcess::stop`] waits between SIGTERM and SIGKILL.
const STOP_GRACE: Duration = Duration::from_secs(2);

/// A running function. Dropping it kills the child.
///
/// Invocations wait for each other, as they do in one execution environment of Lambda: start several
/// for several at once. All methods take `&self`, so that one task can invoke while another kills.
pub struct FunctionProcess {
    spec: FunctionSpec,
    log: Arc<Log>,
    /// Held during an invocation. `None` after a timeout or a crash.
    environment: tokio::sync::Mutex<Option<ExecutionEnvironment>>,
    /// The newest child, reachable while an invocation holds the environment.
    child: Mutex<Option<ChildHandle>>,
    starts: AtomicU32,
}

impl FunctionProcess {
    /// Starts the function and waits until it asks for its first invocation.
    ///
    /// # Errors
    /// When the binary is missing or cannot be run, or when it fails to initialise: it reports an
    /// error, ends, or takes longer than the specification allows.
    pub async fn start(spec: FunctionSpec) -> Result<Self, ProcessError> {
        let process = FunctionProcess {
            log: Log::new(spec.log.clone()),
            spec,
            environment: tokio::sync::Mutex::default(),
            child: Mutex::default(),
            starts: AtomicU32::new(0),
        };
        let started = process.start_environment().await?;
        *process.environment.lock().await = Some(started);
        Ok(process)
    }

    /// Invokes the function as Lambda would: the deadline it is told is the timeout that is enforced.
    ///
    /// A child that has been lost is replaced first. Errors of the function, crashes and timeouts
    /// are outcomes. Dropping the returned future kills the child.
    ///
    /// # Errors
    /// When the payload is over Lambda's limit, or when a replacement fails to start.
    pub async fn invoke(&self, payload: impl Into<Bytes>) -> Result<InvokeOutcome, ProcessError> {
        self.invoke_with(payload, &InvokeOptions::default()).await
    }

    /// Tells the function a shorter deadline than the timeout that is enforced, so that a test sees
    /// what a function does when time runs out rather than how it is killed.
    ///
    /// # Errors
    /// As [`FunctionProcess::invoke`].
    pub async fn invoke_with_deadline(
        &self,
        payload: impl Into<Bytes>,
        deadline: Duration,
    ) -> Result<InvokeOutcome, ProcessError> {
        let options = InvokeOptions { deadline: Deadline::In(deadline), timeout: None };
        self.invoke_with(payload, &options).await
    }

    /// Invokes the function with a deadline and a timeout of one's own.
    ///
    /// # Errors
    /// As [`FunctionProcess::invoke`].
    pub async fn invoke_with(
        &self,
        payload: impl Into<Bytes>,
        options: &InvokeOptions,
    ) -> Result<InvokeOutcome, ProcessError> {
        let payload = payload.into();
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(ProcessError::PayloadTooLarge { bytes: payload.len() });
        }
        let mut slot = self.environment.lock().await;
        let alive = slot.take().filter(|environment| !environment.child.has_exited());
        let mut environment = match alive {
            Some(environment) => environment,
            None => self.start_environment().await?,
        };
        let init_duration = environment.init_duration.take();
        let request_id = invocation::request_id();
        let before = environment.usage();
        let handed_over = Instant::now();
        let outcome = environment.invoke(&self.spec, &request_id, payload, options).await;
        let duration = handed_over.elapsed();
        let after = environment.usage();
        let cpu_time = after.cpu_time.zip(before.cpu_time);
        if !environment.child.has_exited() {
            *slot = Some(environment);
        }
        Ok(InvokeOutcome {
            outcome,
            request_id,
            duration,
            init_duration,
            peak_rss_bytes: after.peak_rss_bytes,
            cpu_time: cpu_time.map(|(after, before)| after.saturating_sub(before)),
            process_cpu_time: after.cpu_time,
        })
    }

    /// Kills the child (SIGKILL) and waits for its end. An invocation in progress ends as a crash;
    /// the next one starts a fresh child.
    pub async fn kill(&self) {
        if let Some(mut child) = self.current_child() {
            child.kill().await;
        }
    }

    /// Asks the child to end (SIGTERM), waits two seconds, then kills it.
    pub async fn stop(&self) {
        let Some(mut child) = self.current_child() else { return };
        child.terminate();
        if timeout(STOP_GRACE, child.exited()).await.is_err() {
            child.kill().await;
        }
    }

    /// How often a lost child has been replaced.
    pub fn restarts(&self) -> u32 {
        self.starts.load(Ordering::Relaxed).saturating_sub(1)
    }

    /// The newest child's process id, whether it still runs or not.
    pub fn pid(&self) -> Option<u32> {
        self.current_child().and_then(|child| child.pid)
    }

    /// The last lines (1,000 at most) the function wrote, oldest first. Reading them runs beside the
    /// invocations: a line written just before an answer may follow a little later.
    pub fn log_lines(&self) -> Vec<String> {
        self.log.lines_since(0)
    }

    /// The first kept line that contains the text; waits for it if there is none yet, up to a limit.
    pub async fn wait_for_log(&self, text: &str, limit: Duration) -> Option<String> {
        timeout(limit, self.log.line_containing(text)).await.ok()
    }

    /// The specification it was started with.
    pub fn spec(&self) -> &FunctionSpec {
        &self.spec
    }

    async fn start_environment(&self) -> Result<ExecutionEnvironment, ProcessError> {
        let mut environment = ExecutionEnvironment::spawn(&self.spec, &self.log).await?;
        self.starts.fetch_add(1, Ordering::Relaxed);
        *self.child.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(environment.child.clone());
        environment.initialise(&self.spec).await?;
        Ok(environment)
    }

    fn current_child(&self) -> Option<ChildHandle> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for FunctionProcess {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FunctionProcess")
            .field("name", &self.spec.name)
            .field("pid", &self.pid())
            .field("restarts", &self.restarts())
            .finish_non_exhaustive()
    }
}
