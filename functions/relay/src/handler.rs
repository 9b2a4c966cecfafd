//! One invocation: decode, relay the batch, answer.

use std::time::Instant;

use millrace_lambda::{
    BatchHandler, DeadLetterQueue, Deadlines, HandlerError, Metrics, RecordAges, answer, clock,
    retry,
};
use millrace_shared::kafka::{Batch, BatchResponse, Redriven};
use tracing::info;

use crate::bucket::Bucket;
use crate::clients::Clients;
use crate::config::Config;
use crate::delivery_streams::DeliveryStreams;
use crate::metrics;
use crate::relay::{Done, Relay};
use crate::tally::Tally;

/// The function: a relay over its sinks, and what it answers.
pub struct Function {
    relay: Relay<DeliveryStreams, Bucket, DeadLetterQueue>,
    metrics: Metrics,
    name: String,
    partial_failures: bool,
}

impl Function {
    /// The function of this name, as configured, over these clients.
    pub fn new(config: Config, clients: &Clients, name: &str) -> Self {
        let relay = Relay {
            destination: config.destination,
            envelope: config.envelope,
            in_flight: config.requests_in_flight,
            retry: retry(),
            streams: DeliveryStreams::new(clients.firehose.clone()),
            objects: Bucket::new(clients.s3.clone(), &config.archive_bucket),
            dead_letters: DeadLetterQueue::new(
                clients.sqs.clone(),
                &config.dead_letter_queue_url,
                name,
                config.requests_in_flight,
                retry(),
            ),
        };
        let metrics = Metrics::new(clients.cloudwatch.clone(), &config.metrics_namespace, retry());
        Self { relay, metrics, name: name.to_owned(), partial_failures: config.partial_failures }
    }
}

impl BatchHandler for Function {
    async fn handle(
        &self,
        body: &[u8],
        deadlines: Deadlines,
    ) -> Result<BatchResponse, HandlerError> {
        let started = Instant::now();
        let batch = Batch::decode(body)?;
        self.relay.dead_letters.set_cluster(batch.cluster());

        let done = self.relay.run(&batch, deadlines.work).await;
        let answer = answer(&batch, &done.failed, self.partial_failures);
        let ages = RecordAges::of(&batch, clock::now_millis());
        let data = metrics::data(&done.tally, &ages, &self.name);
        self.metrics.publish(data, deadlines.finish).await;
        log(&done, started);
        match batch.redrive() {
            Some(_) => answer.map(|answer| answer.with_redriven(redriven(&done.tally))),
            None => answer,
        }
    }
}

/// A record that was archived before is archived again: the archive's SQL counts it once.
fn redriven(tally: &Tally) -> Redriven {
    Redriven {
        applied: tally.relayed + tally.oversize,
        duplicates: 0,
        tombstones: tally.omitted,
        dead: tally.dead.iter().map(|(code, count)| ((*code).into(), *count)).collect(),
    }
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
