//! Kafka for the tools: consumers, producers, topics and an embedded broker.
//!
//! ```text
//!   Broker (embedded) ─┐
//!   any other broker ──┴─ Connection ─┬─ Cluster, create_topics
//!                                     ├─ Producer ─▶ records ─▶ Deliveries   (Room holds it back)
//!                                     ├─ Consumer ─▶ records, one topic, in a group
//!                                     └─ GroupLag ─▶ how far a group is
//! ```
//!
//! All of it is [librdkafka](https://github.com/confluentinc/librdkafka), which is compiled along.
//! [`Consumer`] is a [`Source`](millrace_event_source_mapping::Source) of the event source mapping.

mod blocking;
mod broker;
mod cluster;
mod connection;
mod consumer;
mod context;
mod error;
#[cfg(feature = "tls")]
mod iam;
mod lag;
mod producer;
mod room;
mod topics;

pub use broker::Broker;
pub use cluster::Cluster;
pub use connection::{Connection, Password, Security};
pub use consumer::{Consumer, ConsumerSettings};
pub use error::KafkaError;
pub use lag::{GroupLag, Place, Standing};
pub use producer::{
    Acks, Compression, Delivered, Deliveries, OnDelivery, Producer, ProducerSettings,
};
pub use room::Room;
pub use topics::{Creation, TopicSpec, create_topics, delete_topics};
