//! The `analytics` Lambda function.

use std::process::ExitCode;
use std::time::Duration;

use analytics::{Analytics, Clients, Config};
use lambda_runtime::Error;
use millrace_lambda::{sdk_config, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    serve("analytics", start).await
}

/// Everything that is made once: the configuration, the clients, the function.
fn start(name: &str) -> Result<(Analytics, Duration), Error> {
    let config = Config::from_environment()?;
    let margin = config.deadline_margin;
    let clients = Clients::new(&sdk_config(config.endpoint_url.as_deref())?);
    Ok((Analytics::new(config, &clients, name), margin))
}
