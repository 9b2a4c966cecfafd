//! Starting, stopping and looking inside.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::call::Service;
use crate::capacity::CapacityUnits;
use crate::cloudwatch::{CloudWatch, MetricDatum};
use crate::counting::{Counter, RequestCount};
use crate::dynamodb::{DynamoDb, Observer};
use crate::effects::Effects;
use crate::faults::{Fault, FaultError, InjectedFaults, RandomFaults, Script};
use crate::firehose::{DeliveryStream, Firehose};
use crate::pipeline::Pipeline;
use crate::s3::{S3, S3Object};
use crate::server;
use crate::sns::{PublishedMessage, Sns};
use crate::sqs::{QueuedMessage, Sqs};
use crate::tls::{self, OverTls};

/// Why the endpoints did not start.
#[derive(Debug, thiserror::Error)]
pub enum EndpointsError {
    /// No loopback port could be had.
    #[error("could not listen on 127.0.0.1: {0}; check the limit on open files")]
    Bind(#[source] io::Error),
    /// No thread to run on.
    #[error("could not start the threads that serve requests: {0}")]
    Runtime(#[source] io::Error),
    /// The embedded DynamoDB engine refused to open an in-memory database.
    #[error("could not open the embedded DynamoDB engine: {0}")]
    DynamoDb(String),
    /// No certificate could be made.
    #[error("could not make a certificate for 127.0.0.1: {0}")]
    Certificate(#[source] Box<dyn Error + Send + Sync>),
}

impl EndpointsError {
    fn stopped() -> Self {
        Self::Runtime(io::Error::other("they are being stopped"))
    }
}

/// Running endpoints: one URL on loopback for every service, everything in memory.
///
/// They run on threads of their own, so that a caller on a single-threaded runtime is not slowed
/// down by them, and stop when this is dropped.
pub struct Endpoints {
    url: String,
    pipeline: Arc<Pipeline>,
    runtime: Option<Runtime>,
}

impl Endpoints {
    /// Starts on a free port of 127.0.0.1, with no tables, topics, queues, streams or buckets.
    pub async fn start() -> Result<Self, EndpointsError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("endpoints")
            .enable_all()
            .build()
            .map_err(EndpointsError::Runtime)?;
        let started = runtime.spawn(start_on_this_runtime()).await;
        let (url, pipeline) = match started {
            Ok(started) => started?,
            Err(error) => return Err(EndpointsError::Runtime(io::Error::other(error))),
        };
        Ok(Self { url, pipeline, runtime: Some(runtime) })
    }

    /// The URL to give every AWS client as its endpoint, for example `http://127.0.0.1:41234`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Listens at another port as well, and there over TLS, as AWS does.
    pub async fn listen_over_tls(&self) -> Result<OverTls, EndpointsError> {
        let Some(runtime) = &self.runtime else { return Err(EndpointsError::stopped()) };
        let listening = runtime.spawn(tls::listen(Arc::clone(&self.pipeline))).await;
        listening.unwrap_or_else(|_| Err(EndpointsError::stopped()))
    }

    /// Stops and waits until the port is free again.
    pub async fn stop(mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        let stopping = tokio::task::spawn_blocking(move || drop(runtime));
        // It fails only if the runtime's threads panicked, and then they have stopped as well.
        let _ = stopping.await;
    }

    /// Every message that SNS accepted, in order; also those a FIFO topic recognised as duplicates.
    pub fn published(&self) -> Vec<PublishedMessage> {
        self.pipeline.sns.published()
    }

    /// Every metric datum that CloudWatch accepted, in order.
    pub fn metrics(&self) -> Vec<MetricDatum> {
        self.pipeline.cloudwatch.metrics()
    }

    /// What a queue holds, in order, received or not; empty for a queue that does not exist.
    pub fn queue_messages(&self, queue_url: &str) -> Vec<QueuedMessage> {
        self.pipeline.sqs.messages(queue_url)
    }

    /// A delivery stream: its records, what it delivered, what is still buffered.
    pub fn delivery_stream(&self, name: &str) -> Option<DeliveryStream> {
        self.pipeline.firehose.look_at(name)
    }

    /// Delivers what every delivery stream has buffered, without waiting for size or time.
    pub fn flush_delivery_streams(&self) {
        self.pipeline.firehose.flush();
    }

    /// The objects in a bucket, by key; empty for a bucket that does not exist.
    pub fn s3_objects(&self, bucket: &str) -> Vec<S3Object> {
        self.pipeline.s3.objects(bucket)
    }

    /// Orders something to go wrong; faults hit in the order in which they were ordered.
    pub fn inject(&self, fault: Fault) -> Result<(), FaultError> {
        self.pipeline.faults.add(fault)
    }

    /// Lets requests go wrong at random from now on, besides what is on order.
    pub fn inject_at_random(&self, faults: RandomFaults) {
        self.pipeline.faults.draw_from(faults);
    }

    /// The faults that have hit so far.
    pub fn injected_faults(&self) -> InjectedFaults {
        self.pipeline.faults.injected()
    }

    /// Tells of every request to DynamoDB that took effect, whether or not its sender learned of it:
    /// what the tables went through, step by step. Only the first observer is told.
    pub fn observe_dynamodb(&self, observer: Observer) {
        self.pipeline.dynamodb.observe(observer);
    }

    /// Waits until every request that has been taken has taken effect, also the late ones.
    pub async fn settle(&self) {
        self.pipeline.effects.settle().await;
    }

    /// Faults that have not hit as often as ordered, with what is left of them.
    pub fn pending_faults(&self) -> Vec<Fault> {
        self.pipeline.faults.pending()
    }

    /// Lets nothing go wrong any more.
    pub fn clear_faults(&self) {
        self.pipeline.faults.clear();
    }

    /// Requests so far, by service and operation.
    pub fn requests(&self) -> BTreeMap<(Service, String), RequestCount> {
        self.pipeline.counter.snapshot()
    }

    /// From now on has every request to DynamoDB say what it consumes: see [`Endpoints::capacity`].
    pub fn measure_capacity(&self) {
        self.pipeline.dynamodb.meter.switch_on();
    }

    /// Capacity units consumed so far, by table, as far as they were measured.
    pub fn capacity(&self) -> BTreeMap<String, CapacityUnits> {
        self.pipeline.dynamodb.meter.snapshot()
    }
}

impl Drop for Endpoints {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waiting is not allowed here: the caller may be on a runtime itself.
            runtime.shutdown_background();
        }
    }
}

async fn start_on_this_runtime() -> Result<(String, Arc<Pipeline>), EndpointsError> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(EndpointsError::Bind)?;
    let url = format!("http://{}", listener.local_addr().map_err(EndpointsError::Bind)?);
    let s3 = Arc::new(S3::default());
    let firehose = Arc::new(Firehose::new(Arc::clone(&s3)));
    let deliverer = Arc::clone(&firehose);
    tokio::spawn(async move { deliverer.deliver_in_time().await });
    let pipeline = Arc::new(Pipeline {
        counter: Counter::default(),
        effects: Effects::default(),
        faults: Script::default(),
        cloudwatch: CloudWatch::default(),
        dynamodb: DynamoDb::start().await?,
        firehose,
        s3,
        sns: Sns::default(),
        sqs: Sqs::default(),
    });
    tokio::spawn(server::serve(listener, None, Arc::clone(&pipeline)));
    Ok((url, pipeline))
}
