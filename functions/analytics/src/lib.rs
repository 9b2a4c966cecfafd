//! The `analytics` Lambda function: MSK batches to alerts and live tables.
//!
//! ```text
//!   Lambda ─▶ Body ─▶ Analytics ─▶ CommitPath ─┬▶ States           DynamoDB: the state of each entity
//!                        │                     ├▶ Outboxes ┬▶ Rows       DynamoDB: alerts, sessions, windows, features
//!                        │                     │           └▶ AlertTopic SNS
//!                        └▶ Metrics CloudWatch └▶ DeadLetterQueue  SQS
//! ```
//!
//! What a batch goes through is in [`millrace_shared::commit`], and what any function needs of Lambda
//! in [`millrace_lambda`]; here is what is needed to do it on AWS.

mod alert_topic;
mod clients;
mod config;
pub mod dynamodb;
#[cfg(test)]
mod examples;
mod handler;
mod metrics;
mod outboxes;

pub use alert_topic::AlertTopic;
pub use clients::Clients;
pub use config::{Config, InFlight, TableNames, VARIABLES};
pub use handler::Analytics;
pub use metrics::data as metric_data;
pub use outboxes::Outboxes;
