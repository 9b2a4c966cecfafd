//! What the functions need around them: AWS, with tables, topic, queue and archive in it.
//!
//! ```text
//!   Stack ─ Aws        endpoints on loopback (or elsewhere) and clients
//!         └ Resources  tables, alert topic, archive, dead-letter queue ─▶ variables ─▶ function
//! ```

mod archive;
mod aws;
mod failed_batches;
mod inbox;
mod messages;
mod metrics;
mod queue;
mod resources;
mod rows;
mod watch;

use millrace_runtime_api::{FunctionProcess, FunctionSpec, LogSink, function_binary};

pub(crate) use archive::Taken;
pub(crate) use aws::{Aws, CREDENTIALS, REGION};
pub(crate) use messages::DeadLetter;
pub(crate) use metrics::Metrics;
pub(crate) use resources::{Naming, Resources};
pub(crate) use rows::{Row, Rows};
pub(crate) use watch::{Changes, Watch};

use crate::error::Error;
use crate::function::Function;

/// A running stack. Endpoints of our own stop with it.
pub(crate) struct Stack {
    /// Where AWS is.
    pub(crate) aws: Aws,
    /// What there is in it.
    pub(crate) resources: Resources,
}

impl Stack {
    /// Starts endpoints of our own, or takes the given ones, and creates what is missing.
    pub(crate) async fn start(endpoint_url: Option<&str>, naming: Naming) -> Result<Self, Error> {
        let aws = Aws::start(endpoint_url).await?;
        let resources = Box::pin(Resources::create(&aws, naming)).await?;
        Ok(Self { aws, resources })
    }

    /// Builds a function if need be and starts it. The variables come on top of those that lead it
    /// to this stack; the lines that it writes go to the log.
    pub(crate) async fn run(
        &self,
        function: Function,
        variables: &[(String, String)],
        log: LogSink,
    ) -> Result<FunctionProcess, Error> {
        let mut spec = self.spec(function, &[], log).await?;
        for (name, value) in variables {
            spec = spec.with_env(name, value);
        }
        Ok(FunctionProcess::start(spec).await?)
    }

    /// Builds a function if need be; how to start it. The variables come below those that lead it to
    /// this stack.
    pub(crate) async fn spec(
        &self,
        function: Function,
        variables: &[(String, String)],
        log: LogSink,
    ) -> Result<FunctionSpec, Error> {
        let binary = tokio::task::spawn_blocking(move || function_binary(function.name()));
        let binary = match binary.await {
            Ok(binary) => binary?,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        };
        let mut spec = FunctionSpec::new(function.name(), binary).with_log(log);
        for (name, value) in variables {
            spec = spec.with_env(name, value);
        }
        for (name, value) in function.environment(&self.resources) {
            spec = spec.with_env(name, value);
        }
        Ok(spec)
    }

    /// Stops endpoints of our own. Elsewhere, everything stays.
    pub(crate) async fn leave(self) {
        if let Some(endpoints) = self.aws.embedded {
            endpoints.stop().await;
        }
    }

    /// Stops endpoints of our own. Elsewhere, what was created is deleted.
    pub(crate) async fn stop(self) {
        if self.aws.embedded.is_none() {
            self.resources.delete(&self.aws).await;
        }
        self.leave().await;
    }
}
