//! `millrace endpoints`: what a function needs around it, for other tools to run one.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use crate::error::Error;
use crate::function::Function;
use crate::interrupt::Interrupt;
use crate::stack::{CREDENTIALS, Naming, REGION, Stack};

/// Starts them, prints lines that set a function's environment, and waits for Ctrl-C.
pub(crate) async fn run(
    endpoint_url: Option<&str>,
    interrupt: &Interrupt,
) -> Result<ExitCode, Error> {
    let stack = interrupt.unless_asked(Stack::start(endpoint_url, Naming::Shared)).await?;
    let mut text = String::new();
    let credentials = [
        ("AWS_ACCESS_KEY_ID", CREDENTIALS.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", CREDENTIALS.to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
    ];
    for (name, value) in
        credentials.into_iter().chain(Function::Analytics.environment(&stack.resources))
    {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{name}={value}");
    }
    let mut output = std::io::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(Error::Output)?;
    drop(output);
    anstream::eprintln!("\nrunning at {} until Ctrl-C", stack.aws.url);
    interrupt.asked().await;
    stack.leave().await;
    Ok(ExitCode::SUCCESS)
}
