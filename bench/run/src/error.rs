//! What can go wrong, in sentences that say what to do.

use std::path::PathBuf;

use aws_sdk_dynamodb::error::DisplayErrorContext;
use millrace_endpoints::{EndpointsError, FaultError};
use millrace_runtime_api::ProcessError;
use thiserror::Error;

/// Why the benchmark could not go on.
#[derive(Debug, Error)]
pub enum BenchError {
    /// The endpoints on loopback did not start.
    #[error(transparent)]
    Endpoints(#[from] EndpointsError),
    /// Latency could not be ordered.
    #[error(transparent)]
    Latency(#[from] FaultError),
    /// A function did not start.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// Something of ours is not there or cannot be written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A program could not be run, or failed.
    #[error("`{command}` failed: {reason}")]
    Command {
        /// What was run.
        command: String,
        /// What it said.
        reason: String,
    },
    /// A request that makes tables, topics and the like failed.
    #[error("{operation} failed on the embedded endpoints: {reason}")]
    Aws {
        /// The operation, as AWS spells it.
        operation: &'static str,
        /// What came back.
        reason: String,
    },
    /// The list of prices is not what it should be.
    #[error("the list of prices cannot be read: {0}")]
    Prices(#[source] serde_json::Error),
    /// A function did not answer as it should.
    #[error("{variant} on {what}: {outcome}")]
    Invocation {
        /// The function.
        variant: String,
        /// What it was given.
        what: String,
        /// What came of it.
        outcome: String,
    },
    /// Not everybody read the same in a payload, so that their times say nothing.
    #[error(
        "{variant} comes to another result on {payload}: `{found}` where others have `{expected}`"
    )]
    Differs {
        /// Who.
        variant: String,
        /// On what.
        payload: String,
        /// What it came to.
        found: String,
        /// What the first one came to.
        expected: String,
    },
}

impl BenchError {
    /// Makes an error about a file of what the operating system said.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// Makes an error about a request of what came back.
    pub fn aws<E: std::error::Error + 'static>(operation: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::Aws { operation, reason: DisplayErrorContext(&error).to_string() }
    }
}
