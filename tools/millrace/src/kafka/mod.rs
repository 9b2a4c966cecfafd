//! Kafka on the command line.

mod connection;
mod duration;
mod template;

pub(crate) use connection::ConnectionOptions;
pub(crate) use duration::duration;
pub(crate) use template::TopicOptions;
