//! End-to-end and integration tests of the whole.
