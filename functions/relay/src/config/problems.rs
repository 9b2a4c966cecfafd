use std::fmt;

use super::Variable;

/// Configuration that the function cannot work with: everything that is wrong, one sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub(super) Vec<Problem>);

/// One variable that is missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    variable: Variable,
    /// What it holds; none if it is not set.
    found: Option<String>,
}

impl Problem {
    pub(super) fn not_set(variable: Variable) -> Self {
        Self { variable, found: None }
    }

    pub(super) fn wrong(variable: Variable, found: &str) -> Self {
        Self { variable, found: Some(found.to_owned()) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Variable { name, wants, .. } = self.variable;
        match &self.found {
            None => write!(formatter, "{name} is not set; set it to {wants}"),
            Some(found) => write!(formatter, "{name} is `{found}`; set it to {wants}"),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<String> = self.0.iter().map(Problem::to_string).collect();
        formatter.write_str(&sentences.join("\n"))
    }
}

impl std::error::Error for ConfigError {}
