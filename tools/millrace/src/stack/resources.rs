//! Tables, topic, queue and archive: their names, making them and taking them away.

use analytics::TableNames;
use analytics::dynamodb::{
    ALERTS, FEATURES, SESSIONS, STATE, TIME_TO_LIVE, TableDefinition, WINDOWS,
};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::TimeToLiveSpecification;

use super::Aws;
use super::archive::Archive;
use super::inbox::Inbox;
use crate::error::Error;

/// The prefix of every name, unless a run has one of its own.
const PREFIX: &str = "millrace";

/// How things are named at endpoints that outlive this process. Fresh ones have nothing to collide
/// with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// The same names every time: what is there already is used.
    Shared,
    /// Names of this run alone, so that whatever is counted was made by it.
    OwnRun,
}

/// What the functions work on.
#[derive(Clone, Debug)]
pub(crate) struct Resources {
    /// Where all of it is.
    pub(crate) endpoint_url: String,
    /// The tables.
    pub(crate) tables: TableNames,
    /// The SNS topic for alerts.
    pub(crate) alert_topic_arn: String,
    /// Where `relay` archives records.
    pub(crate) archive: Archive,
    /// The SQS queue for dead records, of both functions.
    pub(crate) dead_letter_queue_url: String,
    /// The namespace of the metrics.
    pub(crate) metrics_namespace: String,
    /// Where published alerts can be looked at, at endpoints that cannot be looked into.
    pub(super) inbox: Option<Inbox>,
}

impl Resources {
    /// Creates whatever is not there yet.
    pub(super) async fn create(aws: &Aws, naming: Naming) -> Result<Self, Error> {
        let is_own_run = naming == Naming::OwnRun && aws.embedded.is_none();
        let prefix = if is_own_run {
            format!("{PREFIX}-run-{:08x}", fastrand::u32(..))
        } else {
            PREFIX.to_owned()
        };
        let tables = TableNames {
            state: format!("{prefix}-state"),
            sessions: format!("{prefix}-sessions"),
            windows: format!("{prefix}-windows"),
            alerts: format!("{prefix}-alerts"),
            features: format!("{prefix}-features"),
        };
        for (definition, name) in definitions(&tables) {
            create_table(aws, definition, name).await?;
        }
        let archive = Archive::create(aws, &prefix).await?;
        let alert_topic_arn = create_topic(aws, &format!("{prefix}-alerts")).await?;
        let inbox = match aws.embedded {
            Some(_) => None,
            None => Some(Inbox::subscribe(aws, &prefix, &alert_topic_arn).await?),
        };
        Ok(Self {
            endpoint_url: aws.url.clone(),
            tables,
            archive,
            alert_topic_arn,
            dead_letter_queue_url: create_queue(aws, &format!("{prefix}-dead-letters")).await?,
            metrics_namespace: if is_own_run { prefix } else { "Millrace".to_owned() },
            inbox,
        })
    }

    /// Deletes everything, as far as it can be: for endpoints that outlive this process.
    pub(super) async fn delete(&self, aws: &Aws) {
        for (_, name) in definitions(&self.tables) {
            let _ = aws.dynamodb.delete_table().table_name(name).send().await;
        }
        self.archive.delete(aws).await;
        let _ = aws.sns.delete_topic().topic_arn(&self.alert_topic_arn).send().await;
        let inbox = self.inbox.as_ref().map(|inbox| inbox.queue_url.as_str());
        for queue_url in inbox.into_iter().chain([self.dead_letter_queue_url.as_str()]) {
            let _ = aws.sqs.delete_queue().queue_url(queue_url).send().await;
        }
    }
}

fn definitions(tables: &TableNames) -> [(TableDefinition, &str); 5] {
    [
        (STATE, &tables.state),
        (SESSIONS, &tables.sessions),
        (WINDOWS, &tables.windows),
        (ALERTS, &tables.alerts),
        (FEATURES, &tables.features),
    ]
}

/// Creates a table that can be written to at once: endpoints on one machine take no time for it.
async fn create_table(aws: &Aws, definition: TableDefinition, name: &str) -> Result<(), Error> {
    let request = definition
        .create_table(&aws.dynamodb, name)
        .map_err(|error| aws.error("CreateTable", name, &error))?;
    match request.send().await {
        Ok(_) => {}
        Err(SdkError::ServiceError(error))
            if matches!(error.err(), CreateTableError::ResourceInUseException(_)) =>
        {
            return Ok(());
        }
        Err(error) => return Err(aws.error("CreateTable", name, &error)),
    }
    let time_to_live = TimeToLiveSpecification::builder()
        .attribute_name(TIME_TO_LIVE)
        .enabled(true)
        .build()
        .map_err(|error| aws.error("UpdateTimeToLive", name, &error))?;
    let request = aws.dynamodb.update_time_to_live().table_name(name);
    request
        .time_to_live_specification(time_to_live)
        .send()
        .await
        .map_err(|error| aws.error("UpdateTimeToLive", name, &error))?;
    Ok(())
}

pub(super) async fn create_topic(aws: &Aws, name: &str) -> Result<String, Error> {
    let created = aws.sns.create_topic().name(name).send().await;
    let created = created.map_err(|error| aws.error("CreateTopic", name, &error))?;
    Ok(created.topic_arn.unwrap_or_default())
}

pub(super) async fn create_queue(aws: &Aws, name: &str) -> Result<String, Error> {
    let created = aws.sqs.create_queue().queue_name(name).send().await;
    let created = created.map_err(|error| aws.error("CreateQueue", name, &error))?;
    Ok(created.queue_url.unwrap_or_default())
}
