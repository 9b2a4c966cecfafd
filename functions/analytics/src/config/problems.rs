use std::fmt;

use millrace_shared::settings::SettingsError;

use super::Variable;
use super::variables::{DETECTORS_OFF, VARIABLES};

/// Configuration that the function cannot work with: everything that is wrong, one sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub(super) Vec<Problem>);

/// One variable that is missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    variable: String,
    /// What it holds; none if it is not set.
    found: Option<String>,
    wanted: String,
}

impl Problem {
    pub(super) fn not_set(variable: Variable) -> Self {
        Self { variable: variable.name.to_owned(), found: None, wanted: variable.wants.to_owned() }
    }

    pub(super) fn wrong(variable: Variable, found: &str) -> Self {
        let wanted = variable.wants.to_owned();
        Self { variable: variable.name.to_owned(), found: Some(found.to_owned()), wanted }
    }

    /// A setting that does not fit the others, under the name of its variable.
    pub(super) fn setting(error: SettingsError) -> Self {
        match error {
            SettingsError::Refused { setting, found, wanted } => {
                Self { variable: variable_of(setting), found: Some(found), wanted }
            }
            SettingsError::UnknownDetector { name, known } => {
                let wanted = format!("names out of {known}");
                Self { variable: DETECTORS_OFF.name.to_owned(), found: Some(name), wanted }
            }
        }
    }
}

/// A setting's variable has its name, in capitals, and its unit.
fn variable_of(setting: &str) -> String {
    let name = setting.to_uppercase();
    let variable = VARIABLES.iter().find(|variable| variable.name.starts_with(&name));
    variable.map_or(name, |variable| variable.name.to_owned())
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
