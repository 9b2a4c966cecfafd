//! What Lambda's event source mapping does between a Kafka topic and a function.
