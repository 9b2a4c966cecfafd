//! One event source mapping: a topic, read for a function.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use millrace_event_source_mapping as esm;
use millrace_event_source_mapping::{
    Backoff, EventSource, EventSourceMapping, FunctionFailure, Observation, Observer,
    PartialFailures, Until,
};
use millrace_kafka::{Connection, Consumer, ConsumerSettings};
use millrace_runtime_api::{InvokeOutcome, Outcome};
use tokio::sync::watch;

use super::committed::{Committed, Reader};
use super::workers::Workers;
use crate::error::Error;

/// How long a batch is gathered for: Lambda's default.
const WINDOW: Duration = Duration::from_millis(500);

/// Of so many invocations one is not answered in time, the second among them.
const ONE_TIMES_OUT_OF: u64 = 40;

/// What a poller reads, and for whom.
pub(super) struct Poller {
    pub(super) connection: Connection,
    pub(super) topic: String,
    pub(super) group: String,
    pub(super) batch_size: usize,
    pub(super) reader: Reader,
    pub(super) workers: Arc<Workers>,
    pub(super) committed: Arc<Committed>,
    /// Brokers take six seconds or more; an embedded one rebalances the sooner the shorter it is.
    pub(super) session_timeout: Duration,
}

impl Poller {
    /// Polls until it is told to stop, then commits what is done and leaves the group.
    pub(super) async fn run(self, mut stop: watch::Receiver<bool>) -> Result<esm::Tally, Error> {
        let settings = esm::Settings {
            batch_size: self.batch_size,
            window: WINDOW,
            // As the template has it.
            retries: Some(20),
            partial_failures: Some(PartialFailures::ListedOnly),
            backoff: Backoff { initial: Duration::from_millis(20), ..Backoff::default() },
            event_source: EventSource::default(),
            ..esm::Settings::new(&self.topic, &self.group)
        };
        let function = Forgetful { workers: self.workers, invocations: AtomicU64::new(0) };
        let progress = Progress { committed: self.committed, reader: self.reader };
        let mapping = EventSourceMapping::new(settings, Arc::new(function))
            .map_err(|error| Error::Mapping(error.to_string()))?
            .observed_by(Arc::new(progress));
        let joining = ConsumerSettings {
            session_timeout: self.session_timeout,
            ..ConsumerSettings::new(&self.topic, &self.group)
        };
        let mut consumer = Consumer::join(&self.connection, &joining).await?;
        let stopped = async move {
            // Nobody to stop it any more is a stop, too.
            let _ = stop.wait_for(|stop| *stop).await;
        };
        let tally = mapping.run(&mut consumer, Until::Stopped, stopped).await;
        consumer.leave().await;
        tally.map_err(|error| Error::Mapping(error.to_string()))
    }
}

/// The function, but for an answer now and then: as after a timeout that came just before it.
struct Forgetful {
    workers: Arc<Workers>,
    invocations: AtomicU64,
}

impl esm::Function for Forgetful {
    fn invoke(&self, event: Bytes) -> BoxFuture<'_, esm::Invoked> {
        Box::pin(async move {
            let number = self.invocations.fetch_add(1, Ordering::Relaxed);
            let invoked = match self.workers.invoke(event.clone()).await {
                Ok(invoked) => invoked,
                Err(error) => {
                    let message = error.to_string();
                    return esm::InvokeOutcome::NotInvoked { message }.into();
                }
            };
            let is_answered = matches!(invoked.outcome, Outcome::Response(_));
            if is_answered && number % ONE_TIMES_OUT_OF == 1 {
                self.workers.note_again(super::positions::count(&event));
                let (failure, message) = (FunctionFailure::TimedOut, "a timeout".to_owned());
                return esm::InvokeOutcome::Failed { failure, message }.into();
            }
            read(invoked)
        })
    }
}

fn read(invoked: InvokeOutcome) -> esm::Invoked {
    let message = invoked.outcome.to_string();
    let outcome = match invoked.outcome {
        Outcome::Response(body) => esm::InvokeOutcome::Answered(body),
        Outcome::FunctionError { .. } => failed(FunctionFailure::Error, message),
        Outcome::TimedOut => failed(FunctionFailure::TimedOut, message),
        Outcome::Crashed { .. } => failed(FunctionFailure::Crashed, message),
    };
    esm::Invoked { request_id: invoked.request_id, outcome }
}

fn failed(failure: FunctionFailure, message: String) -> esm::InvokeOutcome {
    esm::InvokeOutcome::Failed { failure, message }
}

/// Tells how far the group is.
struct Progress {
    committed: Arc<Committed>,
    reader: Reader,
}

impl Observer for Progress {
    fn observe(&self, observation: &Observation<'_>) {
        if let Observation::Committed(offsets) = observation {
            self.committed.advance(&self.reader, offsets);
        }
    }
}
