//! Dead letters in SQS.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message,
};
use millrace_redrive::{Letter, Mail, Part, join};

use super::report::Report;
use super::source::{Entry, Handle, WAVE_BYTES};
use crate::error::Error;

/// As many as one request takes.
const BATCH: usize = 10;
/// How long nobody else sees a message that was received.
const HIDDEN_SECONDS: i32 = 30 * 60;
/// When to ask for that again.
const HOLD_AFTER: Duration = Duration::from_mins(10);

pub(super) struct Queue {
    client: Client,
    url: String,
    /// What was received and not deleted, by identifier of the message.
    held: BTreeMap<String, Message>,
    held_since: Instant,
    /// Parts of letters that are not complete, with their messages.
    parts: BTreeMap<String, Vec<(Part, Message)>>,
    /// Letters that have been seen in this run, by function and identifier. One that comes again
    /// has been given up again, and sending it in circles would help nobody.
    seen: HashSet<(String, String)>,
}

impl Queue {
    pub(super) fn new(config: &SdkConfig, url: &str) -> Self {
        Self {
            client: Client::new(config),
            url: url.to_owned(),
            held: BTreeMap::new(),
            held_since: Instant::now(),
            parts: BTreeMap::new(),
            seen: HashSet::new(),
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Receives until there is a wave or nothing more, and reads what was received.
    pub(super) async fn next_wave(&mut self, report: &mut Report) -> Result<Vec<Entry>, Error> {
        let mut letters: BTreeMap<(String, String), (Letter, Vec<Message>)> = BTreeMap::new();
        let mut bytes = 0;
        while bytes < WAVE_BYTES {
            let received = self.receive().await?;
            if received.is_empty() {
                break;
            }
            for message in received {
                bytes += message.body.as_ref().map_or(0, String::len);
                self.take(message, &mut letters, report);
            }
        }
        let entries = letters.into_values().map(|(letter, messages)| Entry {
            function: Some(letter.function),
            reason: letter.reason,
            records: vec![letter.record],
            handle: Handle::Messages(messages),
        });
        Ok(entries.collect())
    }

    async fn receive(&mut self) -> Result<Vec<Message>, Error> {
        let request = self.client.receive_message().queue_url(&self.url);
        let received = request
            .max_number_of_messages(10)
            .visibility_timeout(HIDDEN_SECONDS)
            .wait_time_seconds(1)
            .send()
            .await
            .map_err(|error| self.error("ReceiveMessage", &error))?;
        let messages = received.messages.unwrap_or_default();
        for message in &messages {
            let id = message.message_id.clone().unwrap_or_default();
            self.held.insert(id, message.clone());
        }
        Ok(messages)
    }

    fn take(
        &mut self,
        message: Message,
        letters: &mut BTreeMap<(String, String), (Letter, Vec<Message>)>,
        report: &mut Report,
    ) {
        let name = message.message_id.clone().unwrap_or_default();
        let (letter, messages) = match Mail::read(message.body.as_deref().unwrap_or_default()) {
            Ok(Mail::Letter(letter)) => (letter, vec![message]),
            Ok(Mail::Part(part)) => {
                let id = part.id.clone();
                let parts = self.parts.entry(id.clone()).or_default();
                parts.push((part, message));
                match join(parts.iter().map(|(part, _)| part)) {
                    Ok(None) => return,
                    Ok(Some(letter)) => {
                        let parts = self.parts.remove(&id).unwrap_or_default();
                        (letter, parts.into_iter().map(|(_, message)| message).collect())
                    }
                    Err(error) => return report.unreadable(&name, &error.to_string()),
                }
            }
            Err(error) => return report.unreadable(&name, &error.to_string()),
        };
        let key = (letter.function.clone(), letter.id.clone());
        if let Some((_, known)) = letters.get_mut(&key) {
            known.extend(messages);
        } else if self.seen.insert(key.clone()) {
            letters.insert(key, (letter, messages));
        }
    }

    /// Says which letters are not complete.
    pub(super) fn end(&self, report: &mut Report) {
        for (id, parts) in &self.parts {
            let all = parts.first().map_or(0, |(part, _)| part.parts);
            let reason =
                format!("{} of its {all} parts are here; the others may come later", parts.len());
            report.unreadable(id, &reason);
        }
    }

    /// Keeps messages hidden whose time is running out.
    pub(super) async fn hold(&mut self) -> Result<(), Error> {
        if self.held_since.elapsed() < HOLD_AFTER {
            return Ok(());
        }
        self.held_since = Instant::now();
        self.set_visibility(HIDDEN_SECONDS).await
    }

    pub(super) async fn delete(
        &mut self,
        messages: impl Iterator<Item = &Message>,
    ) -> Result<(), Error> {
        let messages: Vec<&Message> = messages.collect();
        for batch in messages.chunks(BATCH) {
            let mut request = self.client.delete_message_batch().queue_url(&self.url);
            for (number, message) in batch.iter().enumerate() {
                let entry = DeleteMessageBatchRequestEntry::builder()
                    .id(number.to_string())
                    .set_receipt_handle(message.receipt_handle.clone())
                    .build()
                    .map_err(|error| self.error("DeleteMessageBatch", &error))?;
                request = request.entries(entry);
            }
            let deleted =
                request.send().await.map_err(|error| self.error("DeleteMessageBatch", &error))?;
            if let Some(failed) = deleted.failed().first() {
                let reason = format!("a message was not deleted: {}", failed.code());
                return Err(self.refused("DeleteMessageBatch", reason));
            }
            for message in batch {
                self.held.remove(message.message_id.as_deref().unwrap_or_default());
            }
        }
        Ok(())
    }

    /// Makes everything visible again that was not deleted.
    pub(super) async fn give_back(&mut self) -> Result<(), Error> {
        self.set_visibility(0).await?;
        self.held.clear();
        Ok(())
    }

    async fn set_visibility(&self, seconds: i32) -> Result<(), Error> {
        let messages: Vec<&Message> = self.held.values().collect();
        for batch in messages.chunks(BATCH) {
            let mut request = self.client.change_message_visibility_batch().queue_url(&self.url);
            for (number, message) in batch.iter().enumerate() {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(number.to_string())
                    .set_receipt_handle(message.receipt_handle.clone())
                    .visibility_timeout(seconds)
                    .build()
                    .map_err(|error| self.error("ChangeMessageVisibilityBatch", &error))?;
                request = request.entries(entry);
            }
            request
                .send()
                .await
                .map_err(|error| self.error("ChangeMessageVisibilityBatch", &error))?;
        }
        Ok(())
    }

    fn error(&self, operation: &'static str, error: &(dyn std::error::Error + 'static)) -> Error {
        self.refused(operation, DisplayErrorContext(error).to_string())
    }

    fn refused(&self, operation: &'static str, reason: String) -> Error {
        let resource = self.url.clone();
        Error::Call { operation, resource, reason }
    }
}
