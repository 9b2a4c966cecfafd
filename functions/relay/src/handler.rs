//! One invocation: decode, relay the batch, answer.

use std::time::Instant;

use analytics::{DeadLetterQueue, Deadlines, HandlerError, InFlight};
use millrace_shared::delivery::Retry;
use millrace_shared::kafka::{Batch, BatchResponse};
use tracing::info;

use crate::bucket::Bucket;
use crate::clients::Clients;
use crate::config::Config;
use crate::delivery_streams::DeliveryStreams;
use crate::metrics::Metrics;
use crate::relay::{Done, Relay};

/// The function: a relay over its sinks, and what it answers.
pub struct Function {
    relay: Relay<DeliveryStreams, Bucket, DeadLetterQueue>,
    metrics: Metrics,
    partial_failures: bool,
}

impl Function {
    /// The function of this name, as configured, over these clients.
    pub fn new(config: Config, clients: &Clients, name: &str) -> Self {
        let messages = config.requests_in_flight;
        let in_flight = InFlight { reads: messages, writes: messages, messages };
        let queue = &config.dead_letter_queue_url;
        let relay = Relay {
            destination: config.destination,
            envelope: config.envelope,
            in_flight: config.requests_in_flight,
            retry: retry(),
            streams: DeliveryStreams::new(clients.firehose.clone()),
            objects: Bucket::new(clients.s3.clone(), &config.archive_bucket),
            dead_letters: DeadLetterQueue::new(
                clients.sqs.clone(),
                queue,
                name,
                in_flight,
                retry(),
            ),
        };
        let namespace = &config.metrics_namespace;
        let metrics = Metrics::new(clients.cloudwatch.clone(), namespace, name, retry());
        Self { relay, metrics, partial_failures: config.partial_failures }
    }

    /// Handles the event with this body.
    pub async fn handle(
        &self,
        body: &[u8],
        deadlines: Deadlines,
    ) -> Result<BatchResponse, HandlerError> {
        let started = Instant::now();
        let batch = Batch::decode(body)?;
        self.relay.dead_letters.set_cluster(batch.cluster());

        let done = self.relay.run(&batch, deadlines.work).await;
        let answer = self.answer(&batch, &done);
        self.metrics.publish(&batch, &done.tally, deadlines.finish).await;
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
        relayed = tally.relayed,
        oversize = tally.oversize,
        tombstones = tally.tombstones,
        dead = tally.dead.values().sum::<u64>(),
        failed = tally.failed,
        entries = tally.sent.entries,
        bytes = tally.sent.bytes,
        billed_bytes = tally.sent.billed_bytes,
        objects = tally.sent.objects,
        requests = tally.sent.requests,
        retries = tally.sent.retries,
        milliseconds = started.elapsed().as_millis(),
        "batch"
    );
}
