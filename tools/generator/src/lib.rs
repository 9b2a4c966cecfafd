//! A seeded stream of user events, transactions and sensor readings in MSK batches.
