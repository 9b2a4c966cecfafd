//! Firehose as [`Streams`].

use aws_sdk_firehose::Client;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record;
use millrace_shared::delivery::{Reply, RequestError};

use crate::ports::Streams;
use crate::request_error::request_error;

/// Codes of an entry that will be refused each time. Any other one may be a fault of Firehose's.
const FOR_GOOD: [&str; 2] = ["InvalidArgumentException", "ValidationException"];

/// Delivery streams of Amazon Data Firehose.
#[derive(Clone, Debug)]
pub struct DeliveryStreams {
    client: Client,
}

impl DeliveryStreams {
    /// The streams that this client reaches.
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

impl Streams for DeliveryStreams {
    async fn put(&self, stream: &str, records: &[&[u8]]) -> Result<Vec<Reply<()>>, RequestError> {
        let what = format!("PutRecordBatch on stream {stream}");
        let mut entries = Vec::with_capacity(records.len());
        for data in records {
            let entry = Record::builder().data(Blob::new(*data)).build().map_err(|error| {
                RequestError::Broken(format!("{what} failed: a request could not be made: {error}"))
            })?;
            entries.push(entry);
        }
        let request = self.client.put_record_batch().delivery_stream_name(stream);
        let sent = request.set_records(Some(entries)).send().await;
        let resource = format!("stream {stream}");
        let answer = sent.map_err(|error| request_error("PutRecordBatch", &resource, &error))?;
        let replies =
            answer.request_responses().iter().map(|entry| reply(&what, entry.error_code()));
        Ok(replies.collect())
    }
}

/// What an entry's error code, if it has one, means.
fn reply(what: &str, code: Option<&str>) -> Reply<()> {
    match code {
        None => Reply::Done(()),
        Some(code) if FOR_GOOD.contains(&code) => {
            Reply::Refused(format!("{what} refused an entry: {code}"))
        }
        Some(code) => Reply::Again(format!("{what} failed for an entry: {code}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wrong_with_the_entry_itself_is_for_good() {
        let of = |code| reply("PutRecordBatch on stream s", code);
        assert_eq!(of(None), Reply::Done(()));
        for code in ["ServiceUnavailableException", "InternalFailure", "whatever"] {
            assert!(matches!(of(Some(code)), Reply::Again(_)), "{code}");
        }
        let refused = "PutRecordBatch on stream s refused an entry: InvalidArgumentException";
        assert_eq!(of(Some("InvalidArgumentException")), Reply::Refused(refused.to_owned()));
    }
}
