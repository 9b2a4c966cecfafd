use millrace_event_source_mapping::{MappingError, SettingsError};
use millrace_runtime_api::ProcessError;

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum ChaosError {
    /// A function did not start.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A function is not told what it needs.
    #[error("the function would refuse to start: {0}")]
    Configuration(String),
    /// A mapping is not told what it needs.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A mapping ended.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// Records are read again and again and never done.
    #[error("{records} records are not done, and for {seconds} s there was no progress")]
    Stuck {
        /// How many, of both functions.
        records: u64,
        /// For how long.
        seconds: u64,
    },
    /// A table cannot be read.
    #[error("table `{table}` cannot be read to the end: {reason}")]
    Table {
        /// The table.
        table: String,
        /// What came back.
        reason: String,
    },
    /// Something in a sink is not what the functions write.
    #[error("{sink} holds something that no function writes: {reason}")]
    Unknown {
        /// Where.
        sink: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}
