//! What is invoked.

mod endpoint;
mod pool;

use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;

pub use endpoint::{InvokeEndpoint, InvokeUrlError};
pub use pool::ProcessPool;

/// A function that can be invoked with an event, several times at once.
pub trait Function: Send + Sync {
    /// Invokes it and waits for what comes of it. Dropping the future gives the invocation up.
    fn invoke(&self, event: Bytes) -> BoxFuture<'_, Invoked>;
}

impl<F: Function + ?Sized> Function for Arc<F> {
    fn invoke(&self, event: Bytes) -> BoxFuture<'_, Invoked> {
        (**self).invoke(event)
    }
}

/// One invocation, over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoked {
    /// Its id, if it got one.
    pub request_id: String,
    /// What came of it.
    pub outcome: InvokeOutcome,
}

/// What came of an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvokeOutcome {
    /// The function answered; what it says is for the mapping to read.
    Answered(Bytes),
    /// The function was invoked and did not answer as it should.
    Failed {
        /// In which way.
        failure: FunctionFailure,
        /// A phrase for a person.
        message: String,
    },
    /// The function was not invoked: throttled, or there is nobody to ask. It is tried again
    /// without counting as a retry, as Lambda does.
    NotInvoked {
        /// A phrase for a person.
        message: String,
    },
}

/// The ways in which a function fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FunctionFailure {
    /// It reported an error.
    Error,
    /// It took longer than its timeout.
    TimedOut,
    /// It ended in the middle.
    Crashed,
    /// Its response is larger than Lambda takes (6 MB).
    ResponseTooLarge,
}

impl FunctionFailure {
    /// A word for it.
    pub const fn name(self) -> &'static str {
        match self {
            FunctionFailure::Error => "error",
            FunctionFailure::TimedOut => "timeout",
            FunctionFailure::Crashed => "crash",
            FunctionFailure::ResponseTooLarge => "oversized response",
        }
    }
}

impl From<InvokeOutcome> for Invoked {
    /// Without an id.
    fn from(outcome: InvokeOutcome) -> Self {
        Invoked { request_id: String::new(), outcome }
    }
}
