//! Kafka on the command line.

mod connection;
mod duration;

pub(crate) use connection::ConnectionOptions;
pub(crate) use duration::duration;
