//! A failure destination in memory.

use std::error::Error;
use std::sync::Mutex;

use futures::future::BoxFuture;
use millrace_event_source_mapping::{FailedBatch, FailureDestination};

/// Keeps what it is given, after refusing some.
#[derive(Default)]
pub(crate) struct Stored {
    batches: Mutex<Vec<FailedBatch>>,
    refusals: Mutex<usize>,
}

impl Stored {
    /// Refuses so many times before it takes anything.
    pub(crate) fn refusing(times: usize) -> Self {
        Stored { refusals: Mutex::new(times), ..Stored::default() }
    }

    pub(crate) fn batches(&self) -> Vec<FailedBatch> {
        self.batches.lock().unwrap().clone()
    }

    /// Partitions and offsets, in the order in which they came.
    pub(crate) fn records(&self) -> Vec<(i32, i64)> {
        let batches = self.batches();
        let records = batches.iter().flat_map(|batch| &batch.records);
        records.map(|record| (record.partition, record.offset)).collect()
    }
}

impl FailureDestination for Stored {
    fn take<'a>(
        &'a self,
        batch: &'a FailedBatch,
    ) -> BoxFuture<'a, Result<(), Box<dyn Error + Send + Sync>>> {
        Box::pin(async move {
            let mut refusals = self.refusals.lock().unwrap();
            if *refusals > 0 {
                *refusals -= 1;
                return Err("no such bucket".into());
            }
            self.batches.lock().unwrap().push(batch.clone());
            Ok(())
        })
    }
}
