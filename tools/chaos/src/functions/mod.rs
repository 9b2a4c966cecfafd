//! The functions as a mapping sees them: processes that are killed, stand still, answer to nobody.

mod mishap;
mod process;
mod sabotage;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use millrace_event_source_mapping::{Function, FunctionFailure, InvokeOutcome, Invoked};
use millrace_runtime_api::{
    Deadline, FunctionProcess, FunctionSpec, InvokeOptions, InvokeOutcome as Ended, Outcome,
    ProcessError,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::plan::{Plan, Sabotage};
pub(crate) use mishap::seed_of;
use mishap::{Mishap, Mishaps};

/// How long a zombie may take: long enough to do all that it has left.
const ZOMBIE_TIME: Duration = Duration::from_mins(1);

/// The processes of one function.
pub(crate) struct Fleet {
    spec: FunctionSpec,
    mishaps: Mishaps,
    sabotage: Mutex<Option<Sabotage>>,
    /// As many as there are processes.
    slots: Semaphore,
    idle: Mutex<Vec<Arc<FunctionProcess>>>,
    invocations: AtomicU64,
    /// About how many microseconds an invocation takes.
    usual: AtomicU64,
    counts: Mutex<Counts>,
    zombies: Mutex<JoinSet<()>>,
}

/// What happened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) mishaps: BTreeMap<&'static str, u64>,
    /// Invocations that ended without an answer, by how.
    pub(crate) failed: BTreeMap<&'static str, u64>,
    /// Records that answers said are not done, each as often as one did.
    pub(crate) reported: u64,
    /// The most memory that any process had resident, in bytes.
    pub(crate) peak_memory: Option<u64>,
}

impl Fleet {
    /// Starts one process, so that a function that cannot start is noticed; the others follow.
    pub(crate) async fn start(
        spec: FunctionSpec,
        plan: &Plan,
        sabotage: Option<Sabotage>,
    ) -> Result<Arc<Self>, ProcessError> {
        let first = FunctionProcess::start(spec.clone()).await?;
        Ok(Arc::new(Self {
            mishaps: Mishaps::new(plan.seed, &spec.name, plan.mishaps),
            spec,
            sabotage: Mutex::new(sabotage),
            slots: Semaphore::new(plan.processes),
            idle: Mutex::new(vec![Arc::new(first)]),
            invocations: AtomicU64::new(0),
            usual: AtomicU64::new(50_000),
            counts: Mutex::default(),
            zombies: Mutex::default(),
        }))
    }

    pub(crate) fn counts(&self) -> Counts {
        lock(&self.counts).clone()
    }

    /// How many invocations there were.
    pub(crate) fn invocations(&self) -> u64 {
        self.invocations.load(Ordering::Relaxed)
    }

    /// Lets every zombie go on to its end, then ends all processes.
    pub(crate) async fn stop(&self) {
        let mut zombies = std::mem::take(&mut *lock(&self.zombies));
        while zombies.join_next().await.is_some() {}
        let idle = std::mem::take(&mut *lock(&self.idle));
        for process in idle {
            process.stop().await;
        }
    }

    async fn invoke_one(&self, event: Bytes) -> Result<Invoked, ProcessError> {
        let number = self.invocations.fetch_add(1, Ordering::Relaxed);
        let event = self.sabotaged(event);
        let idle = lock(&self.idle).pop();
        let process = match idle {
            Some(process) => process,
            None => Arc::new(FunctionProcess::start(self.spec.clone()).await?),
        };
        let usual = Duration::from_micros(self.usual.load(Ordering::Relaxed));
        let mishap = self.mishaps.draw(number, usual);
        match mishap {
            Some(Mishap::Zombie { after, still }) => {
                return self.invoke_zombie(process, event, after, still).await;
            }
            Some(Mishap::Kill { after }) => {
                let ended = process::killed(&process, event, after).await;
                lock(&self.idle).push(process);
                let ended = ended?;
                if matches!(ended.outcome, Outcome::Crashed { .. }) {
                    self.count("kill");
                }
                return Ok(self.read(ended));
            }
            _ => {}
        }
        let options = match mishap {
            Some(Mishap::ShortOfTime { time }) => {
                self.count("short_of_time");
                InvokeOptions { deadline: Deadline::In(time), timeout: None }
            }
            _ => InvokeOptions::default(),
        };
        let ended = process.invoke_with(event, &options).await;
        lock(&self.idle).push(process);
        let invoked = self.read(ended?);
        if matches!(mishap, Some(Mishap::AnswerLost))
            && matches!(invoked.outcome, InvokeOutcome::Answered(_))
        {
            self.count("answer_lost");
            return Ok(timed_out(invoked.request_id));
        }
        Ok(invoked)
    }

    /// Invokes, and lets the process stand still in the middle: to the mapping it has timed out.
    async fn invoke_zombie(
        &self,
        process: Arc<FunctionProcess>,
        event: Bytes,
        after: Duration,
        still: Duration,
    ) -> Result<Invoked, ProcessError> {
        let sleeper = Arc::clone(&process);
        let mut invocation = tokio::spawn(async move {
            let options = InvokeOptions {
                deadline: Deadline::In(ZOMBIE_TIME),
                timeout: Some(2 * ZOMBIE_TIME),
            };
            sleeper.invoke_with(event, &options).await
        });
        tokio::select! {
            biased;
            ended = &mut invocation => {
                lock(&self.idle).push(process);
                let ended = match ended {
                    Ok(ended) => ended?,
                    Err(panic) => std::panic::resume_unwind(panic.into_panic()),
                };
                return Ok(self.read(ended));
            }
            () = sleep(after) => {}
        }
        if !process::stand_still(&process) {
            // It has just ended; what it answered is lost.
            let _ = invocation.await;
            lock(&self.idle).push(process);
            self.count("answer_lost");
            return Ok(timed_out(String::new()));
        }
        self.count("zombie");
        lock(&self.zombies).spawn(async move {
            sleep(still).await;
            process::go_on(&process);
            // Nobody waits for its answer.
            let _ = invocation.await;
            process.stop().await;
        });
        Ok(timed_out(String::new()))
    }

    fn sabotaged(&self, event: Bytes) -> Bytes {
        let mut sabotage = lock(&self.sabotage);
        let Some(changed) = sabotage.and_then(|kind| sabotage::apply(kind, &event)) else {
            return event;
        };
        *sabotage = None;
        changed
    }

    /// Takes down what an invocation took, and reads what came of it.
    fn read(&self, ended: Ended) -> Invoked {
        let message = ended.outcome.to_string();
        let mut counts = lock(&self.counts);
        counts.peak_memory = counts.peak_memory.max(ended.peak_rss_bytes);
        let outcome = match ended.outcome {
            Outcome::Response(body) => {
                counts.reported += reported(&body);
                self.note_time(ended.duration);
                InvokeOutcome::Answered(body)
            }
            Outcome::FunctionError { .. } => counts.failed(FunctionFailure::Error, message),
            Outcome::TimedOut => counts.failed(FunctionFailure::TimedOut, message),
            Outcome::Crashed { .. } => counts.failed(FunctionFailure::Crashed, message),
        };
        Invoked { request_id: ended.request_id, outcome }
    }

    /// A sliding mean: an eighth of what is new.
    fn note_time(&self, took: Duration) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let usual = self.usual.load(Ordering::Relaxed);
        self.usual.store(usual - usual / 8 + took / 8, Ordering::Relaxed);
    }

    fn count(&self, mishap: &'static str) {
        *lock(&self.counts).mishaps.entry(mishap).or_default() += 1;
    }
}

impl Counts {
    fn failed(&mut self, failure: FunctionFailure, message: String) -> InvokeOutcome {
        *self.failed.entry(failure.name()).or_default() += 1;
        InvokeOutcome::Failed { failure, message }
    }
}

impl Function for Fleet {
    fn invoke(&self, event: Bytes) -> std::pin::Pin<Box<dyn Future<Output = Invoked> + Send + '_>> {
        Box::pin(async move {
            let Ok(_slot) = self.slots.acquire().await else {
                return InvokeOutcome::NotInvoked { message: "stopped".to_owned() }.into();
            };
            self.invoke_one(event).await.unwrap_or_else(|error| {
                InvokeOutcome::NotInvoked { message: error.to_string() }.into()
            })
        })
    }
}

/// How many records an answer says are not done.
fn reported(body: &[u8]) -> u64 {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        #[serde(default)]
        batch_item_failures: Vec<IgnoredAny>,
    }
    let answer = serde_json::from_slice::<Answer>(body);
    answer.map_or(0, |answer| answer.batch_item_failures.len() as u64)
}

fn timed_out(request_id: String) -> Invoked {
    let (failure, message) = (FunctionFailure::TimedOut, "no answer".to_owned());
    Invoked { request_id, outcome: InvokeOutcome::Failed { failure, message } }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
