//! The SQS queue for records that can never succeed.

mod letter;
mod parts;

use std::cell::RefCell;
use std::collections::BTreeMap;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::BuildError;
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};
use millrace_shared::commit::DeadLetters;
use millrace_shared::delivery::{Deadline, Limits, Outcome, Reply, RequestError, Retry, send};
use millrace_shared::kafka::DeadRecord;
use millrace_shared::time::EventTime;
use tracing::warn;

use crate::clock;
use crate::messages::{ENTRIES, STRING, fifo_id, is_fifo, message_size, refused_entry};
use crate::request_error::request_error;
use letter::Circumstances;

/// Bytes that one `SendMessageBatch` takes, of all messages with their attributes.
const BYTES: usize = 1024 * 1024;

/// The queue for dead records, standard or FIFO.
pub struct DeadLetterQueue {
    client: Client,
    url: String,
    function: String,
    /// The cluster of the invocation being handled: one place, since they come one at a time.
    cluster: RefCell<String>,
    is_fifo: bool,
    limits: Limits,
    retry: Retry,
}

/// One message: a letter, or a part of one.
struct Envelope {
    /// Which of the records it is of.
    record: usize,
    group: String,
    deduplication_id: String,
    text: String,
    attributes: Vec<(&'static str, String)>,
}

impl DeadLetterQueue {
    /// The queue at this URL, for the letters of the function of this name.
    pub fn new(client: Client, url: &str, function: &str, in_flight: usize, retry: Retry) -> Self {
        Self {
            client,
            url: url.to_owned(),
            function: function.to_owned(),
            cluster: RefCell::default(),
            is_fifo: is_fifo(url),
            limits: Limits { entries: ENTRIES, bytes: BYTES, in_flight },
            retry,
        }
    }

    /// Says which cluster the records come from that are given up from now on.
    pub fn set_cluster(&self, cluster: &str) {
        cluster.clone_into(&mut self.cluster.borrow_mut());
    }

    fn envelopes(&self, records: &[DeadRecord<'_>]) -> Vec<Envelope> {
        let now = i64::try_from(clock::now_millis()).unwrap_or(i64::MAX);
        let time = EventTime::from_millis(now).to_string();
        let cluster = self.cluster.borrow();
        let circumstances =
            Circumstances { cluster: cluster.as_str(), function: &self.function, time: &time };
        let mut envelopes = Vec::with_capacity(records.len());
        for (place, record) in records.iter().enumerate() {
            let id = letter::id(record, circumstances.cluster);
            let text = letter::text(&id, record, circumstances);
            for (part, text) in parts::messages(text, &id, record).into_iter().enumerate() {
                envelopes.push(Envelope {
                    record: place,
                    group: fifo_id(record.map_key),
                    deduplication_id: format!("{id}-{part}"),
                    text,
                    attributes: attributes(record),
                });
            }
        }
        envelopes
    }

    /// One `SendMessageBatch`.
    async fn send_batch(&self, envelopes: Vec<&Envelope>) -> Result<Vec<Reply<()>>, RequestError> {
        let entries: Result<Vec<_>, BuildError> =
            envelopes.iter().enumerate().map(|(id, one)| self.entry(id, one)).collect();
        let entries = entries.map_err(|error| {
            RequestError::Broken(format!("a request could not be made: {error}"))
        })?;
        let request = self.client.send_message_batch().queue_url(&self.url);
        let sent = request.set_entries(Some(entries)).send().await;
        let resource = format!("queue {}", self.url);
        let answer = sent.map_err(|error| request_error("SendMessageBatch", &resource, &error))?;

        let reply = |id: usize| {
            let id = id.to_string();
            if let Some(failed) = answer.failed().iter().find(|failed| failed.id() == id) {
                let what = format!("SendMessageBatch on {resource}");
                return refused_entry(&what, failed.code(), failed.sender_fault());
            }
            if answer.successful().iter().any(|entry| entry.id() == id) {
                return Reply::Done(());
            }
            Reply::Again(format!("SendMessageBatch on {resource} did not answer for an entry"))
        };
        Ok((0..envelopes.len()).map(reply).collect())
    }

    fn entry(
        &self,
        id: usize,
        envelope: &Envelope,
    ) -> Result<SendMessageBatchRequestEntry, BuildError> {
        let mut entry =
            SendMessageBatchRequestEntry::builder().id(id.to_string()).message_body(&envelope.text);
        for (name, value) in &envelope.attributes {
            let attribute =
                MessageAttributeValue::builder().data_type(STRING).string_value(value).build()?;
            entry = entry.message_attributes(*name, attribute);
        }
        if self.is_fifo {
            entry = entry
                .message_group_id(&envelope.group)
                .message_deduplication_id(&envelope.deduplication_id);
        }
        entry.build()
    }
}

impl DeadLetters for DeadLetterQueue {
    async fn bury(
        &self,
        records: &[DeadRecord<'_>],
        deadline: Deadline,
    ) -> Vec<Result<(), String>> {
        let envelopes = self.envelopes(records);
        let size =
            |place: usize| message_size(&envelopes[place].text, &envelopes[place].attributes);
        let count = envelopes.len();
        let outcomes =
            send(count, size, &self.limits, &self.retry, deadline, async |places: &[usize]| {
                self.send_batch(places.iter().map(|&place| &envelopes[place]).collect()).await
            })
            .await;
        let mut results = vec![Ok(()); records.len()];
        for (envelope, outcome) in envelopes.iter().zip(outcomes) {
            if let Outcome::Refused(reason) | Outcome::Unfinished(reason) = outcome {
                results[envelope.record] = Err(reason);
            }
        }
        log(records, &results);
        results
    }
}

fn attributes(record: &DeadRecord<'_>) -> Vec<(&'static str, String)> {
    let topic = parts::topic(record).map(|topic| ("topic", topic.to_owned()));
    [("reason", record.code.to_owned())].into_iter().chain(topic).collect()
}

/// One line per reason, with the first record of it. What did not reach the queue is logged by the
/// caller, who knows what comes of that.
fn log(records: &[DeadRecord<'_>], results: &[Result<(), String>]) {
    let mut buried: BTreeMap<&str, Vec<&DeadRecord<'_>>> = BTreeMap::new();
    for (record, result) in records.iter().zip(results) {
        if result.is_ok() {
            buried.entry(record.code).or_default().push(record);
        }
    }
    for (reason, records) in buried {
        let first = records[0];
        let (topic, partition) =
            (parts::topic(first), first.partition.map(|partition| partition.0));
        let offset = first.offset.map(|offset| offset.0);
        warn!(reason, records = records.len(), topic, partition, offset, "dead records, the first");
    }
}
