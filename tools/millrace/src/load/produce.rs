//! Producing, at the rate that was asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use millrace_kafka::{Cluster, GroupLag, KafkaError, Producer, ProducerSettings, Room};

use super::options::Options;
use super::outcome::Outcome;
use super::pace::Pace;
use super::source::Source;
use super::standing;
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::progress;

/// How many records ahead of the groups an embedded broker may be.
const MOST_AHEAD: u64 = 100_000;

/// Records between two looks at the clock, the bar and Ctrl-C.
const STEP: u64 = 64;

/// How long after the last record its acknowledgement is waited for.
const FLUSH: Duration = Duration::from_mins(1);

/// Produces until the end, or until Ctrl-C, and tells how it went.
pub(super) async fn produce(options: &Options, interrupt: &Interrupt) -> Result<Outcome, Error> {
    let connection = options.connection.connection()?;
    let cluster = interrupt.unless_asked(async { Ok(Cluster::of(&connection).await?) }).await?;
    let source = Source::for_cluster(&options.stream, &cluster)?;
    let groups = standing::readers(&connection, &options.groups).await?;
    let room = cluster.is_embedded.then(|| Room::new(MOST_AHEAD));

    let told = room.clone();
    let on_delivery = told.map(|room| -> millrace_kafka::OnDelivery {
        Box::new(move |delivered| room.delivered(delivered))
    });
    let settings = options.producer();
    let producer = Producer::new(&connection, &settings, on_delivery)?;
    let stop = Arc::new(AtomicBool::new(false));
    let line = Line {
        room: room.clone(),
        has_groups: !groups.is_empty(),
        bar: bar(options),
        stop: Arc::clone(&stop),
        most_records: options.most_records(),
        duration: options.duration,
        pace: options.rate,
    };
    let mut producing = tokio::task::spawn_blocking(move || line.run(&producer, source));
    let watched: Vec<GroupLag> = groups.iter().map(|(_, reader)| reader.clone()).collect();
    let watch = watch(room.as_ref(), &watched);
    tokio::pin!(watch);
    let mut is_interrupted = false;
    let sent = loop {
        tokio::select! {
            sent = &mut producing => break sent,
            () = &mut watch => {}
            () = interrupt.asked(), if !is_interrupted => {
                is_interrupted = true;
                stop.store(true, Ordering::Relaxed);
            }
        }
    };
    let sent = match sent {
        Ok(sent) => sent?,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    };
    let mut read_in = None;
    if options.until_read && !is_interrupted {
        interrupt.unless_asked(standing::until_read(&groups)).await?;
        read_in = Some(sent.started.elapsed());
    }
    Ok(Outcome {
        tally: sent.tally,
        deliveries: sent.deliveries,
        took: sent.took,
        read_in,
        behind: standing::look(&groups).await?,
        settings: settings_line(options, &settings),
        rate: options.rate,
        is_interrupted,
    })
}

/// Never ends before it is dropped.
async fn watch(room: Option<&Room>, groups: &[GroupLag]) {
    if let Some(room) = room.filter(|_| !groups.is_empty()) {
        room.watch(groups).await;
    }
    std::future::pending::<()>().await;
}

fn bar(options: &Options) -> ProgressBar {
    match options.most_records() {
        Some(records) => progress::bar(records, !options.json),
        None => progress::spinner("producing", !options.json),
    }
}

/// Everything that the producing thread needs.
struct Line {
    room: Option<Room>,
    has_groups: bool,
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
    most_records: Option<u64>,
    duration: Option<Duration>,
    pace: Option<u32>,
}

/// What came of it.
struct Sent {
    tally: millrace_generator::Tally,
    deliveries: millrace_kafka::Deliveries,
    started: Instant,
    /// From the first record to the last acknowledgement.
    took: Duration,
}

impl Line {
    fn run(self, producer: &Producer, mut source: Source) -> Result<Sent, KafkaError> {
        let started = Instant::now();
        let mut pace = Pace::start(self.pace);
        let mut sent: u64 = 0;
        while self.most_records.is_none_or(|most| sent < most) {
            if sent.is_multiple_of(STEP) {
                self.bar.set_position(sent);
                let is_over = self.duration.is_some_and(|duration| started.elapsed() >= duration);
                if is_over || self.stop.load(Ordering::Relaxed) {
                    break;
                }
            }
            let Some(record) = source.next() else { break };
            let due = pace.next();
            self.claim(&record)?;
            producer.send(&record, due)?;
            sent += 1;
        }
        self.bar.set_position(sent);
        producer.flush(FLUSH)?;
        let took = started.elapsed();
        self.bar.finish_and_clear();
        let (tally, deliveries) = (source.tally().clone(), producer.deliveries());
        Ok(Sent { tally, deliveries, started, took })
    }

    fn claim(&self, record: &millrace_generator::KafkaRecord) -> Result<(), KafkaError> {
        let Some(room) = &self.room else { return Ok(()) };
        let bytes = record.key.as_ref().map_or(0, Vec::len);
        let bytes = bytes + record.value.as_ref().map_or(0, Vec::len);
        if self.has_groups {
            room.claim(&record.topic, record.partition, bytes)
        } else {
            room.try_claim(&record.topic, record.partition, bytes)
        }
    }
}

fn settings_line(options: &Options, settings: &ProducerSettings) -> String {
    let acks = match settings.acks {
        millrace_kafka::Acks::All => "all",
        millrace_kafka::Acks::Leader => "1",
        millrace_kafka::Acks::None => "0",
    };
    let idempotence = if settings.is_idempotent { "idempotent" } else { "not idempotent" };
    let rate = match options.rate {
        Some(rate) => format!("{} records/s wanted", crate::text::grouped(rate.into())),
        None => "as fast as they are taken".to_owned(),
    };
    format!(
        "{rate}; acks={acks}, {idempotence}, linger {} ms, batches of {} bytes, {}",
        settings.linger.as_millis(),
        crate::text::grouped(settings.batch_bytes.into()),
        settings.compression.name()
    )
}
