//! What to run, and how.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A function as its deployment would describe it.
#[derive(Clone, Debug)]
pub struct FunctionSpec {
    /// The function's executable. [`crate::function_binary()`] finds and builds the workspace's own.
    pub binary: PathBuf,
    /// What the executable is given on its command line; nothing, for a function's own. A runtime of
    /// another language wants to know its handler.
    pub arguments: Vec<String>,
    /// `AWS_LAMBDA_FUNCTION_NAME`, and the last part of the function's ARN.
    pub name: String,
    /// The function's own environment variables. They win over those that Lambda sets, save for
    /// the address of the Runtime API.
    pub env: Vec<(String, String)>,
    /// `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, in MB. Told to the function, not enforced.
    pub memory_mb: u32,
    /// The longest an invocation may take. The child is killed after it.
    pub timeout: Duration,
    /// The longest the child may take from its start to its first request for an invocation.
    pub init_timeout: Duration,
    /// What happens to the lines the child writes, apart from the last ones being kept.
    pub log: LogSink,
    /// Whether Ctrl-C in a terminal passes the child by, so that an invocation can be waited for.
    pub has_own_process_group: bool,
}

impl FunctionSpec {
    /// A function with Lambda's own defaults where those suit a test: 512 MB, 60 s for an
    /// invocation, 10 s to initialise, log lines kept only.
    pub fn new(name: impl Into<String>, binary: impl Into<PathBuf>) -> Self {
        FunctionSpec {
            binary: binary.into(),
            arguments: Vec::new(),
            name: name.into(),
            env: Vec::new(),
            memory_mb: 512,
            timeout: Duration::from_mins(1),
            init_timeout: Duration::from_secs(10),
            log: LogSink::Keep,
            has_own_process_group: false,
        }
    }

    /// Adds one environment variable.
    #[must_use]
    pub fn with_env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Adds an argument of the command line.
    #[must_use]
    pub fn with_argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets the longest an invocation may take.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Lets Ctrl-C in a terminal pass the child by.
    #[must_use]
    pub fn in_own_process_group(mut self) -> Self {
        self.has_own_process_group = true;
        self
    }

    /// Sets where the child's lines go.
    #[must_use]
    pub fn with_log(mut self, log: LogSink) -> Self {
        self.log = log;
        self
    }
}

/// Where each line goes that the child writes to its standard output or standard error.
///
/// Whichever is chosen, the last lines are kept for [`crate::FunctionProcess::log_lines`] and for
/// the report of a crash.
#[derive(Clone)]
pub enum LogSink {
    /// Nowhere else.
    Keep,
    /// To this process's standard error, as it is.
    Stderr,
    /// To a function, which is called from the task that reads the child's output and so should
    /// return quickly.
    Call(Arc<dyn Fn(&str) + Send + Sync>),
}

impl fmt::Debug for LogSink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            LogSink::Keep => "Keep",
            LogSink::Stderr => "Stderr",
            LogSink::Call(_) => "Call",
        })
    }
}
