use std::fmt;

use super::Variable;

/// Configuration that a function cannot work with: everything that is wrong, one sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub(super) Vec<Problem>);

/// One variable that is missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The variable's name.
    pub variable: String,
    /// What it holds; none if it is not set.
    pub found: Option<String>,
    /// What it should hold.
    pub wanted: String,
}

impl Problem {
    /// A variable that has to be set and is not.
    pub fn not_set(variable: Variable) -> Self {
        Self { variable: variable.name.to_owned(), found: None, wanted: variable.wants.to_owned() }
    }

    /// A variable that holds something else than it should.
    pub fn wrong(variable: Variable, found: &str) -> Self {
        let wanted = variable.wants.to_owned();
        Self { variable: variable.name.to_owned(), found: Some(found.to_owned()), wanted }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variable, found, wanted } = self;
        match found {
            None => write!(formatter, "{variable} is not set; set it to {wanted}"),
            Some(found) => write!(formatter, "{variable} is `{found}`; set it to {wanted}"),
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
