//! Function processes, one for each invocation at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::future::BoxFuture;
use millrace_runtime_api::{FunctionProcess, FunctionSpec, Outcome, ProcessError};

use super::{Function, FunctionFailure, InvokeOutcome, Invoked};

/// As many processes of a function as invocations were going on at once: as Lambda's execution
/// environments, one is started when all others are busy, and used again afterwards.
#[derive(Debug)]
pub struct ProcessPool {
    spec: FunctionSpec,
    /// The one used last is used next.
    idle: Mutex<Vec<FunctionProcess>>,
}

impl ProcessPool {
    /// Starts the first process, so that a function which cannot start is noticed at once.
    ///
    /// # Errors
    /// As [`FunctionProcess::start`].
    pub async fn start(spec: FunctionSpec) -> Result<Self, ProcessError> {
        let first = FunctionProcess::start(spec.clone()).await?;
        Ok(ProcessPool { spec, idle: Mutex::new(vec![first]) })
    }

    /// Ends all processes that are idle. Those that are busy are killed with their invocation.
    pub async fn stop(&self) {
        let idle = std::mem::take(&mut *self.lock());
        for process in idle {
            process.stop().await;
        }
    }

    /// The process that an invocation would get now, if one is idle.
    pub fn with_idle<T>(&self, look: impl FnOnce(&[FunctionProcess]) -> T) -> T {
        look(&self.lock())
    }

    async fn invoke_one(&self, event: Bytes) -> Result<Invoked, ProcessError> {
        let idle = self.lock().pop();
        let process = match idle {
            Some(process) => process,
            None => FunctionProcess::start(self.spec.clone()).await?,
        };
        let invoked = process.invoke(event).await;
        self.lock().push(process);
        Ok(invoked?.into())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<FunctionProcess>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Function for ProcessPool {
    fn invoke(&self, event: Bytes) -> BoxFuture<'_, Invoked> {
        Box::pin(async move {
            self.invoke_one(event).await.unwrap_or_else(|error| {
                InvokeOutcome::NotInvoked { message: error.to_string() }.into()
            })
        })
    }
}

/// One process: invocations wait for each other.
impl Function for FunctionProcess {
    fn invoke(&self, event: Bytes) -> BoxFuture<'_, Invoked> {
        Box::pin(async move {
            match FunctionProcess::invoke(self, event).await {
                Ok(invoked) => invoked.into(),
                Err(error) => InvokeOutcome::NotInvoked { message: error.to_string() }.into(),
            }
        })
    }
}

impl From<millrace_runtime_api::InvokeOutcome> for Invoked {
    fn from(invoked: millrace_runtime_api::InvokeOutcome) -> Self {
        Invoked { request_id: invoked.request_id, outcome: read(invoked.outcome) }
    }
}

fn read(outcome: Outcome) -> InvokeOutcome {
    let message = outcome.to_string();
    let failure = match outcome {
        Outcome::Response(body) => return InvokeOutcome::Answered(body),
        Outcome::FunctionError { error_type, .. } if error_type == RESPONSE_TOO_LARGE => {
            FunctionFailure::ResponseTooLarge
        }
        Outcome::FunctionError { .. } => FunctionFailure::Error,
        Outcome::TimedOut => FunctionFailure::TimedOut,
        Outcome::Crashed { .. } => FunctionFailure::Crashed,
    };
    InvokeOutcome::Failed { failure, message }
}

/// What the Runtime API says of a response that is too large.
const RESPONSE_TOO_LARGE: &str = "Function.ResponseSizeTooLarge";

#[cfg(test)]
mod tests {
    use millrace_runtime_api::Exit;

    use super::*;

    #[test]
    fn each_outcome_of_a_process_is_told_apart() {
        let failure = |outcome| match read(outcome) {
            InvokeOutcome::Failed { failure, .. } => failure,
            other => panic!("{other:?}"),
        };
        let error = |error_type: &str| Outcome::FunctionError {
            error_type: error_type.to_owned(),
            message: "no".to_owned(),
            body: Bytes::new(),
        };
        let crash = Outcome::Crashed { exit: Exit::Signal(9), last_log_lines: Vec::new() };
        assert_eq!(failure(error("Config")), FunctionFailure::Error);
        assert_eq!(failure(error(RESPONSE_TOO_LARGE)), FunctionFailure::ResponseTooLarge);
        assert_eq!(failure(Outcome::TimedOut), FunctionFailure::TimedOut);
        assert_eq!(failure(crash), FunctionFailure::Crashed);
        let body = Bytes::from_static(b"{}");
        assert_eq!(read(Outcome::Response(body.clone())), InvokeOutcome::Answered(body));
    }
}
