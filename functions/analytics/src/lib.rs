//! The `analytics` Lambda function: MSK batches to alerts and live tables.
//!
//! ```text
//!   Lambda ─▶ Body ─▶ Analytics ─▶ CommitPath ─┬▶ States           DynamoDB: the state of each entity
//!                        │                     ├▶ Outboxes ┬▶ Rows       DynamoDB: alerts, sessions, windows
//!                        │                     │           └▶ AlertTopic SNS
//!                        └▶ Metrics CloudWatch └▶ DeadLetterQueue  SQS
//! ```
//!
//! What a batch goes through is in [`millrace_shared::commit`]; here is what is needed to do it on
//! AWS.

mod alert_topic;
mod body;
mod clients;
mod clock;
mod config;
mod dead_letters;
mod deadline;
pub mod dynamodb;
#[cfg(test)]
mod examples;
mod handler;
pub mod init_error;
pub mod logging;
mod messages;
mod metrics;
mod outboxes;
mod request_error;

pub use alert_topic::AlertTopic;
pub use body::{Body, BodyLayer, BodyService};
pub use clients::{Clients, NoRegion};
pub use config::{Config, ConfigError, InFlight, TableNames, VARIABLES, Variable};
pub use dead_letters::DeadLetterQueue;
pub use deadline::Deadlines;
pub use handler::{Analytics, HandlerError};
pub use metrics::Metrics;
pub use outboxes::Outboxes;
