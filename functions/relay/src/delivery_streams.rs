//! Firehose as [`Streams`].

use aws_sdk_firehose::Client;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record;
use aws_smithy_types::body::SdkBody;
use base64_simd::STANDARD;
use bytes::Bytes;
use millrace_lambda::request_error;
use millrace_shared::delivery::{Reply, RequestError};

use crate::ports::Streams;

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
        let body = Bytes::from(request_body(stream, records));
        // The SDK wants an entry before it makes a request; the body that it sends is ours.
        let placeholder = Record::builder().data(Blob::default()).build().map_err(|error| {
            RequestError::Broken(format!("{what} failed: a request could not be made: {error}"))
        })?;
        let request = self.client.put_record_batch().delivery_stream_name(stream);
        let request = request.records(placeholder).customize().mutate_request(move |request| {
            request.headers_mut().insert("content-length", body.len().to_string());
            *request.body_mut() = SdkBody::from(body.clone());
        });
        let resource = format!("stream {stream}");
        let sent = request.send().await;
        let answer = sent.map_err(|error| request_error("PutRecordBatch", &resource, &error))?;
        let replies =
            answer.request_responses().iter().map(|entry| reply(&what, entry.error_code()));
        Ok(replies.collect())
    }
}

/// The JSON of a `PutRecordBatch`.
///
/// The SDK would keep a copy of each record's bytes, and write their base64 into a text that grows
/// as it goes: megabytes for the largest batch, and most of the time that a request takes.
fn request_body(stream: &str, records: &[&[u8]]) -> Vec<u8> {
    const AROUND_RECORD: usize = br#"{"Data":""},"#.len();
    let base64 = records.iter().map(|record| STANDARD.encoded_length(record.len()) + AROUND_RECORD);
    let mut body = Vec::with_capacity(base64.sum::<usize>() + stream.len() + 64);
    body.extend_from_slice(br#"{"DeliveryStreamName":"#);
    // A text can be serialised, and writing to a `Vec` cannot fail.
    let _ = serde_json::to_writer(&mut body, stream);
    body.extend_from_slice(br#","Records":["#);
    for (place, record) in records.iter().enumerate() {
        body.extend_from_slice(if place == 0 { br#"{"Data":""# } else { br#",{"Data":""# });
        STANDARD.encode_append(record, &mut body);
        body.extend_from_slice(br#""}"#);
    }
    body.extend_from_slice(b"]}");
    body
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
    fn a_body_is_what_firehose_documents() {
        // "a\n" and "bc\n" in base64.
        let body = request_body("orders", &[b"a\n", b"bc\n"]);
        let expected =
            r#"{"DeliveryStreamName":"orders","Records":[{"Data":"YQo="},{"Data":"YmMK"}]}"#;
        assert_eq!(String::from_utf8(body).unwrap(), expected);
    }

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
