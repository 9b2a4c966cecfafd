//! A function that does what its payload says, for this crate's own tests.
//!
//! `runtime-api-probe host` is no function: it runs one, prints its process id, and waits to be
//! killed, so that a test can see what becomes of the child. `runtime-api-probe binary NAME` prints
//! what `function_binary` says.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use millrace_runtime_api::{FunctionProcess, FunctionSpec, function_binary};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    match std::env::args().nth(1).as_deref() {
        Some("host") => host().await,
        Some("binary") => {
            binary();
            Ok(())
        }
        _ => function().await,
    }
}

async fn host() -> Result<(), Error> {
    let process = FunctionProcess::start(FunctionSpec::new("child", std::env::current_exe()?));
    let process = process.await?;
    println!("{}", process.pid().unwrap_or_default());
    std::future::pending().await
}

fn binary() {
    let name = std::env::args().nth(2).unwrap_or_default();
    match function_binary(&name) {
        Ok(path) => println!("{}", path.display()),
        Err(error) => println!("{error}"),
    }
}

async fn function() -> Result<(), Error> {
    match std::env::var("PROBE_INIT").as_deref() {
        Ok("exit") => {
            eprintln!("PROBE_INIT says no");
            std::process::exit(3);
        }
        Ok("error") => {
            report_init_error()?;
            std::process::exit(1);
        }
        Ok("hang") => std::future::pending().await,
        _ => run(service_fn(handle)).await,
    }
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    let LambdaEvent { payload, context } = event;
    match payload["do"].as_str() {
        Some("error") => Err(Diagnostic {
            error_type: "Probe.Refused".to_owned(),
            error_message: "told to".to_owned(),
        }),
        #[expect(clippy::panic, reason = "a function that panics is what is asked for")]
        Some("panic") => panic!("told to panic"),
        Some("exit") => {
            println!("about to exit");
            eprintln!("really");
            std::process::exit(7);
        }
        Some("sleep") => {
            println!("sleeping");
            let milliseconds = payload["ms"].as_u64().unwrap_or(0);
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            Ok(json!("slept"))
        }
        Some("burn") => {
            let mut sum = 0_u64;
            for number in 0..payload["rounds"].as_u64().unwrap_or(0) {
                sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(number));
            }
            Ok(json!(sum))
        }
        Some("big") => {
            let length = payload["bytes"].as_u64().and_then(|bytes| usize::try_from(bytes).ok());
            Ok(json!("x".repeat(length.unwrap_or(0))))
        }
        Some("log") => {
            println!("to standard output");
            eprintln!("to standard error");
            Ok(Value::Null)
        }
        Some("context") => Ok(json!({
            "request_id": context.request_id,
            "deadline_ms": context.deadline,
            "function_arn": context.invoked_function_arn,
            "trace_id": context.xray_trace_id,
            "pid": std::process::id(),
            "env": std::env::vars().collect::<std::collections::BTreeMap<_, _>>(),
        })),
        _ => Ok(payload),
    }
}

/// What a runtime posts when it cannot start; `lambda_runtime` itself does so for snapshots only.
fn report_init_error() -> Result<(), Error> {
    let address = std::env::var("AWS_LAMBDA_RUNTIME_API")?;
    let body = r#"{"errorType":"Probe.Config","errorMessage":"TABLE is not set"}"#;
    let mut stream = TcpStream::connect(&address)?;
    write!(
        stream,
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    stream.read_to_end(&mut Vec::new())?;
    Ok(())
}
