//! Writes an archive into a folder through the relay, for `scripts/check-archive` to read:
//!
//! ```text
//! cargo run -p relay --example write_archive -- FOLDER
//! ```
//!
//! | in the folder | is |
//! |---|---|
//! | `firehose/`, `gzip/`, `zstd/` | what a bucket would hold, once by Firehose and twice without |
//! | `records.ndjson` | the records themselves, each once, as a producer had them |
//!
//! The batches are those of a delivery that partly failed: the second overlaps the first, is cut
//! differently, and the third is the second one again.

mod folder;
mod records;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use millrace_shared::delivery::{Deadline, Retry};
use millrace_shared::kafka::Batch;
use relay::line::Envelope;
use relay::object::Compression;
use relay::pack::Packing;
use relay::{Destination, Relay, StreamMap};

use folder::{Folder, NoGraves};
use records::{Record, event};

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err("give the folder to write to".into());
    };
    let records = records::all();
    let batches = [&records[..8], &records[5..], &records[5..]];
    let streams = StreamMap::new(BTreeMap::new(), Some("archive".to_owned()));
    let packing = Packing::default();
    write(&folder.join("firehose"), Destination::Firehose { streams, packing }, &batches).await?;
    write(&folder.join("gzip"), Destination::Archive(Compression::Gzip), &batches).await?;
    write(&folder.join("zstd"), Destination::Archive(Compression::Zstd), &batches).await?;
    let lines: Vec<String> =
        records.iter().map(|record| record.as_produced().to_string()).collect();
    fs::write(folder.join("records.ndjson"), lines.join("\n"))?;
    Ok(())
}

async fn write(
    folder: &Path,
    destination: Destination,
    batches: &[&[Record]],
) -> Result<(), Failure> {
    let relay = Relay {
        destination,
        envelope: Envelope::Line,
        in_flight: 1,
        retry: Retry::new(Box::new(|| 0.5)),
        streams: Folder::new(folder),
        objects: Folder::new(folder),
        dead_letters: NoGraves,
    };
    for records in batches {
        let event = event(records);
        let batch = Batch::decode(event.as_bytes())?;
        let done = relay.run(&batch, Deadline::after(Duration::from_mins(1))).await;
        if !done.failed.is_empty() {
            return Err(format!("{} records failed: {:?}", done.failed.len(), done.tally).into());
        }
    }
    Ok(())
}
