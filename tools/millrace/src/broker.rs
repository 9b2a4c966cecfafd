//! `millrace broker`: an embedded broker, for other commands and other clients.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Args;
use millrace_kafka::Broker;

use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::kafka::TopicOptions;

/// What `broker` can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    topics: TopicOptions,
}

/// Starts it, prints where it is as a shell reads it, and waits for Ctrl-C.
pub(crate) async fn run(options: Options, interrupt: &Interrupt) -> Result<ExitCode, Error> {
    let topics = options.topics.topics()?;
    let broker = Broker::start().await?;
    broker.create_topics(&topics).await?;
    let servers = broker.connection().bootstrap_servers();
    let mut output = std::io::stdout().lock();
    let written = writeln!(output, "MILLRACE_BOOTSTRAP_SERVERS={servers}");
    written.and_then(|()| output.flush()).map_err(Error::Output)?;
    drop(output);
    let names: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
    anstream::eprintln!(
        "\nKafka at {servers} until Ctrl-C, with {}; it keeps {} MiB of a partition, and nothing on \
         disk",
        names.join(", "),
        Broker::MAX_PARTITION_BYTES >> 20
    );
    interrupt.asked().await;
    Ok(ExitCode::SUCCESS)
}
