//! `millrace topics`: the topics of a template, on any cluster.

use std::process::ExitCode;

use anstyle::Style;
use clap::{Args, Subcommand};
use millrace_kafka::{Creation, create_topics};

use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::kafka::{ConnectionOptions, TopicOptions};
use crate::output;
use crate::text::Align::{Left, Right};
use crate::text::{Columns, counted};

/// What `topics` can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Clone, Debug)]
enum Command {
    /// Create the topics that are not there, with the template's partitions and settings
    Create(CreateOptions),
}

#[derive(Args, Clone, Debug)]
struct CreateOptions {
    #[command(flatten)]
    topics: TopicOptions,
    #[command(flatten)]
    connection: ConnectionOptions,
}

/// Runs it.
pub(crate) async fn run(options: Options, interrupt: &Interrupt) -> Result<ExitCode, Error> {
    let Command::Create(options) = options.command;
    let topics = options.topics.topics()?;
    let connection = options.connection.connection()?;
    let creating = async { Ok(create_topics(&connection, &topics).await?) };
    let creations = interrupt.unless_asked(creating).await?;
    let mut columns = Columns::new(&[Left, Right, Left]);
    for (topic, creation) in topics.iter().zip(creations) {
        let (partitions, what) = match creation {
            Creation::Created => (topic.partitions, "created".to_owned()),
            Creation::WasThere { partitions } if partitions == topic.partitions => {
                (partitions, "was there".to_owned())
            }
            Creation::WasThere { partitions } => {
                let wanted = topic.partitions;
                (partitions, format!("was there, with other than the {wanted} that were wanted"))
            }
        };
        let partitions = counted(partitions.into(), "partition");
        columns.row(Style::new(), [&topic.name, &partitions, &what]);
    }
    let mut text = String::new();
    columns.write(&mut text);
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
