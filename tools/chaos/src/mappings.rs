//! A function's event source mappings: one for each topic, as Lambda has them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use millrace_event_source_mapping::{
    Backoff, EventSourceMapping, KafkaRecord, MappingError, MemoryLog, Observation, Observer,
    PartialFailures, Settings, Tally, Until,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::functions::{Fleet, seed_of};
use crate::input::Stream;
use crate::{ChaosError, Plan};

/// The window in which a batch is gathered: short, for nobody waits for records here.
const WINDOW: Duration = Duration::from_millis(50);
const BACKOFF: Backoff =
    Backoff { initial: Duration::from_millis(50), max: Duration::from_secs(2) };

/// The mappings of one function, running.
pub(crate) struct Mappings {
    topics: BTreeMap<Arc<str>, MemoryLog>,
    tasks: Vec<JoinHandle<Result<Tally, MappingError>>>,
    rebalances: Arc<AtomicU64>,
    stop: watch::Sender<bool>,
}

/// Takes partitions away and gives them back, now and then.
struct Rebalancer {
    log: MemoryLog,
    partitions: i32,
    seed: u64,
    rate: f64,
    invocations: AtomicU64,
    rebalances: Arc<AtomicU64>,
}

impl Mappings {
    /// Starts them. Of partial failures, one topic after the other is read in one way and in the
    /// other.
    pub(crate) fn start(
        function: &str,
        plan: &Plan,
        stream: &Stream,
        fleet: &Arc<Fleet>,
    ) -> Result<Self, ChaosError> {
        let (stop, stopped) = watch::channel(false);
        let rebalances = Arc::new(AtomicU64::new(0));
        let (mut topics, mut tasks) = (BTreeMap::new(), Vec::new());
        for (number, (topic, partitions)) in (plan.seed..).zip(stream.partitions()) {
            let partitions = i32::try_from(partitions).unwrap_or(1);
            let log = MemoryLog::new(Arc::clone(topic), usize::try_from(partitions).unwrap_or(1));
            let reading = if number.is_multiple_of(2) {
                PartialFailures::ListedOnly
            } else {
                PartialFailures::FromLowestListed
            };
            let settings = Settings {
                batch_size: plan.batch_size,
                window: WINDOW,
                partial_failures: Some(reading),
                backoff: BACKOFF,
                ..Settings::new(topic.to_string(), format!("{function}-{topic}"))
            };
            let observer = Rebalancer {
                log: log.clone(),
                partitions,
                seed: seed_of(plan.seed, &settings.group_id, 0),
                rate: plan.mishaps.rebalance,
                invocations: AtomicU64::new(0),
                rebalances: Arc::clone(&rebalances),
            };
            let mapping = EventSourceMapping::new(settings, Arc::clone(fleet) as Arc<_>)?;
            let mapping = mapping.observed_by(Arc::new(observer));
            let (mut consumer, mut stopped) = (log.consumer(), stopped.clone());
            tasks.push(tokio::spawn(async move {
                let asked = async move {
                    let _ = stopped.wait_for(|stopped| *stopped).await;
                };
                mapping.run(&mut consumer, Until::Stopped, asked).await
            }));
            topics.insert(Arc::clone(topic), log);
        }
        Ok(Self { topics, tasks, rebalances, stop })
    }

    /// Appends a record to its topic.
    pub(crate) fn push(&self, record: KafkaRecord) {
        if let Some(log) = self.topics.get(&record.topic) {
            log.push(record);
        }
    }

    /// How many records are not done yet.
    pub(crate) fn lag(&self) -> u64 {
        let lag = |log: &MemoryLog| -> u64 {
            let ends = log.ends().into_iter().zip(log.committed());
            ends.map(|(end, committed)| u64::try_from(end - committed).unwrap_or(0)).sum()
        };
        self.topics.values().map(lag).sum()
    }

    /// Stops them; what each did, and how often partitions were taken away.
    pub(crate) async fn stop(self) -> Result<(Vec<Tally>, u64), ChaosError> {
        self.stop.send_replace(true);
        let mut tallies = Vec::new();
        for task in self.tasks {
            match task.await {
                Ok(tally) => tallies.push(tally?),
                Err(panic) => std::panic::resume_unwind(panic.into_panic()),
            }
        }
        Ok((tallies, self.rebalances.load(Ordering::Relaxed)))
    }
}

impl Observer for Rebalancer {
    fn observe(&self, observation: &Observation<'_>) {
        if !matches!(observation, Observation::Invoking(_)) {
            return;
        }
        let number = self.invocations.fetch_add(1, Ordering::Relaxed);
        let mut random = fastrand::Rng::with_seed(seed_of(self.seed, "rebalance", number));
        if random.f64() < self.rate {
            let partition = random.i32(0..self.partitions.max(1));
            self.log.lose(&[partition]);
            self.log.assign(&[partition]);
            self.rebalances.fetch_add(1, Ordering::Relaxed);
        }
    }
}
