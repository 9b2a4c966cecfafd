#![doc = include_str!("../README.md")]

mod call;
mod cloudwatch;
mod counting;
mod dynamodb;
mod endpoints;
mod pipeline;
mod reply;
mod router;
mod server;
mod sns;
mod sqs;

pub use call::Service;
pub use cloudwatch::{MetricDatum, StatisticSet};
pub use counting::RequestCount;
pub use endpoints::{Endpoints, EndpointsError};
pub use sns::PublishedMessage;
pub use sqs::QueuedMessage;
