//! How far the consumer groups are: what all of them have committed makes room for more.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use millrace_event_source_mapping::PartitionOffset;
use millrace_kafka::{Place, Room};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::error::Error;
use crate::function::Function;

/// Pollers that have committed nothing for so long stand still.
const STALLED: Duration = Duration::from_mins(1);

/// Who reads which topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reader {
    pub(super) function: Function,
    pub(super) topic: String,
}

/// What every group has committed.
pub(super) struct Committed {
    offsets: Mutex<BTreeMap<(Reader, i32), i64>>,
    room: Room,
    advanced: Notify,
    /// Shows how much the slower of the functions has done.
    bar: ProgressBar,
    /// What the bar shows besides.
    before: u64,
}

impl Committed {
    pub(super) fn new(room: Room, bar: ProgressBar, before: u64) -> Self {
        Self { offsets: Mutex::default(), room, advanced: Notify::new(), bar, before }
    }

    /// A group has committed.
    pub(super) fn advance(&self, reader: &Reader, offsets: &[PartitionOffset]) {
        let mut committed = self.lock();
        for PartitionOffset { partition, offset } in offsets {
            committed.insert((reader.clone(), *partition), *offset);
            let of = |function| {
                let reader = Reader { function, topic: reader.topic.clone() };
                committed.get(&(reader, *partition)).copied().unwrap_or_default()
            };
            let by_all = Function::ALL.map(of).into_iter().min().unwrap_or_default();
            self.room.read_to(&(reader.topic.clone(), *partition), by_all);
        }
        let done = |function| -> i64 {
            let of = committed.iter().filter(|((reader, _), _)| reader.function == function);
            of.map(|(_, offset)| offset).sum()
        };
        let slowest = Function::ALL.map(done).into_iter().min().unwrap_or_default();
        self.bar.set_position(self.before + u64::try_from(slowest).unwrap_or_default());
        drop(committed);
        self.advanced.notify_waiters();
    }

    /// Waits until both functions have done everything below these offsets.
    ///
    /// # Errors
    /// When a minute passes in which nothing is committed.
    pub(super) async fn until(&self, ends: &BTreeMap<Place, i64>) -> Result<(), Error> {
        loop {
            let advanced = self.advanced.notified();
            let left = self.left(ends);
            if left == 0 {
                return Ok(());
            }
            let started = Instant::now();
            if timeout(STALLED, advanced).await.is_err() {
                return Err(Error::Stalled { left, seconds: started.elapsed().as_secs() });
            }
        }
    }

    /// How many records are not committed by both.
    fn left(&self, ends: &BTreeMap<Place, i64>) -> u64 {
        let committed = self.lock();
        let mut left = 0;
        for function in Function::ALL {
            for ((topic, partition), end) in ends {
                let reader = Reader { function, topic: topic.clone() };
                let offset = committed.get(&(reader, *partition)).copied().unwrap_or_default();
                left += u64::try_from(end - offset).unwrap_or_default();
            }
        }
        left
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(Reader, i32), i64>> {
        self.offsets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
