//! One invocation: decode, take the batch through the commit path, answer.

use std::time::Instant;

use millrace_lambda::{
    BatchHandler, DeadLetterQueue, Deadlines, HandlerError, Metrics, RecordAges, answer, clock,
    retry,
};
use millrace_shared::commit::{CommitPath, Done, Tally};
use millrace_shared::kafka::{Batch, BatchResponse, Redriven};
use tracing::info;

use crate::alert_topic::AlertTopic;
use crate::clients::Clients;
use crate::config::Config;
use crate::dynamodb::{Rows, States};
use crate::metrics;
use crate::outboxes::Outboxes;

/// The function: a commit path over the sinks, and what it answers.
pub struct Analytics {
    path: CommitPath<States, Outboxes, DeadLetterQueue>,
    metrics: Metrics,
    name: String,
    partial_failures: bool,
}

impl Analytics {
    /// The function of this name, as configured, over these clients.
    pub fn new(config: Config, clients: &Clients, name: &str) -> Self {
        let in_flight = config.in_flight;
        let dynamodb = || clients.dynamodb.clone();
        let state_table = &config.tables.state;
        let store =
            States::new(dynamodb(), state_table, config.state_retention, in_flight, retry())
                .on_unreadable(config.on_unreadable)
                .refreshed_every(config.calibration_refresh);
        let rows =
            Rows::new(dynamodb(), config.tables.clone(), &config.settings, in_flight, retry());
        let topic =
            AlertTopic::new(clients.sns.clone(), &config.alert_topic_arn, in_flight, retry());
        let queue = &config.dead_letter_queue_url;
        let dead_letters =
            DeadLetterQueue::new(clients.sqs.clone(), queue, name, in_flight.messages, retry());
        let metrics = Metrics::new(clients.cloudwatch.clone(), &config.metrics_namespace, retry());
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
        Self { path, metrics, name: name.to_owned(), partial_failures: config.partial_failures }
    }
}

impl BatchHandler for Analytics {
    async fn handle(
        &self,
        body: &[u8],
        deadlines: Deadlines,
    ) -> Result<BatchResponse, HandlerError> {
        let started = Instant::now();
        let batch = Batch::decode(body)?;
        let cluster = self.path.cluster.as_deref().unwrap_or(batch.cluster());
        self.path.dead_letters.set_cluster(cluster);

        let done = self.path.run(&batch, deadlines.work).await;
        let answer = answer(&batch, &done.failed, self.partial_failures);
        let now = clock::now_millis();
        let data = metrics::data(&done.tally, &RecordAges::of(&batch, now), &self.name, now);
        futures::join!(
            self.path.clear(&done, deadlines.finish),
            self.metrics.publish(data, deadlines.finish),
        );
        log(&done, started);
        match batch.redrive() {
            Some(_) => answer.map(|answer| answer.with_redriven(redriven(&done.tally))),
            None => answer,
        }
    }
}

fn redriven(tally: &Tally) -> Redriven {
    Redriven {
        applied: tally.applied,
        duplicates: tally.duplicates,
        tombstones: tally.tombstones,
        dead: tally.dead.iter().map(|(code, count)| ((*code).into(), *count)).collect(),
    }
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
