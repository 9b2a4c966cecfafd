use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use millrace_lambda::{clock, request_error};
use millrace_shared::commit::{Clear, CommitOutcome, StateStore, Stored, Write};
use millrace_shared::delivery::{Deadline, Limits, Outcome, Reply, RequestError, Retry, send};
use millrace_shared::entity::EntityKey;
use millrace_shared::json::Cursor;
use tracing::warn;

use super::answers::{self, StatementError};
use super::attribute::Attributes;
use super::batch_execute::{BatchExecute, STATEMENTS, passes};
use super::entries::Entries;
use super::exchange::{Exchange, REQUEST_BYTES};
use super::glances::Glances;
use super::state_item;
use super::statements::Statements;
use super::tables::ENTITY;
use super::tape::Tape;
use super::value::{write_all, write_object, write_string};
use crate::config::InFlight;

/// Keys that one `BatchGetItem` takes.
const KEYS: usize = 100;
/// States whose statements are made at a time: for some rounds of requests, and not the megabytes of
/// all of a large batch.
const AT_A_TIME: usize = 64 * STATEMENTS;

/// The table of states.
pub struct States {
    client: Client,
    table: String,
    statements: Statements,
    execute: BatchExecute,
    retention: Duration,
    reads: Limits,
    retry: Retry,
    glances: Glances,
    refresh: Duration,
    on_unreadable: OnUnreadable,
}

/// What to do with a state that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnreadable {
    /// Leave it as it is: the entity's records are reported until somebody has restored or deleted
    /// the item.
    #[default]
    Report,
    /// Start the entity afresh, with the watermarks and the outbox if those can be read. Not a state
    /// of another release, which is not broken.
    StartAfresh,
}

/// How old what many look at may be, unless something else is said.
const REFRESH: Duration = Duration::from_mins(1);

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
            execute: BatchExecute::new(client.clone(), table, in_flight.writes),
            client,
            table: table.to_owned(),
            statements: Statements::new(table),
            retention,
            reads: Limits { entries: KEYS, bytes: REQUEST_BYTES, in_flight: in_flight.reads },
            retry,
            on_unreadable: OnUnreadable::Report,
            glances: Glances::default(),
            refresh: REFRESH,
        }
    }

    /// The same table, with this done to states that cannot be read.
    #[must_use]
    pub fn on_unreadable(self, on_unreadable: OnUnreadable) -> Self {
        Self { on_unreadable, ..self }
    }

    /// The same, with another age that what many look at may have.
    #[must_use]
    pub fn refreshed_every(self, refresh: Duration) -> Self {
        Self { refresh, ..self }
    }

    /// One `BatchGetItem`; what it leaves unprocessed is to be asked for again.
    async fn read(&self, keys: &[&EntityKey]) -> Result<Vec<Reply<Loaded>>, RequestError> {
        let exchange = Exchange::new(self.read_request(keys));
        let request = self.client.batch_get_item().customize().interceptor(exchange.clone());
        let sent = request.send().await;
        sent.map_err(|error| request_error("BatchGetItem", self.execute.resource(), &error))?;
        let answer = exchange.answer().await?;

        let place_of: HashMap<&str, usize> =
            keys.iter().enumerate().map(|(place, key)| (key.as_str(), place)).collect();
        let place = |item: &Attributes<'_>| {
            let entity = item.text(ENTITY).ok()?;
            place_of.get(&*entity).copied()
        };
        let mut found: Vec<Loaded> = vec![Ok(None); keys.len()];
        let mut left = Vec::new();
        let mut take = |item: &Attributes<'_>| {
            if let Some(place) = place(item) {
                found[place] = self.read_state(keys[place], item).map(Some);
            }
        };
        let mut leave = |key: &Attributes<'_>| left.extend(place(key));
        answers::read(&answer, |json| answers::batch_get_item(json, &mut take, &mut leave))?;

        let mut replies: Vec<Reply<Loaded>> = found.into_iter().map(Reply::Done).collect();
        for place in left {
            if matches!(replies[place], Reply::Done(Ok(None))) {
                let resource = self.execute.resource();
                replies[place] =
                    Reply::Again(format!("BatchGetItem on {resource} left a key unprocessed"));
            }
        }
        Ok(replies)
    }

    fn read_request(&self, keys: &[&EntityKey]) -> String {
        let mut json = r#"{"RequestItems":{"#.to_owned();
        write_string(&mut json, &self.table);
        json.push_str(r#":{"Keys":["#);
        write_all(&mut json, keys, |json, key| {
            write_object(json, |item| item.named(ENTITY).text(key.as_str()));
        });
        json.push_str(r#"],"ConsistentRead":true}}}"#);
        json
    }

    /// Writes states whose statements stand there all at once.
    async fn commit_together(
        &self,
        writes: &[Write<'_>],
        deadline: Deadline,
    ) -> impl Iterator<Item = CommitOutcome> {
        let expires_at = clock::now_seconds().saturating_add(self.retention.as_secs());
        let statements =
            Entries::of(writes, |json, write| self.statements.write(json, write, expires_at));
        let reply = |place: usize, error: Option<StatementError<'_>>| match error {
            None => Reply::Done(CommitOutcome::Committed),
            Some(error) => self.refusal(writes[place].key, &error),
        };
        let outcomes = self.execute.all(&statements, &self.retry, deadline, reply).await;
        outcomes.into_iter().map(|outcome| match outcome {
            Outcome::Done(outcome) => outcome,
            Outcome::Refused(reason) | Outcome::Unfinished(reason) => CommitOutcome::Failed(reason),
        })
    }

    /// What a failed statement means for its write.
    fn refusal(&self, key: &EntityKey, error: &StatementError<'_>) -> Reply<CommitOutcome> {
        match &*error.code {
            "ConditionalCheckFailed" | "DuplicateItem" => {
                // An item that cannot be read is read again by the caller, and then says why.
                let stands = error.item.and_then(|item| {
                    let mut tape = Tape::default();
                    let item = tape.read(&mut Cursor::new(item.text())).ok()?;
                    self.read_state(key, &item).ok()
                });
                Reply::Done(CommitOutcome::Stale(stands.map(Box::new)))
            }
            code if passes(code) => Reply::Again(self.reason(error)),
            _ => Reply::Done(CommitOutcome::Failed(self.reason(error))),
        }
    }

    fn read_state(&self, key: &EntityKey, item: &Attributes<'_>) -> Result<Stored, String> {
        let kind = key.kind();
        let read = state_item::read(kind, item).or_else(|error| match self.on_unreadable {
            OnUnreadable::Report => Err(error),
            OnUnreadable::StartAfresh => {
                let afresh = state_item::afresh(kind, item)?;
                let reason = error.to_string();
                warn!(entity_kind = kind.name(), reason, "an entity starts afresh");
                Ok(afresh)
            }
        });
        read.map_err(|error| format!("the state of a {} cannot be read: {error}", kind.name()))
    }

    /// The operation, the resource and the code. The message only where it can quote no content.
    fn reason(&self, error: &StatementError<'_>) -> String {
        let speaks = matches!(&*error.code, "AccessDenied" | "ResourceNotFound");
        let message = if speaks { &*error.message } else { "" };
        let code = if error.code.is_empty() { "no code" } else { &*error.code };
        let resource = self.execute.resource();
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
                let keys: Vec<&EntityKey> = places.iter().map(|&place| keys[place]).collect();
                self.read(&keys).await
            },
        )
        .await;
        let loaded = outcomes.into_iter().map(|outcome| match outcome {
            Outcome::Done(loaded) => loaded,
            Outcome::Refused(reason) | Outcome::Unfinished(reason) => Err(reason),
        });
        loaded.collect()
    }

    async fn glance(&self, keys: &[EntityKey], deadline: Deadline) -> Vec<Loaded> {
        if let Some(states) = self.glances.fresh(keys, self.refresh) {
            return states.into_iter().map(Ok).collect();
        }
        let loaded = self.load(&keys.iter().collect::<Vec<_>>(), deadline).await;
        let whole: Result<Vec<Option<Stored>>, String> = loaded.iter().cloned().collect();
        match (whole, self.glances.any(keys)) {
            (Ok(states), _) => self.glances.note(keys, &states),
            (Err(reason), Some(states)) => {
                warn!(reason, "what many look at could not be read again");
                return states.into_iter().map(Ok).collect();
            }
            (Err(_), None) => {}
        }
        loaded
    }

    async fn commit(&self, writes: &[Write<'_>], deadline: Deadline) -> Vec<CommitOutcome> {
        let mut outcomes = Vec::with_capacity(writes.len());
        for writes in writes.chunks(AT_A_TIME) {
            outcomes.extend(self.commit_together(writes, deadline).await);
        }
        outcomes
    }

    async fn clear(&self, clears: &[Clear<'_>], deadline: Deadline) {
        let statements = Entries::of(clears, |json, clear| self.statements.clear(json, clear));
        let reply = |_, error: Option<StatementError<'_>>| match error {
            None => Reply::Done(()),
            // Somebody else wrote, and carries the outbox along.
            Some(error) if error.code == "ConditionalCheckFailed" => Reply::Done(()),
            Some(error) if passes(&error.code) => Reply::Again(self.reason(&error)),
            Some(error) => Reply::Refused(self.reason(&error)),
        };
        let outcomes = self.execute.all(&statements, &self.retry, deadline, reply).await;
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
