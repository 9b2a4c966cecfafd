//! Kafka for the tools: consumers, producers, topics and an embedded broker.
