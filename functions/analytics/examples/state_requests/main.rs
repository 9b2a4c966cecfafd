//! What reading and conditionally writing states costs this process, against endpoints that answer
//! without doing anything:
//!
//! ```text
//! cargo build --release -p analytics --example state_requests
//! target/release/examples/state_requests [MILLISECONDS READS WRITES]...
//! ```
//!
//! A line for each three numbers: how long the endpoints take to answer, and how many reads and
//! writes are in flight. The processor time is that of this thread, which runs the client and
//! nothing else.

mod endpoints;
mod states;

use std::error::Error;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use analytics::InFlight;
use analytics::dynamodb::States;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::{Client, Config};
use millrace_lambda::retry;
use millrace_shared::commit::{CommitOutcome, StateStore, Version, Write};
use millrace_shared::delivery::Deadline;
use millrace_shared::entity::{EntityKey, EntityKind};

const TABLE: &str = "millrace-state";
const USERS: usize = 2_000;
const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let numbers: Result<Vec<usize>, _> =
        std::env::args().skip(1).map(|text| text.parse()).collect();
    let mut settings: Vec<[usize; 3]> = numbers?.as_chunks::<3>().0.to_vec();
    if settings.is_empty() {
        settings.push([0, 8, 16]);
    }
    println!("{USERS} users, medians of {ROUNDS} rounds");
    println!("latency  in flight     CPU µs an entity      wall ms, all entities");
    println!("     ms  reads writes     read  write   both     read  write");
    for [latency, reads, writes] in settings {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(measure(latency as u64, InFlight { reads, writes, messages: 1 }))?;
    }
    Ok(())
}

async fn measure(latency: u64, in_flight: InFlight) -> Result<(), Box<dyn Error>> {
    let url = endpoints::start(Duration::from_millis(latency), states::item())?;
    let store = store(&url, in_flight);
    let keys: Vec<EntityKey> = (0..USERS)
        .map(|user| EntityKey::new(EntityKind::User, &format!("user-{user:05}")))
        .collect();
    let asked: Vec<&EntityKey> = keys.iter().collect();
    let state = Arc::new(states::state());
    let writes: Vec<Write<'_>> =
        keys.iter().map(|key| Write { key, expected: Some(Version(7)), state: &state }).collect();

    let (mut reading, mut writing) = (Vec::new(), Vec::new());
    // The first round opens the connections.
    for round in 0..=ROUNDS {
        let started = Reading::now()?;
        let loaded = store.load(&asked, deadline()).await;
        let read = started.until_now()?;
        if let Some(Err(reason)) = loaded.iter().find(|one| one.is_err()) {
            return Err(reason.clone().into());
        }
        if loaded.iter().any(|one| matches!(one, Ok(None))) {
            return Err("a state was not found".into());
        }
        drop(loaded);
        let started = Reading::now()?;
        let outcomes = store.commit(&writes, deadline()).await;
        let written = started.until_now()?;
        if !outcomes.iter().all(|one| matches!(one, CommitOutcome::Committed)) {
            return Err("a state was not written".into());
        }
        if round > 0 {
            reading.push(read);
            writing.push(written);
        }
    }
    let (read, written) = (Median::of(&reading), Median::of(&writing));
    println!(
        "{latency:7} {:6} {:6} {:8.2} {:6.2} {:6.2} {:8.1} {:6.1}",
        in_flight.reads,
        in_flight.writes,
        read.micros_an_entity,
        written.micros_an_entity,
        read.micros_an_entity + written.micros_an_entity,
        read.wall_millis,
        written.wall_millis
    );
    Ok(())
}

fn store(url: &str, in_flight: InFlight) -> States {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(url)
        .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
        .build();
    States::new(Client::from_conf(config), TABLE, Duration::from_hours(24), in_flight, retry())
}

fn deadline() -> Deadline {
    Deadline::after(Duration::from_mins(5))
}

/// Processor time of this thread, and the time on the wall.
struct Reading {
    processor: Duration,
    wall: Instant,
}

/// What passed between two readings: processor time, and time on the wall.
type Passed = (Duration, Duration);

impl Reading {
    fn now() -> Result<Self, Box<dyn Error>> {
        let schedstat = fs::read_to_string("/proc/thread-self/schedstat")?;
        let nanoseconds = schedstat.split(' ').next().unwrap_or_default().parse()?;
        Ok(Self { processor: Duration::from_nanos(nanoseconds), wall: Instant::now() })
    }

    fn until_now(&self) -> Result<Passed, Box<dyn Error>> {
        Ok((Self::now()?.processor.saturating_sub(self.processor), self.wall.elapsed()))
    }
}

struct Median {
    micros_an_entity: f64,
    wall_millis: f64,
}

impl Median {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    fn of(passed: &[Passed]) -> Self {
        let median = |of: fn(&Passed) -> Duration| {
            let mut all: Vec<Duration> = passed.iter().map(of).collect();
            all.sort_unstable();
            all[all.len() / 2].as_secs_f64()
        };
        Self {
            micros_an_entity: median(|one| one.0) * 1e6 / USERS as f64,
            wall_millis: median(|one| one.1) * 1e3,
        }
    }
}
