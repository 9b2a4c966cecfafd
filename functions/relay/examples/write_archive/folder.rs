//! A folder in the place of a bucket, and of the streams that write to it.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use millrace_shared::commit::DeadLetters;
use millrace_shared::delivery::{Deadline, Reply, RequestError};
use millrace_shared::kafka::DeadRecord;
use relay::object::Compression;
use relay::ports::{ObjectStore, Streams};

pub(crate) struct Folder {
    path: PathBuf,
    objects: Cell<u32>,
}

impl Folder {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), objects: Cell::new(0) }
    }

    fn write(&self, key: &str, body: &[u8]) -> Reply<()> {
        let path = self.path.join(key);
        let folder = path.parent().unwrap_or(&self.path);
        match fs::create_dir_all(folder).and_then(|()| fs::write(&path, body)) {
            Ok(()) => Reply::Done(()),
            Err(error) => Reply::Refused(format!("{}: {error}", path.display())),
        }
    }
}

impl ObjectStore for Folder {
    async fn put(&self, key: &str, body: &[u8]) -> Result<Reply<()>, RequestError> {
        Ok(self.write(key, body))
    }

    fn url(&self, key: &str) -> String {
        format!("s3://archive/{key}")
    }
}

/// As Firehose would with the template's prefix: all records of a request one after the other, under
/// the time of their arrival, which here is always the same. A packed record is of one topic.
impl Streams for Folder {
    async fn put(&self, _: &str, records: &[&[u8]]) -> Result<Vec<Reply<()>>, RequestError> {
        let mut replies = Vec::with_capacity(records.len());
        for record in records {
            let number = self.objects.replace(self.objects.get() + 1);
            let topic =
                if record.starts_with(br#"{"topic":"orders""#) { "orders" } else { "clicks" };
            let key = format!(
                "topic={topic}/year=2026/month=01/day=05/hour=12/\
                 {topic}-1-2026-01-05-12-00-00-{number:08}.json.gz"
            );
            replies.push(match Compression::Gzip.compress(record) {
                Ok(body) => self.write(&key, &body),
                Err(error) => Reply::Refused(error.to_string()),
            });
        }
        Ok(replies)
    }
}

/// No record here is dead.
pub(crate) struct NoGraves;

impl DeadLetters for NoGraves {
    async fn bury(&self, records: &[DeadRecord<'_>], _: Deadline) -> Vec<Result<(), String>> {
        records.iter().map(|record| Err(format!("dead: {}", record.code))).collect()
    }
}
