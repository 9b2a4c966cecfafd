//! Failed batches and events in files, and what is read of a batch wherever it lies.

use std::collections::VecDeque;
use std::path::PathBuf;

use millrace_redrive::FailedBatch;

use super::report::Report;
use super::source::{Entry, Handle, WAVE_BYTES};
use crate::error::Error;

pub(super) struct Files(VecDeque<PathBuf>);

impl Files {
    pub(super) fn new(paths: Vec<PathBuf>) -> Self {
        Self(paths.into())
    }

    pub(super) fn next_wave(&mut self, report: &mut Report) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        let mut bytes = 0;
        while bytes < WAVE_BYTES
            && let Some(path) = self.0.pop_front()
        {
            let body = std::fs::read(&path)
                .map_err(|source| Error::Unreadable { path: path.clone(), source })?;
            bytes += body.len();
            entries.extend(entry(&path.display().to_string(), &body, Handle::File, report));
        }
        Ok(entries)
    }
}

/// A failed batch, unless it cannot be read, which is told.
pub(super) fn entry(name: &str, body: &[u8], handle: Handle, report: &mut Report) -> Option<Entry> {
    match FailedBatch::read(body) {
        Ok(batch) => Some(Entry {
            function: batch.function,
            reason: batch.condition.map_or_else(String::new, |one| one.name().to_owned()),
            records: batch.records,
            handle,
        }),
        Err(error) => {
            report.unreadable(name, &error.to_string());
            None
        }
    }
}
