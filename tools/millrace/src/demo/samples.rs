//! The sample events of the repository.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::event;

/// A file of `events/`.
pub(super) struct Sample {
    /// `events/` and its name.
    pub(super) name: String,
    /// How many records it holds.
    pub(super) records: u64,
    /// All of it.
    pub(super) payload: Vec<u8>,
}

/// All of them, in the order of their names.
pub(super) fn read() -> Result<Vec<Sample>, Error> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut samples = Vec::new();
    for path in files(&folder)? {
        let (payload, records) = event::read(&path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        samples.push(Sample { name: format!("events/{name}"), records, payload });
    }
    if samples.is_empty() {
        return Err(Error::NoSamples { folder });
    }
    Ok(samples)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |source| Error::Unreadable { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
