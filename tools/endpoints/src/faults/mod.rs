//! Faults: which request goes wrong, how, and how often. On order, one by one; or at random, from a
//! seed.

mod errors;
mod injected;
mod partial;
mod random;
mod script;

use std::time::Duration;

use crate::call::Service;
pub use injected::InjectedFaults;
pub(crate) use partial::{merge, withhold};
pub(crate) use random::Drawn;
pub use random::{FaultRates, RandomFaults};
pub(crate) use script::{Action, Script};

/// One thing that is to go wrong.
///
/// ```
/// use millrace_endpoints::{Fault, FaultKind, Service};
///
/// // The second and third PublishBatch are throttled.
/// Fault::new(Service::Sns, "PublishBatch", FaultKind::Throttle).after(1).times(2);
/// // Of the next BatchGetItem, three keys come back unprocessed.
/// Fault::new(Service::DynamoDb, "BatchGetItem", FaultKind::first_entries(3));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The service it hits.
    pub service: Service,
    /// The operation it hits; `None` for every one of the service.
    pub operation: Option<String>,
    /// What happens.
    pub kind: FaultKind,
    /// How many matching requests pass unharmed first.
    pub after: u32,
    /// How many matching requests it then hits.
    pub times: u32,
}

impl Fault {
    /// Hits the next request for one operation.
    pub fn new(service: Service, operation: &str, kind: FaultKind) -> Self {
        Self { service, operation: Some(operation.to_owned()), kind, after: 0, times: 1 }
    }

    /// Hits the next request for any operation of a service; a partial fault the next request
    /// that has entries.
    pub fn of_service(service: Service, kind: FaultKind) -> Self {
        Self { service, operation: None, kind, after: 0, times: 1 }
    }

    /// Lets some requests pass first.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.after = requests;
        self
    }

    /// Hits several requests in a row.
    #[must_use]
    pub fn times(mut self, requests: u32) -> Self {
        self.times = requests;
        self
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The service's own throttling error; nothing is done.
    Throttle,
    /// The service's own error for a missing permission; nothing is done.
    AccessDenied,
    /// Status 500; nothing is done.
    ServerError,
    /// Status 503; nothing is done.
    Unavailable,
    /// The connection closes without an answer; nothing is done.
    DropBefore,
    /// The request takes effect, then the connection closes without an answer.
    DropAfter,
    /// The request takes effect, half of the answer is sent, then the connection closes.
    CutShort,
    /// No answer comes, for as long as the client waits; nothing is done.
    HangBefore,
    /// The request takes effect, and no answer comes for as long as the client waits.
    HangAfter,
    /// The connection closes without an answer, and the request takes effect so much later, when its
    /// sender may be gone and others may have written.
    Late(Duration),
    /// The request waits first. Further faults may hit the same request.
    Latency(Duration),
    /// Some statements of `BatchExecuteStatement` fail as if somebody else had written first; the
    /// others take effect.
    Conflict(Entries),
    /// Some entries of a batch fail as the service reports it per entry; the others take effect.
    Partial {
        /// Which entries.
        entries: Entries,
        /// What the service says of them; `None` for its throttling error. Unprocessed keys and
        /// items of DynamoDB come without a reason.
        error: Option<EntryError>,
    },
}

impl FaultKind {
    /// Its name in counts: `throttle`, `drop_after`, …
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::Unavailable => "unavailable",
            Self::DropBefore => "drop_before",
            Self::DropAfter => "drop_after",
            Self::CutShort => "cut_short",
            Self::HangBefore => "hang_before",
            Self::HangAfter => "hang_after",
            Self::Late(_) => "late",
            Self::Latency(_) => "latency",
            Self::Conflict(_) => "conflict",
            Self::Partial { .. } => "partial",
        }
    }

    /// Whether it can hit this operation.
    fn fits(&self, operation: &str) -> bool {
        match self {
            Self::Conflict(_) => operation == "BatchExecuteStatement",
            Self::Partial { .. } => partial::is_batch(operation),
            _ => true,
        }
    }

    /// The first `count` entries of a batch are throttled.
    pub fn first_entries(count: usize) -> Self {
        Self::Partial { entries: Entries::First(count), error: None }
    }

    /// Entries of a batch, counted from 0, are throttled.
    pub fn entries(indices: impl Into<Vec<usize>>) -> Self {
        Self::Partial { entries: Entries::At(indices.into()), error: None }
    }
}

/// Entries of a batch, in the request's order. Keys and items of DynamoDB are counted table by
/// table, in the order of the tables' names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entries {
    /// So many from the start; all if there are fewer.
    First(usize),
    /// These, counted from 0; those past the end do not matter.
    At(Vec<usize>),
}

impl Entries {
    pub(crate) fn contain(&self, index: usize) -> bool {
        match self {
            Self::First(count) => index < *count,
            Self::At(indices) => indices.contains(&index),
        }
    }
}

/// What a service says of one failed entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryError {
    /// The service's code, for example `InternalError`.
    pub code: String,
    /// The message.
    pub message: String,
    /// Whether a repetition is useless; only SNS and SQS say so.
    pub is_sender_fault: bool,
}

/// Why a fault was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// Only batch operations report failures per entry.
    #[error("{service} reports no failures per entry of {operation}; use a batch operation")]
    NoEntries {
        /// The service.
        service: Service,
        /// The operation.
        operation: String,
    },
}
