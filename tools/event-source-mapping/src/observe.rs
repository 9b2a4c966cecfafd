//! What a mapping tells about its work.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::failure::Condition;
use crate::function::FunctionFailure;
use crate::source::PartitionOffset;

/// Looks on while a mapping runs. Called from its loop, so it should return quickly.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn observe(&self, observation: &Observation<'_>);
}

/// Looks away.
impl Observer for () {
    fn observe(&self, _: &Observation<'_>) {}
}

/// Something that happened. No content of a record is in it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Observation<'a> {
    /// These partitions are read from now on, from these offsets.
    Assigned(&'a [PartitionOffset]),
    /// These partitions went to another member of the group.
    Unassigned(&'a [i32]),
    /// Records came, some of which the filters left out.
    Polled {
        /// All that came.
        records: usize,
        /// Those that the function will not see.
        filtered_out: usize,
    },
    /// An invocation starts.
    Invoking(Batch),
    /// An invocation ended.
    Invoked {
        /// What it was given.
        batch: Batch,
        /// The records that are done now.
        done: &'a [BatchRecord],
        /// What came of it.
        result: BatchResult<'a>,
        /// From handing over to the answer.
        took: Duration,
    },
    /// A batch will be tried again.
    Retrying {
        /// What is left of it.
        records: usize,
        /// After this wait.
        wait: Duration,
    },
    /// A batch was halved.
    Bisected {
        /// How many records it had.
        records: usize,
    },
    /// A batch was given up.
    GivenUp {
        /// What was given up.
        records: &'a [BatchRecord],
        /// Why.
        condition: Condition,
        /// Whether a destination has it; otherwise it is gone.
        is_stored: bool,
    },
    /// The destination did not take a batch that is given up. It is tried again.
    DestinationFailed {
        /// What it said.
        message: &'a str,
    },
    /// Offsets were committed.
    Committed(&'a [PartitionOffset]),
    /// Offsets could not be committed. They will be with the next ones.
    CommitFailed {
        /// What the source said.
        message: &'a str,
    },
    /// How far each partition is.
    Lag(&'a [PartitionLag]),
}

/// What is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// How many records.
    pub records: usize,
    /// The event's bytes.
    pub bytes: usize,
    /// How often the batch has been handed over before.
    pub attempt: u32,
}

/// Where a record of a batch comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRecord {
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Its timestamp, in epoch milliseconds; -1 without one.
    pub timestamp: i64,
    /// Where it stands in the event.
    pub(crate) range: std::ops::Range<usize>,
}

impl BatchRecord {
    /// A record of no event, for an observer's own tests.
    pub fn new(partition: i32, offset: i64, timestamp: i64) -> Self {
        BatchRecord { partition, offset, timestamp, range: 0..0 }
    }
}

/// What came of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchResult<'a> {
    /// All records are done.
    Done,
    /// Some are, or none, and the function says which are not.
    Partial {
        /// How many come again.
        again: usize,
    },
    /// The function answered something that is no batch response, or named a record it was not
    /// given: all of it comes again.
    BadAnswer(&'a str),
    /// The function failed.
    Failed {
        /// In which way.
        failure: FunctionFailure,
        /// A phrase for a person.
        message: &'a str,
    },
    /// The function was not invoked.
    NotInvoked(&'a str),
}

/// How far a partition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartitionLag {
    /// The partition.
    pub partition: i32,
    /// Everything below this offset is done.
    pub position: i64,
    /// The offset that the next record to be appended will get.
    pub end: i64,
}

impl PartitionLag {
    /// Records (offsets, to be precise) that are not done yet.
    pub fn records(&self) -> u64 {
        u64::try_from(self.end.saturating_sub(self.position)).unwrap_or(0)
    }
}

/// What a mapping did, in numbers. Of all that was polled,
/// `polled = filtered_out + succeeded + stored + dropped + abandoned` once it has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records that came (`PolledEventCount`).
    pub polled: u64,
    /// Records that the filters left out (`FilteredOutEventCount`).
    pub filtered_out: u64,
    /// Records that the function did.
    pub succeeded: u64,
    /// Records that went to the failure destination (`OnFailureDestinationDeliveredEventCount`).
    pub stored: u64,
    /// Records that were given up without one (`DroppedEventCount`).
    pub dropped: u64,
    /// Records that were in hand when a partition went to another member, or when the mapping ended:
    /// they come again, to whoever reads next.
    pub abandoned: u64,
    /// Invocations.
    pub invocations: u64,
    /// Records over all invocations (`InvokedEventCount`).
    pub invoked: u64,
    /// Invocations that failed, by the way in which they did.
    pub failures: BTreeMap<FunctionFailure, u64>,
    /// Invocations whose answer said that some records are not done.
    pub partial_failures: u64,
    /// Invocations whose answer made no sense.
    pub bad_answers: u64,
    /// Attempts at an invocation that did not reach the function (`InvokeErrorCount`).
    pub not_invoked: u64,
    /// Batches that were tried again.
    pub retries: u64,
    /// Batches that were halved.
    pub bisected: u64,
    /// Batches given up, by reason.
    pub given_up: BTreeMap<Condition, u64>,
    /// Failed attempts at storing a batch (`OnFailureDestinationDeliveryErrorCount`).
    pub destination_errors: u64,
    /// Failed commits (`CommitErrorCount`).
    pub commit_errors: u64,
}

impl Tally {
    /// Whether the function did every record that it was to see.
    pub fn is_success(&self) -> bool {
        self.stored == 0 && self.dropped == 0 && self.abandoned == 0
    }
}
