//! A function's processes, and what they were given.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use millrace_runtime_api::{FunctionProcess, InvokeOutcome, ProcessError};
use tokio::sync::Semaphore;

use super::positions::Positions;
use crate::answer;
use crate::error::Error;

/// What one function was given, said and took.
#[derive(Debug, Default)]
pub(super) struct Ran {
    pub(super) invocations: u64,
    /// Records, each as often as it was handed over, and where they stood.
    pub(super) records: u64,
    pub(super) positions: Positions,
    /// Invocations whose answer was held back, as if they had timed out: these records came again.
    pub(super) invocations_again: u64,
    pub(super) records_again: u64,
    /// Records that it reported as not done.
    pub(super) reported: u64,
    /// CPU time of all its processes, their start included; Linux only.
    pub(super) cpu: Option<Duration>,
    /// The most memory that one of them had resident, in bytes; Linux only.
    pub(super) peak_memory: Option<u64>,
}

/// As many processes of one function as there may be invocations at once.
pub(super) struct Workers {
    processes: Vec<FunctionProcess>,
    /// Numbers of those that have nothing to do.
    idle: Mutex<Vec<usize>>,
    permits: Semaphore,
    ran: Mutex<Ran>,
    /// CPU time of each.
    cpu: Mutex<Vec<Option<Duration>>>,
}

impl Workers {
    pub(super) fn new(processes: Vec<FunctionProcess>) -> Self {
        Self {
            idle: Mutex::new((0..processes.len()).collect()),
            permits: Semaphore::new(processes.len()),
            cpu: Mutex::new(vec![None; processes.len()]),
            ran: Mutex::default(),
            processes,
        }
    }

    /// Hands over an event that no mapping makes, and takes nothing but a good answer.
    pub(super) async fn hand_over(&self, what: &str, event: Bytes) -> Result<(), Error> {
        let invoked = self.invoke(event).await?;
        let reported = answer::reported(what, &invoked)?;
        lock(&self.ran).reported += reported;
        Ok(())
    }

    /// Invokes whichever process has nothing to do, and waits for one if need be.
    pub(super) async fn invoke(&self, event: Bytes) -> Result<InvokeOutcome, ProcessError> {
        let _permit = self.permits.acquire().await; // nobody closes it
        {
            let mut ran = lock(&self.ran);
            ran.invocations += 1;
            ran.records += ran.positions.add_event(&event);
        }
        let worker = lock(&self.idle).pop().unwrap_or_default();
        let invoked = self.processes[worker].invoke(event).await;
        lock(&self.idle).push(worker);
        let invoked = invoked?;
        let mut ran = lock(&self.ran);
        ran.peak_memory = invoked.peak_rss_bytes.max(ran.peak_memory);
        if invoked.process_cpu_time.is_some() {
            lock(&self.cpu)[worker] = invoked.process_cpu_time;
        }
        Ok(invoked)
    }

    /// An answer is held back: so many records come again.
    pub(super) fn note_again(&self, records: u64) {
        let mut ran = lock(&self.ran);
        ran.invocations_again += 1;
        ran.records_again += records;
    }

    /// What it all came to, once nothing goes on any more.
    pub(super) fn take_ran(&self) -> Ran {
        let mut ran = std::mem::take(&mut *lock(&self.ran));
        ran.cpu = lock(&self.cpu).iter().flatten().copied().reduce(|one, other| one + other);
        ran
    }

    pub(super) async fn stop(&self) {
        for process in &self.processes {
            process.stop().await;
        }
    }

    /// The last lines that they wrote.
    pub(super) fn log_lines(&self) -> impl Iterator<Item = String> {
        self.processes.iter().flat_map(FunctionProcess::log_lines)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
