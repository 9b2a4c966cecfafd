//! From the start of the process to the last invocation.
#![expect(async_fn_in_trait, reason = "only ever used as a type parameter, on one thread")]

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use millrace_shared::kafka::BatchResponse;
use serde::de::IgnoredAny;
use tracing::error;

use crate::answer::HandlerError;
use crate::body::{Body, BodyLayer};
use crate::deadline::Deadlines;
use crate::{init_error, logging};

/// A function: what it does with the body of one invocation.
pub trait BatchHandler {
    /// Handles the event with this body.
    async fn handle(
        &self,
        body: &[u8],
        deadlines: Deadlines,
    ) -> Result<BatchResponse, HandlerError>;
}

/// Runs a function until Lambda ends it.
///
/// `start` makes the function, given its name, and says how long before the timeout work stops; a
/// reason it cannot is told to Lambda, and nothing is handled. `default_name` is what it is called
/// where Lambda gives it no name.
pub async fn serve<Function: BatchHandler>(
    default_name: &str,
    start: impl FnOnce(&str) -> Result<(Function, Duration), Error>,
) -> ExitCode {
    logging::start();
    if env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        eprintln!(
            "This is a Lambda function, and AWS_LAMBDA_RUNTIME_API says of no Lambda to work for.\n\
             Start it with `cargo millrace invoke {default_name} --data-file EVENT.json`, or with \
             `cargo lambda watch`."
        );
        return ExitCode::FAILURE;
    }
    let name = env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| default_name.to_owned());
    let (function, margin) = match start(&name) {
        Ok(started) => started,
        Err(reason) => {
            error!("refusing to start: {reason}");
            if let Err(error) = init_error::report("Configuration", &reason.to_string()).await {
                error!("could not tell Lambda: {error}");
            }
            return ExitCode::FAILURE;
        }
    };
    match run(&function, margin).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error!("the Lambda Runtime API failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Takes one invocation after the other, as long as Lambda sends any.
async fn run(function: &impl BatchHandler, margin: Duration) -> Result<(), Error> {
    let body = Body::default();
    let handler = service_fn(async |event: LambdaEvent<IgnoredAny>| {
        let deadlines = Deadlines::new(&event.context, margin);
        function.handle(&body.take(), deadlines).await
    });
    Runtime::new(handler).layer(BodyLayer::new(&body)).run().await
}
