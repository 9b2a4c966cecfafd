//! Where it lies.

use aws_sdk_sqs::types::Message;
use millrace_redrive::Record;

use super::bucket::Bucket;
use super::clients;
use super::files::Files;
use super::options::Options;
use super::queue::Queue;
use super::report::Report;
use crate::error::Error;

/// Bytes of letters or batches that are looked at together: what is at hand is sent in the order of
/// its offsets.
pub(super) const WAVE_BYTES: usize = 64 * 1024 * 1024;

/// A queue of dead letters, or a place with failed batches.
pub(super) enum Source {
    Queue(Box<Queue>),
    Bucket(Bucket),
    Files(Files),
}

/// A letter or a batch.
pub(super) struct Entry {
    /// The function that gave it up, if that is known.
    pub(super) function: Option<String>,
    /// Why it was given up.
    pub(super) reason: String,
    /// Its records: one of a letter.
    pub(super) records: Vec<Record>,
    /// What to delete once they are done.
    pub(super) handle: Handle,
}

/// What to delete.
pub(super) enum Handle {
    /// The messages of a letter: its parts, and the same letter again.
    Messages(Vec<Message>),
    /// An object.
    Object(String),
    /// A file, which is not deleted.
    File,
}

impl Source {
    pub(super) async fn open(options: &Options, endpoint_url: Option<&str>) -> Result<Self, Error> {
        if let Some(url) = &options.queue_url {
            let config = clients::sdk_config(endpoint_url).await;
            return Ok(Self::Queue(Box::new(Queue::new(&config, url))));
        }
        match &options.bucket {
            Some(bucket) => {
                let client = clients::s3(endpoint_url).await;
                Ok(Self::Bucket(Bucket::list(client, bucket, &options.prefix).await?))
            }
            None => Ok(Self::Files(Files::new(options.files.clone()))),
        }
    }

    /// What to call it.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Queue(queue) => queue.url(),
            Self::Bucket(bucket) => bucket.name(),
            Self::Files(_) => "files",
        }
    }

    /// The next entries; nothing at the end. What cannot be read is told and left where it is.
    pub(super) async fn next_wave(&mut self, report: &mut Report) -> Result<Vec<Entry>, Error> {
        match self {
            Self::Queue(queue) => queue.next_wave(report).await,
            Self::Bucket(bucket) => bucket.next_wave(report).await,
            Self::Files(files) => files.next_wave(report),
        }
    }

    /// Everything has been seen.
    pub(super) fn end(&self, report: &mut Report) {
        if let Self::Queue(queue) = self {
            queue.end(report);
        }
    }

    /// Keeps what was received from being received by others for a while longer.
    pub(super) async fn hold(&mut self) -> Result<(), Error> {
        match self {
            Self::Queue(queue) => queue.hold().await,
            Self::Bucket(_) | Self::Files(_) => Ok(()),
        }
    }

    /// Deletes what is done. Returns how many letters or batches.
    pub(super) async fn delete(&mut self, done: Vec<&Handle>) -> Result<u64, Error> {
        let count = done.len() as u64;
        match self {
            Self::Queue(queue) => {
                let messages = done.into_iter().filter_map(|handle| match handle {
                    Handle::Messages(messages) => Some(messages),
                    _ => None,
                });
                queue.delete(messages.flatten()).await?;
                Ok(count)
            }
            Self::Bucket(bucket) => {
                for handle in done {
                    if let Handle::Object(key) = handle {
                        bucket.delete(key).await?;
                    }
                }
                Ok(count)
            }
            Self::Files(_) => Ok(0),
        }
    }

    /// Lets others see again what was received and not deleted.
    pub(super) async fn give_back(&mut self) -> Result<(), Error> {
        match self {
            Self::Queue(queue) => queue.give_back().await,
            Self::Bucket(_) | Self::Files(_) => Ok(()),
        }
    }
}
