//! The `relay` Lambda function.

use std::env;
use std::process::ExitCode;

use analytics::{Body, BodyLayer, Deadlines, init_error, logging};
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use relay::{Clients, Config, Function};
use serde::de::IgnoredAny;
use tracing::error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    logging::start();
    if env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        eprintln!(
            "This is a Lambda function, and AWS_LAMBDA_RUNTIME_API says of no Lambda to work for.\n\
             Start it with `cargo millrace invoke relay --data-file EVENT.json`, or with \
             `cargo lambda watch`."
        );
        return ExitCode::FAILURE;
    }
    let config = match Config::from_environment() {
        Ok(config) => config,
        Err(problems) => {
            error!("refusing to start: {problems}");
            if let Err(error) = init_error::report("Configuration", &problems.to_string()).await {
                error!("could not tell Lambda: {error}");
            }
            return ExitCode::FAILURE;
        }
    };
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error!("the Lambda Runtime API failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Takes one invocation after the other, as long as Lambda sends any.
async fn run(config: Config) -> Result<(), Error> {
    let margin = config.deadline_margin;
    let clients = Clients::from_environment(config.endpoint_url.as_deref()).await;
    let name = env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| "relay".to_owned());
    let function = Function::new(config, &clients, &name);

    let body = Body::default();
    let handler = service_fn(async |event: LambdaEvent<IgnoredAny>| {
        let deadlines = Deadlines::new(&event.context, margin);
        function.handle(&body.take(), deadlines).await
    });
    Runtime::new(handler).layer(BodyLayer::new(&body)).run().await
}
