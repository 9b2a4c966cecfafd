//! Environment variables, read once at start-up, and everything wrong with them told at once.

mod forms;
mod problems;
mod reader;
mod variable;

pub use forms::{is_namespace, is_url};
pub use problems::{ConfigError, Problem};
pub use reader::Reader;
pub use variable::Variable;
