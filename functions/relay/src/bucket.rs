//! S3 as [`ObjectStore`].

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use millrace_lambda::request_error;
use millrace_shared::delivery::{Reply, RequestError};

use crate::ports::ObjectStore;

/// A bucket of Amazon S3.
#[derive(Clone, Debug)]
pub struct Bucket {
    client: Client,
    name: String,
}

impl Bucket {
    /// The bucket of this name.
    pub fn new(client: Client, name: &str) -> Self {
        Self { client, name: name.to_owned() }
    }
}

impl ObjectStore for Bucket {
    async fn put(&self, key: &str, body: &[u8]) -> Result<Reply<()>, RequestError> {
        let is_zstandard = key.rsplit('.').next() == Some("zst");
        // Not `Content-Encoding`: some clients would undo the compression that the key still names.
        let content_type = if is_zstandard { "application/zstd" } else { "application/gzip" };
        let request = self.client.put_object().bucket(&self.name).key(key);
        let request = request.content_type(content_type).body(ByteStream::from(body.to_vec()));
        let resource = format!("bucket {}", self.name);
        request.send().await.map_err(|error| request_error("PutObject", &resource, &error))?;
        Ok(Reply::Done(()))
    }

    fn url(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.name)
    }
}
