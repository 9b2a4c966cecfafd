//! What can go wrong, in sentences that say what to do.

use std::path::PathBuf;

use millrace_endpoints::EndpointsError;
use millrace_evaluate::EvaluateError;
use millrace_event_source_mapping::template::TemplateError;
use millrace_event_source_mapping::{
    DestinationMissing, FilterError, InvokeUrlError, MappingError, SettingsError,
};
use millrace_kafka::KafkaError;
use millrace_runtime_api::{BinaryError, ProcessError};

/// Why a command could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The endpoints on loopback did not start.
    #[error(transparent)]
    Endpoints(#[from] EndpointsError),
    /// Kafka.
    #[error(transparent)]
    Kafka(#[from] KafkaError),
    /// No cluster is given.
    #[error(
        "which Kafka? say --bootstrap-servers HOST:PORT (or MILLRACE_BOOTSTRAP_SERVERS); \
         `cargo millrace broker` starts one for trying things out"
    )]
    NoBrokers,
    /// An event source mapping cannot go on.
    #[error("{0}")]
    Mapping(String),
    /// Pollers that do nothing any more.
    #[error("{left} records are in Kafka, and nothing has been committed for {seconds} s")]
    Stalled {
        /// Records that are not done, of both functions together.
        left: u64,
        /// For how long.
        seconds: u64,
    },
    /// A template without topics.
    #[error(
        "{} makes no topics (AWS::MSK::Topic) with these parameters; name them with --topic NAME",
        path.display()
    )]
    NoTopics {
        /// The template.
        path: PathBuf,
    },
    /// An option that another one needs.
    #[error("{0} needs {1}")]
    Lacking(&'static str, &'static str),
    /// A template without what is needed of it.
    #[error("{}: {source}", path.display())]
    Template {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: TemplateError,
    },
    /// No template where one is needed.
    #[error(
        "there is no template.yaml here, and {wanted} is in one: say --template FILE, or --topic NAME to do without"
    )]
    NoTemplate {
        /// What is needed of it.
        wanted: String,
    },
    /// A mapping that Lambda would refuse.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A filter that Lambda would refuse.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// Not where a function can be invoked.
    #[error(transparent)]
    InvokeUrl(#[from] InvokeUrlError),
    /// Failed batches have nowhere to go.
    #[error(transparent)]
    Destination(#[from] DestinationMissing),
    /// The mapping cannot go on.
    #[error(transparent)]
    Poll(#[from] MappingError),
    /// No such function.
    #[error(
        "there is no function `{name}` here: say analytics, relay, or the path of an executable"
    )]
    NoFunction {
        /// What was asked for.
        name: String,
    },
    /// The function's binary is not there and could not be built.
    #[error(transparent)]
    Binary(#[from] BinaryError),
    /// The function did not start.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// Labelled data cannot be evaluated.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// There is no verdict on a run under faults.
    #[error(transparent)]
    Chaos(#[from] millrace_chaos::ChaosError),
    /// An AWS call of ours failed.
    #[error("{operation} of `{resource}` at {url} failed: {reason}")]
    Aws {
        /// The operation, as AWS spells it.
        operation: &'static str,
        /// What it was to work on.
        resource: String,
        /// Where.
        url: String,
        /// What came back.
        reason: String,
    },
    /// A call of ours to AWS failed, wherever that is.
    #[error("{operation} of `{resource}` failed: {reason}")]
    Call {
        /// The operation, as AWS spells it.
        operation: &'static str,
        /// What it was to work on.
        resource: String,
        /// What came back.
        reason: String,
    },
    /// Nothing says which region to use.
    #[error("no region is configured; set AWS_REGION")]
    NoRegion,
    /// Nothing says who is calling.
    #[error("no credentials are configured; set AWS_PROFILE or sign in")]
    NoCredentials,
    /// A function's process needs endpoints that outlive it.
    #[error(
        "--process needs --endpoint-url: the endpoints that hold its tables, `millrace endpoints` say"
    )]
    NoEndpoints,
    /// A file that is not there or cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file or a folder that cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Unwritable {
        /// The file or the folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Consumers that do not read.
    #[error(
        "group `{group}` has {records} records to go and has read none for {seconds} s: does its \
         poller run?"
    )]
    NotRead {
        /// The group.
        group: String,
        /// How many it has not read.
        records: u64,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A folder without sample events.
    #[error("there are no sample events (*.json) in {}; restore them from the repository", folder.display())]
    NoSamples {
        /// The folder.
        folder: PathBuf,
    },
    /// A file that holds something else than an event.
    #[error("{} is no MSK event: {found}; see events/README.md for what one looks like", path.display())]
    NoEvent {
        /// The file.
        path: PathBuf,
        /// What it holds instead.
        found: String,
    },
    /// The function did not answer an invocation.
    #[error("{what}: the function answered with {outcome}")]
    Invocation {
        /// What it was given.
        what: String,
        /// What came of it.
        outcome: String,
    },
    /// An answer that Lambda would not understand.
    #[error("{what}: the function's answer is no batch response: {reason}")]
    Answer {
        /// What it was given.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The table holds something that the function never writes.
    #[error(
        "an item of `{table}` has no readable `{attribute}`; were these tables written by another release?"
    )]
    Item {
        /// The table.
        table: String,
        /// The attribute.
        attribute: &'static str,
    },
    /// A message that the function never sends.
    #[error("a message in {sink} is no {wanted} of this release ({reason})")]
    Message {
        /// The topic or the queue.
        sink: String,
        /// What it should be.
        wanted: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// An object that is not what a delivery stream writes.
    #[error("object `{key}` cannot be read back: {reason}")]
    Object {
        /// Its key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Signals cannot be had.
    #[error("cannot listen for Ctrl-C: {0}")]
    Signals(#[source] std::io::Error),
    /// The prices of the build are not what they should be.
    #[error(
        "tools/cost/prices.json cannot be read ({0}); restore it from the repository and build again"
    )]
    Prices(String),
    /// The output is gone.
    #[error("cannot write to standard output: {0}")]
    Output(#[source] std::io::Error),
    /// Ctrl-C, or a request to end.
    #[error("interrupted")]
    Interrupted,
}
