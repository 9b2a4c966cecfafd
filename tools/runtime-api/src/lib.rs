//! A Lambda Runtime API server that runs a function binary as Lambda would.
