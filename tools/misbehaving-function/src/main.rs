//! A function that does not behave, for tests of whatever invokes functions.
//!
//! `MISBEHAVIOUR` says how:
//!
//! | value | what it does |
//! | --- | --- |
//! | `crash-every-third` | it is `analytics` or `relay`, as it is called, but ends when every third batch is done, before it answers |
//! | `never-answer` | an invocation has no end |
//! | `answer-too-much` | its response is larger than Lambda takes |
//! | `answer-together` | it answers when another process is invoked as well; `MEETING` is the folder where they meet |

mod crash;
mod meeting;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

/// Lambda takes 6 MiB and a hundred bytes.
const TOO_MUCH: usize = 6 * 1024 * 1024 + 101;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let misbehaviour = env::var("MISBEHAVIOUR").unwrap_or_default();
    if misbehaviour == "crash-every-third" {
        return crash::serve().await;
    }
    match run(service_fn(|_: LambdaEvent<Value>| handle(&misbehaviour))).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn handle(misbehaviour: &str) -> Result<Value, Error> {
    match misbehaviour {
        "never-answer" => std::future::pending().await,
        "answer-too-much" => Ok(json!({ "padding": "x".repeat(TOO_MUCH) })),
        "answer-together" => {
            let folder = env::var("MEETING").map_err(|_| "MEETING should name a folder")?;
            meeting::of_two(&PathBuf::from(folder)).await?;
            Ok(Value::Null)
        }
        other => Err(format!("`{other}` is no MISBEHAVIOUR").into()),
    }
}
