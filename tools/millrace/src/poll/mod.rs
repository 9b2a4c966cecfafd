//! `millrace poll`: reads a topic and invokes a function, as Lambda's event source mapping does.
//!
//! ```text
//!   template ─┐
//!   flags ────┴ Plan ─▶ Target (processes, endpoint) ─┐
//!                     ├ Surroundings (AWS, tables) ───┼─▶ EventSourceMapping ─▶ View ─▶ Report
//!                     └ Consumer, destination ────────┘
//! ```

mod destination;
mod options;
mod plan;
mod report;
mod surroundings;
mod target;
mod view;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use millrace_event_source_mapping::{EventSourceMapping, FailureDestination, Tally, Until};
use millrace_kafka::{Cluster, Connection, Consumer, ConsumerSettings};

pub(crate) use options::Options;

use crate::error::Error;
use crate::interrupt::{EXIT_CODE, Interrupt};
use crate::output;
use plan::Plan;
use report::Report;
use surroundings::Surroundings;
use target::{Running, Target};
use view::{Shown, View};

/// How often a function may fail to answer before it has answered anything.
const PATIENCE: u32 = 3;

/// Runs it until the end of the topic, or until it is told to stop: then what is in flight is done
/// and committed first.
pub(crate) async fn run(
    options: Options,
    endpoint_url: Option<&str>,
    interrupt: &Interrupt,
) -> Result<ExitCode, Error> {
    let mut plan = Plan::make(&options)?;
    let target = Target::choose(&options.function, &plan)?;
    let connection = options.connection.connection_or(plan.bootstrap_servers.as_deref())?;
    plan.set_brokers(connection.bootstrap_servers());

    let view = Arc::new(View::new(Shown::choose(options.json)));
    for note in &plan.notes {
        view.tell(note);
    }
    let starting = start(&options, &plan, &target, &connection, endpoint_url, &view);
    let (started, consumer) = interrupt.unless_asked(Box::pin(starting)).await?;
    view.tell(&report::beginning(&plan, &target));

    let polled = poll(&options, &plan, &started, consumer, &view, interrupt).await;
    started.running.stop().await;
    started.around.leave().await;
    view.end();
    let (tally, took) = polled?;

    let is_success = tally.is_success();
    let report = Report { plan: &plan, target: &target, tally, took, seen: view.seen() };
    output::print(&if options.json { report.json() } else { report.text() })?;
    if !options.once || is_success {
        return Ok(ExitCode::SUCCESS);
    }
    Ok(if interrupt.is_asked() { ExitCode::from(EXIT_CODE) } else { ExitCode::FAILURE })
}

/// What is there when the first record is read.
struct Started {
    running: Running,
    around: Surroundings,
    destination: Option<Arc<dyn FailureDestination>>,
}

/// Kafka first: to know that it is not there takes no build.
async fn start(
    options: &Options,
    plan: &Plan,
    target: &Target,
    connection: &Connection,
    endpoint_url: Option<&str>,
    view: &Arc<View>,
) -> Result<(Started, Consumer), Error> {
    let settings = &plan.settings;
    Cluster::of(connection).await?.partitions(&settings.topic)?;
    let around = Surroundings::start(target, endpoint_url).await?;
    let destination = match &settings.on_failure {
        Some(wanted) => {
            Some(destination::find(wanted, &plan.name, around.aws(), connection).await?)
        }
        None => None,
    };
    let running = target.start(&options.function, plan, &around, view.log_sink()).await?;
    let joining = ConsumerSettings {
        start: settings.starting_position,
        ..ConsumerSettings::new(&settings.topic, &settings.group_id)
    };
    let consumer = Consumer::join(connection, &joining).await?;
    Ok((Started { running, around, destination }, consumer))
}

async fn poll(
    options: &Options,
    plan: &Plan,
    started: &Started,
    mut consumer: Consumer,
    view: &Arc<View>,
    interrupt: &Interrupt,
) -> Result<(Tally, Duration), Error> {
    let mut mapping = EventSourceMapping::new(plan.settings.clone(), started.running.function())?
        .observed_by(view.clone())
        .with_lag_every(view.lag_interval())
        .with_patience(PATIENCE);
    if let Some(destination) = &started.destination {
        mapping = mapping.on_failure(destination.clone());
    }
    let _ticking = view.tick();
    let until = if options.once { Until::EndOffsets } else { Until::Stopped };
    let begun = Instant::now();
    let asked = async {
        interrupt.asked().await;
        view.interrupted();
    };
    let tally = mapping.run(&mut consumer, until, asked).await;
    consumer.leave().await;
    Ok((tally?, begun.elapsed()))
}
