//! What came of a start or of an invocation.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use crate::invocation::MAX_PAYLOAD_BYTES;

/// One finished invocation: what came of it and what it took.
#[derive(Clone, Debug)]
pub struct InvokeOutcome {
    /// What came of it.
    pub outcome: Outcome,
    /// The id that was sent in `Lambda-Runtime-Aws-Request-Id`.
    pub request_id: String,
    /// From handing the invocation over to its answer (or crash, or timeout).
    pub duration: Duration,
    /// How long the child's start took, if this is the first invocation after it. Lambda bills it.
    pub init_duration: Option<Duration>,
    /// The most memory the child has had resident since its start (`VmHWM`). Linux only; `None`
    /// also when the child is gone.
    pub peak_rss_bytes: Option<u64>,
    /// CPU time the child used for this invocation. Linux only; `None` when the child is gone.
    pub cpu_time: Option<Duration>,
    /// CPU time the child has used since its start, initialisation included. Linux only.
    pub process_cpu_time: Option<Duration>,
}

/// How an invocation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The function answered.
    Response(Bytes),
    /// The function reported an error. The child lives on.
    FunctionError {
        /// `errorType` of the report, or what the header said.
        error_type: String,
        /// `errorMessage` of the report.
        message: String,
        /// The report as it came.
        body: Bytes,
    },
    /// The timeout passed and the child was killed.
    TimedOut,
    /// The child ended before it answered.
    Crashed {
        /// How it ended.
        exit: Exit,
        /// The last lines it wrote.
        last_log_lines: Vec<String>,
    },
}

impl Outcome {
    /// The answer, if there was one.
    pub fn response(&self) -> Option<&Bytes> {
        match self {
            Outcome::Response(body) => Some(body),
            _ => None,
        }
    }
}

impl fmt::Display for Outcome {
    /// A phrase for a person; an answer's content is left out.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Response(body) => write!(formatter, "a response of {} bytes", body.len()),
            Outcome::FunctionError { error_type, message, .. } => {
                write!(formatter, "an error of the function: {error_type}: {message}")
            }
            Outcome::TimedOut => formatter.write_str("a timeout"),
            Outcome::Crashed { exit, last_log_lines } => {
                write!(formatter, "a crash ({exit}){}", LastLines(last_log_lines))
            }
        }
    }
}

/// How a child process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// The operating system did not say.
    Unknown,
}

impl fmt::Display for Exit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Code(code) => write!(formatter, "exit code {code}"),
            Exit::Signal(signal) => write!(formatter, "signal {signal}"),
            Exit::Unknown => formatter.write_str("ended for an unknown reason"),
        }
    }
}

/// Why a function could not be started or invoked.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The binary is not there.
    #[error("function `{name}`: there is no file {}; build it, or check the path", path.display())]
    BinaryMissing {
        /// The function's name.
        name: String,
        /// Where it should be.
        path: PathBuf,
    },
    /// The operating system refused to run it.
    #[error("function `{name}`: {} could not be run: {source}", path.display())]
    Spawn {
        /// The function's name.
        name: String,
        /// The binary.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// No port for the Runtime API.
    #[error("the runtime api could not listen on 127.0.0.1: {0}")]
    Listen(#[source] std::io::Error),
    /// The function reported `/init/error`.
    #[error(
        "function `{name}` failed to initialise: {error_type}: {message}{}",
        LastLines(last_log_lines)
    )]
    InitError {
        /// The function's name.
        name: String,
        /// `errorType` of its report.
        error_type: String,
        /// `errorMessage` of its report.
        message: String,
        /// The last lines it wrote.
        last_log_lines: Vec<String>,
    },
    /// The child ended before it asked for its first invocation.
    #[error("function `{name}` ended ({exit}) while initialising{}", LastLines(last_log_lines))]
    InitExit {
        /// The function's name.
        name: String,
        /// How it ended.
        exit: Exit,
        /// The last lines it wrote.
        last_log_lines: Vec<String>,
    },
    /// The child did not ask for an invocation in time; it was killed.
    #[error(
        "function `{name}` did not ask for an invocation within {} s of its start{}",
        limit.as_secs_f64(),
        LastLines(last_log_lines)
    )]
    InitTimedOut {
        /// The function's name.
        name: String,
        /// `init_timeout` of its specification.
        limit: Duration,
        /// The last lines it wrote.
        last_log_lines: Vec<String>,
    },
    /// Lambda would refuse this payload.
    #[error(
        "the payload has {bytes} bytes; lambda takes {MAX_PAYLOAD_BYTES} at most: send fewer records"
    )]
    PayloadTooLarge {
        /// Its size.
        bytes: usize,
    },
}

/// `; it wrote: …` with the last few of the child's lines, or nothing if it wrote none.
struct LastLines<'a>(&'a [String]);

impl fmt::Display for LastLines<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 10;
        if self.0.is_empty() {
            return Ok(());
        }
        formatter.write_str("; it wrote:")?;
        for line in &self.0[self.0.len().saturating_sub(SHOWN)..] {
            write!(formatter, "\n  {line}")?;
        }
        Ok(())
    }
}
