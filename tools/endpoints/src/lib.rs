#![doc = include_str!("../README.md")]

mod call;
mod capacity;
mod cloudwatch;
mod counting;
mod dynamodb;
mod effects;
mod endpoints;
mod faults;
mod firehose;
mod pipeline;
mod reply;
mod router;
mod s3;
mod server;
mod sns;
mod sqs;
mod tls;

pub use call::Service;
pub use capacity::CapacityUnits;
pub use cloudwatch::{MetricDatum, StatisticSet};
pub use counting::RequestCount;
pub use dynamodb::Observer;
pub use endpoints::{Endpoints, EndpointsError};
pub use faults::{
    Entries, EntryError, Fault, FaultError, FaultKind, FaultRates, InjectedFaults, RandomFaults,
};
pub use firehose::DeliveryStream;
pub use s3::S3Object;
pub use sns::PublishedMessage;
pub use sqs::QueuedMessage;
pub use tls::OverTls;
