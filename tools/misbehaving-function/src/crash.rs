//! The real functions, which end where it is worst: all is done, and nobody has been told.

use std::cell::Cell;
use std::env;
use std::process::ExitCode;
use std::time::Duration;

use lambda_runtime::Error;
use millrace_lambda::{BatchHandler, Deadlines, HandlerError, sdk_config, serve as serve_function};
use millrace_shared::kafka::BatchResponse;

/// Of so many batches a process does not survive the last.
const BATCHES: u32 = 3;

/// Is `analytics` or `relay`, as Lambda calls it.
pub(crate) async fn serve() -> ExitCode {
    if env::var("AWS_LAMBDA_FUNCTION_NAME").is_ok_and(|name| name == "relay") {
        serve_function("relay", relay).await
    } else {
        serve_function("analytics", analytics).await
    }
}

fn analytics(name: &str) -> Result<(Crashing<analytics::Analytics>, Duration), Error> {
    let config = analytics::Config::from_environment()?;
    let margin = config.deadline_margin;
    let sdk = sdk_config(config.endpoint_url.as_deref())?;
    let clients = analytics::Clients::new(&sdk);
    Ok((Crashing::new(analytics::Analytics::new(config, &clients, name)), margin))
}

fn relay(name: &str) -> Result<(Crashing<relay::Function>, Duration), Error> {
    let config = relay::Config::from_environment()?;
    let margin = config.deadline_margin;
    let clients = relay::Clients::new(&sdk_config(config.endpoint_url.as_deref())?);
    Ok((Crashing::new(relay::Function::new(config, &clients, name)), margin))
}

/// A function, and how many batches it has been given.
struct Crashing<Function> {
    function: Function,
    batches: Cell<u32>,
}

impl<Function> Crashing<Function> {
    fn new(function: Function) -> Self {
        Self { function, batches: Cell::new(0) }
    }
}

impl<Function: BatchHandler> BatchHandler for Crashing<Function> {
    async fn handle(
        &self,
        body: &[u8],
        deadlines: Deadlines,
    ) -> Result<BatchResponse, HandlerError> {
        let response = self.function.handle(body, deadlines).await;
        self.batches.set(self.batches.get() + 1);
        if self.batches.get() == BATCHES {
            std::process::abort();
        }
        response
    }
}
