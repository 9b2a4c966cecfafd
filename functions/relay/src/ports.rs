//! What the relay needs of the world: streams, objects, and the
//! [dead-letter queue](millrace_shared::commit::DeadLetters).
//!
//! Each call here is one request: what is to be sent again, and until when, is decided above it, by
//! [`send`](millrace_shared::delivery::send). The function runs on one thread, so no future needs to
//! be `Send`.
#![expect(async_fn_in_trait, reason = "only ever used as a type parameter, on one thread")]

use millrace_shared::delivery::{Reply, RequestError};

/// Delivery streams of Firehose.
pub trait Streams {
    /// Puts records into a stream in one request, at most 500 and 4 MiB. One reply per record, in
    /// order.
    async fn put(&self, stream: &str, records: &[&[u8]]) -> Result<Vec<Reply<()>>, RequestError>;
}

/// A bucket.
pub trait ObjectStore {
    /// Puts an object, in the place of any that is there under its key.
    async fn put(&self, key: &str, body: &[u8]) -> Result<Reply<()>, RequestError>;

    /// Where an object is found: `s3://bucket/key`.
    fn url(&self, key: &str) -> String;
}
