//! The commit path against a world in memory that fails and crashes wherever it is told to.

mod lambda;
mod named;
mod properties;
mod stream;
mod world;
