//! The `analytics` Lambda function.

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use analytics::{Analytics, Body, BodyLayer, Clients, Config, Deadlines, init_error, logging};
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use serde::de::IgnoredAny;
use tracing::error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    logging::start();
    if env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        eprintln!(
            "This is a Lambda function, and AWS_LAMBDA_RUNTIME_API says of no Lambda to work for.\n\
             Start it with `cargo millrace invoke analytics --data-file EVENT.json`, or with \
             `cargo lambda watch`."
        );
        return ExitCode::FAILURE;
    }
    let (analytics, margin) = match start().await {
        Ok(started) => started,
        Err(reason) => {
            error!("refusing to start: {reason}");
            if let Err(error) = init_error::report("Configuration", &reason.to_string()).await {
                error!("could not tell Lambda: {error}");
            }
            return ExitCode::FAILURE;
        }
    };
    match run(&analytics, margin).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error!("the Lambda Runtime API failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Everything that is made once: the configuration, the clients, the function.
async fn start() -> Result<(Analytics, Duration), Error> {
    let config = Config::from_environment()?;
    let margin = config.deadline_margin;
    let clients = Clients::from_environment(config.endpoint_url.as_deref()).await?;
    let function = env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| "analytics".to_owned());
    Ok((Analytics::new(config, &clients, &function), margin))
}

/// Takes one invocation after the other, as long as Lambda sends any.
async fn run(analytics: &Analytics, margin: Duration) -> Result<(), Error> {
    let body = Body::default();
    let handler = service_fn(async |event: LambdaEvent<IgnoredAny>| {
        let deadlines = Deadlines::new(&event.context, margin);
        analytics.handle(&body.take(), deadlines).await
    });
    Runtime::new(handler).layer(BodyLayer::new(&body)).run().await
}
