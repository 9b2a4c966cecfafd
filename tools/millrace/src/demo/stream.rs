//! Feeding the functions: the sample events by hand, and the stream through Kafka.
//!
//! ```text
//!   events/ ──────────────────────────────────────────────┐
//!   generator ─▶ Producer ─▶ Kafka ─┬─ 4 pollers (a topic each) ─▶ analytics
//!                  ▲ (room)         └─ 4 pollers                ─▶ relay
//!                  └──────────── what all groups have committed
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use indicatif::ProgressBar;
use millrace_event_source_mapping::Tally;
use millrace_generator::Settings;
use millrace_kafka::{GroupLag, Place, Room};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::committed::{Committed, Reader};
use super::kafka::Kafka;
use super::poller::Poller;
use super::producing::{Produced, produce};
use super::samples::Sample;
use super::workers::{Ran, Workers};
use crate::error::Error;
use crate::function::Function;

/// How many records the producer may be ahead of the slowest group: in event time that is an hour or
/// so, and in an embedded broker far below what it keeps.
const MOST_AHEAD: u64 = 20_000;

/// What was handed over, and what it took.
#[derive(Debug, Default)]
pub(super) struct Fed {
    /// Records of the sample events and of the stream, each once.
    pub(super) records: u64,
    /// Of the stream, as Kafka acknowledged them.
    pub(super) produced: Produced,
    pub(super) analytics: Ran,
    pub(super) relay: Ran,
    /// Which Kafka it was, and how many groups read it.
    pub(super) kafka: String,
    pub(super) groups: usize,
    /// What the groups had not committed at the end, as the broker says.
    pub(super) lag: u64,
    /// What the pollers count of both functions together.
    pub(super) polled: Polled,
    /// From the first invocation to the last commit.
    pub(super) wall: Duration,
}

/// What the pollers count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Polled {
    pub(super) records: u64,
    pub(super) succeeded: u64,
    /// Given up, or still in hand at the end.
    pub(super) not_done: u64,
}

/// The functions, running.
pub(super) struct Functions {
    pub(super) analytics: Arc<Workers>,
    pub(super) relay: Arc<Workers>,
}

/// Feeds all of it to both functions.
pub(super) async fn feed(
    kafka: &Kafka,
    functions: &Functions,
    samples: Vec<Sample>,
    settings: Settings,
    batch_size: usize,
    bar: &ProgressBar,
) -> Result<Fed, Error> {
    let by_hand: u64 = samples.iter().map(|sample| sample.records).sum();
    let room = Room::new(MOST_AHEAD);
    let committed = Arc::new(Committed::new(room.clone(), bar.clone(), by_hand));
    let (stop, stopped) = watch::channel(false);
    // Joining a group takes seconds, in which the sample events are done.
    let mut pollers = JoinSet::new();
    let readers = readers(kafka);
    for reader in &readers {
        let poller = poller(kafka, functions, reader, &committed, batch_size);
        pollers.spawn(poller.run(stopped.clone()));
    }
    let started = Instant::now();
    let line = async {
        hand_over(functions, samples, bar).await?;
        let (connection, told) = (kafka.connection.clone(), room.clone());
        let produced = tokio::task::spawn_blocking(move || produce(&connection, settings, &told));
        let produced = flatten(produced.await)??;
        committed.until(&produced.ends).await?;
        Ok::<_, Error>((produced, started.elapsed()))
    };
    let (produced, wall) = tokio::select! {
        line = line => line?,
        // None of them ends by itself unless it cannot go on.
        Some(ended) = pollers.join_next() => {
            flatten(ended)??;
            return Err(Error::Mapping("a poller ended before it was told to".to_owned()));
        }
    };
    let lag = lag(kafka, &readers, &produced.ends).await?;
    let _ = stop.send(true);
    let mut polled = Polled::default();
    while let Some(ended) = pollers.join_next().await {
        polled.add(&flatten(ended)??);
    }
    Ok(Fed {
        records: by_hand + produced.records,
        produced,
        analytics: functions.analytics.take_ran(),
        relay: functions.relay.take_ran(),
        kafka: kafka.name(),
        groups: readers.len(),
        lag,
        polled,
        wall,
    })
}

/// Each function reads each topic.
fn readers(kafka: &Kafka) -> Vec<Reader> {
    let topics = kafka.names();
    let of = |function| topics.clone().map(|topic| Reader { function, topic });
    Function::ALL.into_iter().flat_map(of).collect()
}

fn group(reader: &Reader) -> String {
    format!("millrace-{}-{}", reader.function, reader.topic)
}

fn poller(
    kafka: &Kafka,
    functions: &Functions,
    reader: &Reader,
    committed: &Arc<Committed>,
    batch_size: usize,
) -> Poller {
    let session_seconds = if kafka.embedded.is_some() { 4 } else { 10 };
    Poller {
        connection: kafka.connection.clone(),
        topic: reader.topic.clone(),
        group: group(reader),
        batch_size,
        reader: reader.clone(),
        workers: match reader.function {
            Function::Analytics => Arc::clone(&functions.analytics),
            Function::Relay => Arc::clone(&functions.relay),
        },
        committed: Arc::clone(committed),
        session_timeout: Duration::from_secs(session_seconds),
    }
}

/// What no producer can put into Kafka: events with every oddity that Lambda may hand over.
async fn hand_over(
    functions: &Functions,
    samples: Vec<Sample>,
    bar: &ProgressBar,
) -> Result<(), Error> {
    for sample in samples {
        let event = Bytes::from(sample.payload);
        // At the same time: they know nothing of each other.
        tokio::try_join!(
            functions.analytics.hand_over(&sample.name, event.clone()),
            functions.relay.hand_over(&sample.name, event),
        )?;
        bar.inc(sample.records);
    }
    Ok(())
}

/// What the broker says that is not committed.
async fn lag(kafka: &Kafka, readers: &[Reader], ends: &BTreeMap<Place, i64>) -> Result<u64, Error> {
    let mut lag = 0;
    for reader in readers {
        let topics = std::slice::from_ref(&reader.topic);
        let group = GroupLag::of(&kafka.connection, group(reader), topics).await?;
        for (place, standing) in group.read().await? {
            // A partition without a record needs no commit.
            if ends.contains_key(&place) {
                lag += standing.lag();
            }
        }
    }
    Ok(lag)
}

fn flatten<T>(joined: Result<T, JoinError>) -> Result<T, Error> {
    joined.map_err(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => Error::Interrupted,
    })
}

impl Polled {
    fn add(&mut self, tally: &Tally) {
        self.records += tally.polled;
        self.succeeded += tally.succeeded;
        self.not_done += tally.stored + tally.dropped + tally.abandoned;
    }
}

impl Fed {
    /// Over the whole run, through Kafka and both functions.
    pub(super) fn records_per_second(&self) -> u64 {
        let millis = self.wall.as_millis().max(1);
        u64::try_from(u128::from(self.records) * 1_000 / millis).unwrap_or(u64::MAX)
    }
}

impl Functions {
    pub(super) async fn stop(&self) {
        tokio::join!(self.analytics.stop(), self.relay.stop());
    }

    /// The last lines that they wrote.
    pub(super) fn log_lines(&self) -> impl Iterator<Item = String> {
        self.analytics.log_lines().chain(self.relay.log_lines())
    }
}
