//! A Kafka record, and the JSON in which Lambda hands records over to a function.
//!
//! ```
//! use millrace_kafka_event::{KafkaRecord, encode_event};
//!
//! let record = KafkaRecord { value: Some(b"hello".to_vec()), ..KafkaRecord::at("orders", 0, 15) };
//! let event = String::from_utf8(encode_event(&[record])).unwrap();
//! assert!(event.contains(r#""records":{"orders-0":[{"topic":"orders","partition":0,"offset":15"#));
//! assert!(event.contains(r#""value":"aGVsbG8=""#));
//! ```

mod encode;
mod measure;
mod record;
mod writer;

pub use encode::{EventSource, MAX_EVENT_BYTES, encode_event};
pub use record::{Header, KafkaRecord, TimestampType};
pub use writer::{EventWriter, map_key};
