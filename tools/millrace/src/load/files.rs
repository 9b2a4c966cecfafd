//! The same records as event files, as Lambda would hand them over.

use std::path::Path;
use std::process::ExitCode;

use millrace_generator::BatchLimits;
use serde_json::json;

use super::options::Options;
use super::source::Source;
use crate::error::Error;
use crate::text::counted;

/// Writes them into a folder, which is made if need be; their names are in the order of the events.
pub(super) async fn write(options: &Options, folder: &Path) -> Result<ExitCode, Error> {
    let (options, folder) = (options.clone(), folder.to_owned());
    let written = tokio::task::spawn_blocking(move || write_all(&options, &folder)).await;
    match written {
        Ok(written) => written,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

fn write_all(options: &Options, folder: &Path) -> Result<ExitCode, Error> {
    let unwritable = |source| Error::Unwritable { path: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let max_records = usize::from(options.batch_size);
    let limits = BatchLimits { max_records, ..BatchLimits::default() };
    let (mut files, mut records) = (0_u64, 0_u64);
    let generator = Source::for_files(&options.stream, options.most_records().unwrap_or(100_000));
    for batch in generator.batches(limits) {
        let topic = batch.records.first().map_or("empty", |record| &record.topic);
        files += 1;
        let path = folder.join(format!("{files:06}-{topic}.json"));
        std::fs::write(&path, batch.encode())
            .map_err(|source| Error::Unwritable { path: path.clone(), source })?;
        records += batch.records.len() as u64;
    }
    let told = if options.json {
        json!({ "records": records, "files": files }).to_string()
    } else {
        let (records, files) = (counted(records, "record"), counted(files, "event file"));
        format!("{records} in {files} in {}", folder.display())
    };
    crate::output::print(&told)?;
    Ok(ExitCode::SUCCESS)
}
