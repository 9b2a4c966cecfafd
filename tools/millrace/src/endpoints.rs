//! `millrace endpoints`: what the functions need around them, for other tools to run them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use crate::error::Error;
use crate::function::Function;
use crate::interrupt::Interrupt;
use crate::stack::{CREDENTIALS, Naming, REGION, Stack};

/// Starts them, prints lines that set the functions' environment, and waits for Ctrl-C.
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
    // A variable of both functions has one value, so that one file does for both.
    let mut written = BTreeSet::new();
    let variables = Function::ALL.map(|function| function.environment(&stack.resources));
    for (name, value) in credentials.into_iter().chain(variables.into_iter().flatten()) {
        if written.insert(name) {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "{name}={value}");
        }
    }
    let mut output = std::io::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(Error::Output)?;
    drop(output);
    anstream::eprintln!("\nrunning at {} until Ctrl-C", stack.aws.url);
    interrupt.asked().await;
    stack.leave().await;
    Ok(ExitCode::SUCCESS)
}
