//! AWS endpoints on loopback, in one process, for the demo and the tests.
