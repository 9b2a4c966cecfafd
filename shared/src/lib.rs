//! Kafka batches in and failures out, events, detectors, per-key state, alerts.
