use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    BatchStatementError, BatchStatementErrorCodeEnum as Code, BatchStatementRequest,
    KeysAndAttributes,
};
use millrace_lambda::{clock, request_error};
use millrace_shared::commit::{Clear, CommitOutcome, StateStore, Stored, Write};
use millrace_shared::delivery::{Deadline, Limits, Outcome, Reply, RequestError, Retry, send};
use millrace_shared::entity::EntityKey;
use tracing::warn;

use super::attribute::{Item, item, text};
use super::state_item;
use super::statements::{self, Statements};
use super::tables::ENTITY;
use crate::config::InFlight;

/// Keys that one `BatchGetItem` takes.
const KEYS: usize = 100;
/// Statements that one `BatchExecuteStatement` takes.
const STATEMENTS: usize = 25;
/// Bytes of one request: below the 16 MB that `DynamoDB` takes and what memory has room for, with
/// several in flight.
const BYTES: usize = 4 * 1024 * 1024;

/// The table of states.
pub struct States {
    client: Client,
    table: String,
    statements: Statements,
    retention: Duration,
    reads: Limits,
    writes: Limits,
    retry: Retry,
}

impl States {
    /// The table of this name. A state expires when it has not been written for `retention`.
    pub fn new(
        client: Client,
        table: &str,
        retention: Duration,
        in_flight: InFlight,
        retry: Retry,
    ) -> Self {
        Self {
            client,
            table: table.to_owned(),
            statements: Statements::new(table),
            retention,
            reads: Limits { entries: KEYS, bytes: BYTES, in_flight: in_flight.reads },
            writes: Limits { entries: STATEMENTS, bytes: BYTES, in_flight: in_flight.writes },
            retry,
        }
    }

    fn resource(&self) -> String {
        format!("table {}", self.table)
    }

    /// One `BatchGetItem`; what it leaves unprocessed is to be asked for again.
    async fn read(&self, keys: Vec<&EntityKey>) -> Result<Vec<Reply<Loaded>>, RequestError> {
        let request = KeysAndAttributes::builder()
            .set_keys(Some(keys.iter().map(|key| item([(ENTITY, text(key.as_str()))])).collect()))
            .consistent_read(true)
            .build()
            .map_err(|error| unbuildable(&error))?;
        let sent = self.client.batch_get_item().request_items(&self.table, request).send().await;
        let mut answer =
            sent.map_err(|error| request_error("BatchGetItem", &self.resource(), &error))?;

        let items = answer.responses.as_mut().and_then(|tables| tables.remove(&self.table));
        let mut found: HashMap<String, Item> = HashMap::new();
        for item in items.unwrap_or_default() {
            if let Some(Ok(entity)) = item.get(ENTITY).map(|value| value.as_s().cloned()) {
                found.insert(entity, item);
            }
        }
        let left = answer.unprocessed_keys().and_then(|tables| tables.get(&self.table));
        let is_left = |key: &EntityKey| {
            let keys = left.map(KeysAndAttributes::keys).unwrap_or_default();
            keys.iter().any(|left| left.get(ENTITY) == Some(&text(key.as_str())))
        };
        let reply = |key: &EntityKey| match found.remove(key.as_str()) {
            Some(item) => Reply::Done(read_state(key, item).map(Some)),
            None if is_left(key) => {
                Reply::Again(format!("BatchGetItem on {} left a key unprocessed", self.resource()))
            }
            None => Reply::Done(Ok(None)),
        };
        Ok(keys.into_iter().map(reply).collect())
    }

    /// One `BatchExecuteStatement`: the error of each statement that failed, in order.
    async fn execute(
        &self,
        statements: Vec<Result<BatchStatementRequest, BuildError>>,
    ) -> Result<Vec<Option<BatchStatementError>>, RequestError> {
        let statements: Result<Vec<_>, _> = statements.into_iter().collect();
        let statements = statements.map_err(|error| unbuildable(&error))?;
        let request = self.client.batch_execute_statement().set_statements(Some(statements));
        let sent = request.send().await;
        let answer =
            sent.map_err(|error| request_error("BatchExecuteStatement", &self.resource(), &error))?;
        Ok(answer.responses.unwrap_or_default().into_iter().map(|one| one.error).collect())
    }

    /// What a failed statement means for its write.
    fn refusal(&self, key: &EntityKey, error: BatchStatementError) -> Reply<CommitOutcome> {
        let reason = self.reason(&error);
        match error.code {
            Some(Code::ConditionalCheckFailed | Code::DuplicateItem) => {
                // An item that cannot be read is read again by the caller, and then says why.
                let stands = error.item.and_then(|item| read_state(key, item).ok());
                Reply::Done(CommitOutcome::Stale(stands.map(Box::new)))
            }
            Some(code) if passes(&code) => Reply::Again(reason),
            _ => Reply::Done(CommitOutcome::Failed(reason)),
        }
    }

    /// The operation, the resource and the code. The message only where it can quote no content.
    fn reason(&self, error: &BatchStatementError) -> String {
        let code = error.code.as_ref().map_or("no code", Code::as_str);
        let speaks = matches!(error.code, Some(Code::AccessDenied | Code::ResourceNotFound));
        let message = error.message.as_deref().filter(|_| speaks).unwrap_or_default();
        let resource = self.resource();
        format!("a statement on {resource} failed: {code} {message}").trim_end().to_owned()
    }
}

type Loaded = Result<Option<Stored>, String>;

impl StateStore for States {
    async fn load(&self, keys: &[&EntityKey], deadline: Deadline) -> Vec<Loaded> {
        let size = |place: usize| keys[place].as_str().len();
        let outcomes = send(
            keys.len(),
            size,
            &self.reads,
            &self.retry,
            deadline,
            async |places: &[usize]| {
                self.read(places.iter().map(|&place| keys[place]).collect()).await
            },
        )
        .await;
        let loaded = outcomes.into_iter().map(|outcome| match outcome {
            Outcome::Done(loaded) => loaded,
            Outcome::Refused(reason) | Outcome::Unfinished(reason) => Err(reason),
        });
        loaded.collect()
    }

    async fn commit(&self, writes: &[Write<'_>], deadline: Deadline) -> Vec<CommitOutcome> {
        let expires_at = clock::now_seconds().saturating_add(self.retention.as_secs());
        // Each statement is made once for its size and its first request; a second one is rare.
        let ready: Vec<_> =
            writes.iter().map(|write| self.statements.write(write, expires_at)).collect();
        let size_of = |statement: &Result<BatchStatementRequest, BuildError>| {
            statement.as_ref().map_or(0, statements::size)
        };
        let sizes: Vec<usize> = ready.iter().map(size_of).collect();
        let ready: Vec<_> =
            ready.into_iter().map(|statement| RefCell::new(Some(statement))).collect();
        let statement = |place: usize| {
            let made = ready[place].borrow_mut().take();
            made.unwrap_or_else(|| self.statements.write(&writes[place], expires_at))
        };

        let size = |place: usize| sizes[place];
        let outcomes = send(
            writes.len(),
            size,
            &self.writes,
            &self.retry,
            deadline,
            async |places: &[usize]| {
                let errors = self.execute(places.iter().map(|&place| statement(place)).collect());
                let replies = places.iter().zip(errors.await?).map(|(&place, error)| match error {
                    None => Reply::Done(CommitOutcome::Committed),
                    Some(error) => self.refusal(writes[place].key, error),
                });
                Ok(replies.collect())
            },
        )
        .await;
        let committed = outcomes.into_iter().map(|outcome| match outcome {
            Outcome::Done(outcome) => outcome,
            Outcome::Refused(reason) | Outcome::Unfinished(reason) => CommitOutcome::Failed(reason),
        });
        committed.collect()
    }

    async fn clear(&self, clears: &[Clear<'_>], deadline: Deadline) {
        let size = |place: usize| clears[place].key.as_str().len();
        let outcomes = send(
            clears.len(),
            size,
            &self.writes,
            &self.retry,
            deadline,
            async |places: &[usize]| {
                let clear = |&place: &usize| self.statements.clear(&clears[place]);
                let errors = self.execute(places.iter().map(clear).collect()).await?;
                let replies = errors.into_iter().map(|error| match error {
                    Some(error) if error.code.as_ref().is_some_and(passes) => {
                        Reply::Again(self.reason(&error))
                    }
                    // Somebody else wrote, and carries the outbox along.
                    Some(BatchStatementError {
                        code: Some(Code::ConditionalCheckFailed), ..
                    })
                    | None => Reply::Done(()),
                    Some(error) => Reply::Refused(self.reason(&error)),
                });
                Ok(replies.collect())
            },
        )
        .await;
        let mut left = outcomes.into_iter().filter_map(|outcome| match outcome {
            Outcome::Done(()) => None,
            Outcome::Refused(reason) | Outcome::Unfinished(reason) => Some(reason),
        });
        if let Some(reason) = left.next() {
            let outboxes = left.count() + 1;
            warn!(outboxes, reason, "outboxes stay until their entities are read next");
        }
    }
}

/// Whether a statement's failure passes by itself. Throttling comes per statement, inside an answer
/// of status 200, where the client's own retries would not see it.
fn passes(code: &Code) -> bool {
    matches!(
        code,
        Code::ThrottlingError
            | Code::ProvisionedThroughputExceeded
            | Code::RequestLimitExceeded
            | Code::InternalServerError
            | Code::TransactionConflict
    )
}

fn read_state(key: &EntityKey, item: Item) -> Result<Stored, String> {
    state_item::read(key.kind(), item)
        .map_err(|error| format!("the state of a {} cannot be read: {error}", key.kind().name()))
}

fn unbuildable(error: &BuildError) -> RequestError {
    RequestError::Broken(format!("a request could not be made: {error}"))
}
