//! What a mapping talks to: AWS where it stores what fails, a function over HTTP.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod destinations;
mod endpoint;
