use std::path::PathBuf;

/// Why labelled data cannot be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// A file or folder is not there or cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is no table of comma-separated values.
    #[error("{} is no CSV file: {source}", path.display())]
    NotCsv {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        source: csv::Error,
    },
    /// A table lacks a column.
    #[error("{} has no column {wanted}; its columns are {found}", path.display())]
    NoColumn {
        /// Which file.
        path: PathBuf,
        /// The names that the column may have.
        wanted: &'static str,
        /// The names that there are.
        found: String,
    },
    /// A cell does not hold what its column should.
    #[error("{}, line {line}: `{found}` is {wanted}", path.display())]
    Cell {
        /// Which file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What the cell holds.
        found: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// The labels of a benchmark cannot be read.
    #[error("{} holds no labelled windows: {reason}", path.display())]
    Labels {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// No series is both there and labelled.
    #[error(
        "none of the series labelled in labels/combined_windows.json is in {}; \
         it should have data/CATEGORY/NAME.csv",
        folder.display()
    )]
    NoSeries {
        /// The folder of the benchmark.
        folder: PathBuf,
    },
    /// The commit path could not apply what the simulator made.
    #[error("a simulated batch was not done: {reason}; this is a fault of this command")]
    NotDone {
        /// What happened.
        reason: String,
    },
}
