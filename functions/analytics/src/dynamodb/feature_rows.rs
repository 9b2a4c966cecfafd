use std::time::Duration;

use aws_sdk_dynamodb::Client;
use millrace_shared::delivery::{Deadline, Outcome, Reply, Retry};
use millrace_shared::entity::EntityKey;
use millrace_shared::state::{Features, UserState};
use tracing::error;

use super::answers::StatementError;
use super::batch_execute::{BatchExecute, passes};
use super::entries::Entries;
use super::features_item::{self, AS_OF};
use super::statements::{names_of, quoted, write_request};
use super::tables::ENTITY;
use crate::config::InFlight;

/// How often a row may be found to be there when it was to be inserted, or gone when it was to be
/// updated, before somebody else has to try.
const TURNS: usize = 4;

/// The table of features: one row per user, which a newer one replaces and an older one never does.
///
/// `PartiQL` knows no "insert or update", so a row is updated, and inserted if there is none.
pub(super) struct FeatureRows {
    execute: BatchExecute,
    table: String,
    update: String,
    insert: String,
    retention: Duration,
}

/// Features, and whose they are.
pub(super) type FeaturesOf<'a> = (&'a EntityKey, &'a Features);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Update,
    Insert,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Written {
    /// It stands, or a newer one does.
    Stands,
    /// It was to be updated and there is none, or to be inserted and there is one.
    OtherVerb,
    /// It will not work until somebody changes something: no such table, no permission.
    Failed(String),
}

impl FeatureRows {
    pub(super) fn new(
        client: Client,
        table: &str,
        retention: Duration,
        in_flight: InFlight,
    ) -> Self {
        let any = Features::from(&UserState::default());
        let attributes = names_of(|item| features_item::write(&any, retention, item));
        let set: Vec<String> = attributes.iter().map(|name| format!(r#"SET "{name}"=?"#)).collect();
        let update =
            format!(r#"UPDATE "{table}" {} WHERE "{ENTITY}"=? AND "{AS_OF}"<?"#, set.join(" "));
        let named: Vec<String> = attributes.iter().map(|name| format!("'{name}': ?")).collect();
        let insert =
            format!(r#"INSERT INTO "{table}" VALUE {{'{ENTITY}': ?, {}}}"#, named.join(", "));
        Self {
            execute: BatchExecute::new(client, table, in_flight.writes),
            table: table.to_owned(),
            update: quoted(&update),
            insert: quoted(&insert),
            retention,
        }
    }

    /// The name of the table.
    pub(super) fn table(&self) -> &str {
        &self.table
    }

    /// The row of a user as JSON.
    pub(super) fn row(&self, entity: &EntityKey, features: &Features) -> String {
        features_item::json(entity, features, self.retention)
    }

    /// Writes a row for each user. One result per row, in order.
    pub(super) async fn put(
        &self,
        rows: &[FeaturesOf<'_>],
        retry: &Retry,
        deadline: Deadline,
    ) -> Vec<Result<(), String>> {
        let not_yet = || Err("its row of features came and went".to_owned());
        let mut results: Vec<Result<(), String>> = rows.iter().map(|_| not_yet()).collect();
        let mut left: Vec<usize> = (0..rows.len()).collect();
        for verb in [Verb::Update, Verb::Insert].into_iter().cycle().take(TURNS) {
            if left.is_empty() {
                break;
            }
            let of_turn: Vec<FeaturesOf<'_>> = left.iter().map(|&place| rows[place]).collect();
            let outcomes = self.write(verb, &of_turn, retry, deadline).await;
            let mut other_verb = Vec::new();
            for (place, outcome) in left.into_iter().zip(outcomes) {
                results[place] = match outcome {
                    Outcome::Done(Written::Stands) => Ok(()),
                    Outcome::Done(Written::OtherVerb) => {
                        other_verb.push(place);
                        not_yet()
                    }
                    // A row that no table takes would stand in the way of its partition forever.
                    Outcome::Refused(reason) => {
                        error!(reason, "a row was refused and is lost");
                        Ok(())
                    }
                    Outcome::Done(Written::Failed(reason)) | Outcome::Unfinished(reason) => {
                        Err(reason)
                    }
                };
            }
            left = other_verb;
        }
        results
    }

    async fn write(
        &self,
        verb: Verb,
        rows: &[FeaturesOf<'_>],
        retry: &Retry,
        deadline: Deadline,
    ) -> Vec<Outcome<Written>> {
        let statements = Entries::of(rows, |json, row| self.statement(json, verb, row));
        let reply = |_, error: Option<StatementError<'_>>| match error {
            None => Reply::Done(Written::Stands),
            Some(error) => reply(verb, &error, self.execute.resource()),
        };
        self.execute.all(&statements, retry, deadline, reply).await
    }

    fn statement(&self, json: &mut String, verb: Verb, (entity, features): &FeaturesOf<'_>) {
        match verb {
            Verb::Update => write_request(json, &self.update, |parameters| {
                features_item::write(features, self.retention, parameters);
                parameters.next().text(entity.as_str());
                parameters.next().text(&features.as_of());
            }),
            Verb::Insert => write_request(json, &self.insert, |parameters| {
                parameters.next().text(entity.as_str());
                features_item::write(features, self.retention, parameters);
            }),
        }
    }
}

/// What a failed statement means for its row.
fn reply(verb: Verb, error: &StatementError<'_>, resource: &str) -> Reply<Written> {
    let code = &*error.code;
    // The message can quote parameters.
    let reason = || format!("a statement on {resource} failed: {code}");
    match (verb, code) {
        (Verb::Update, "ConditionalCheckFailed") if error.item.is_some() => {
            Reply::Done(Written::Stands)
        }
        (Verb::Update, "ConditionalCheckFailed") | (Verb::Insert, "DuplicateItem") => {
            Reply::Done(Written::OtherVerb)
        }
        _ if passes(code) => Reply::Again(reason()),
        (_, "ValidationError") => Reply::Refused(reason()),
        _ => Reply::Done(Written::Failed(reason())),
    }
}
