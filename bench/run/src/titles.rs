//! What the tables call what is compared.

/// Millrace's decoder.
pub const MILLRACE: &str = "Rust, Millrace";
/// Millrace's function without AWS.
pub const IN_MEMORY: &str = "Rust, Millrace, states in memory";
/// The same without what the template tells the C library.
pub const BY_DEFAULT: &str = "the same, without `GLIBC_TUNABLES`";
/// The function that is deployed.
pub const ANALYTICS: &str = "`analytics` itself, on endpoints";
/// What a first version in Rust does.
pub const NAIVE: &str = "Rust, `KafkaEvent`, base64, owned structs";
/// What everything is compared with.
pub const POWERTOOLS: &str = "Python, aws-lambda-powertools";
/// Python as fast as it gets.
pub const ORJSON: &str = "Python, orjson";
/// Node without packages.
pub const NODE: &str = "Node, plain";
/// Node with Powertools.
pub const NODE_POWERTOOLS: &str = "Node, @aws-lambda-powertools/kafka";
