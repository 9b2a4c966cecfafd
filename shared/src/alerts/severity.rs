use std::fmt;

use serde::{Deserialize, Serialize};

/// How much an alert matters, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// Worth knowing when looking anyway.
    Low,
    /// Worth a look today.
    Medium,
    /// Worth a look now: somebody or something is probably being harmed.
    High,
    /// Worth waking somebody: certain harm, or danger to equipment.
    Critical,
}

impl Severity {
    /// All severities, ascending.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The name in tables, message attributes and metrics: `LOW` to `CRITICAL`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
