//! One invocation: decode, take the batch through the commit path, answer.

use std::time::Instant;

use lambda_runtime::Diagnostic;
use millrace_shared::commit::{CommitPath, Done};
use millrace_shared::delivery::Retry;
use millrace_shared::kafka::{Batch, BatchResponse, EventError, ResponseError};
use thiserror::Error;
use tracing::info;

use crate::alert_topic::AlertTopic;
use crate::clients::Clients;
use crate::config::Config;
use crate::dead_letters::DeadLetterQueue;
use crate::deadline::Deadlines;
use crate::dynamodb::{Rows, States};
use crate::metrics::Metrics;
use crate::outboxes::Outboxes;

/// The function: a commit path over the sinks, and what it answers.
pub struct Analytics {
    path: CommitPath<States, Outboxes, DeadLetterQueue>,
    metrics: Metrics,
    partial_failures: bool,
}

/// Why an invocation fails as a whole, so that Lambda delivers the whole batch again.
#[derive(Debug, Error)]
pub enum HandlerError {
    /// The payload is something else than a batch of Kafka records.
    #[error(transparent)]
    NotAnMskEvent(#[from] EventError),
    /// A dead record that reached no queue and cannot be reported by itself.
    #[error(transparent)]
    Unreportable(#[from] ResponseError),
    /// Records failed, and the event source mapping does not take reports of single ones.
    #[error(
        "{failed} of {records} records are not done, and PARTIAL_FAILURES is off; the whole batch \
         has to come again"
    )]
    PartialFailuresOff {
        /// How many are not done.
        failed: usize,
        /// How many there are.
        records: usize,
    },
}

impl From<HandlerError> for Diagnostic {
    fn from(error: HandlerError) -> Self {
        let error_type = match error {
            HandlerError::NotAnMskEvent(_) => "NotAnMskEvent",
            HandlerError::Unreportable(_) => "Unreportable",
            HandlerError::PartialFailuresOff { .. } => "PartialFailuresOff",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}

impl Analytics {
    /// The function of this name, as configured, over these clients.
    pub fn new(config: Config, clients: &Clients, function: &str) -> Self {
        let in_flight = config.in_flight;
        let dynamodb = || clients.dynamodb.clone();
        let state_table = &config.tables.state;
        let store =
            States::new(dynamodb(), state_table, config.state_retention, in_flight, retry());
        let rows =
            Rows::new(dynamodb(), config.tables.clone(), &config.settings, in_flight, retry());
        let topic =
            AlertTopic::new(clients.sns.clone(), &config.alert_topic_arn, in_flight, retry());
        let queue = &config.dead_letter_queue_url;
        let dead_letters =
            DeadLetterQueue::new(clients.sqs.clone(), queue, function, in_flight, retry());
        let namespace = &config.metrics_namespace;
        let metrics = Metrics::new(clients.cloudwatch.clone(), namespace, function, retry());
        let path = CommitPath {
            settings: config.settings,
            topics: config.topics,
            on_suspicious: config.on_suspicious,
            cluster: config.cluster,
            retry: retry(),
            store,
            delivery: Outboxes { rows, topic },
            dead_letters,
        };
        Self { path, metrics, partial_failures: config.partial_failures }
    }

    /// Handles the event with this body.
    pub async fn handle(
        &self,
        body: &[u8],
        deadlines: Deadlines,
    ) -> Result<BatchResponse, HandlerError> {
        let started = Instant::now();
        let batch = Batch::decode(body)?;
        let cluster = self.path.cluster.as_deref().unwrap_or(batch.cluster());
        self.path.dead_letters.set_cluster(cluster);

        let done = self.path.run(&batch, deadlines.work).await;
        let answer = self.answer(&batch, &done);
        futures::join!(
            self.path.clear(&done, deadlines.finish),
            self.metrics.publish(&batch, &done.tally, deadlines.finish),
        );
        log(&done, started);
        answer
    }

    /// The records to deliver again, or an error where they cannot be told.
    fn answer(&self, batch: &Batch<'_>, done: &Done) -> Result<BatchResponse, HandlerError> {
        let (failed, records) = (done.failed.len(), batch.len());
        if failed > 0 && !self.partial_failures {
            return Err(HandlerError::PartialFailuresOff { failed, records });
        }
        Ok(BatchResponse::from_failed(batch, done.failed.iter().copied())?)
    }
}

/// How all sinks wait before they try again.
fn retry() -> Retry {
    Retry::new(Box::new(fastrand::f64))
}

fn log(done: &Done, started: Instant) {
    let tally = &done.tally;
    info!(
        records = tally.records,
        applied = tally.applied,
        duplicates = tally.duplicates,
        suspicious = tally.suspicious,
        tombstones = tally.tombstones,
        dead = tally.dead_records(),
        failed = tally.failed,
        alerts = tally.alerts.values().sum::<u64>(),
        closed = tally.closed,
        conflicts = tally.conflicts,
        milliseconds = started.elapsed().as_millis(),
        "batch done"
    );
}
