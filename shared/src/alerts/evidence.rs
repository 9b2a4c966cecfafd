use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::time::EventTime;

/// One named value that a detector saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is, in `snake_case`.
    pub name: Cow<'static, str>,
    /// The value.
    pub value: Evidence,
}

impl Fact {
    /// A named value.
    pub fn new(name: &'static str, value: impl Into<Evidence>) -> Self {
        Self { name: Cow::Borrowed(name), value: value.into() }
    }
}

/// A value that a detector saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Evidence {
    /// A measured or computed number, finite.
    Number(f64),
    /// A count.
    Count(u64),
    /// An amount of money.
    Amount(Amount),
    /// A text from the event.
    Text(String),
    /// A time.
    Time(EventTime),
}

impl fmt::Display for Evidence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Count(count) => write!(formatter, "{count}"),
            Self::Amount(amount) => write!(formatter, "{amount}"),
            Self::Text(text) => formatter.write_str(text),
            Self::Time(time) => write!(formatter, "{time}"),
        }
    }
}

impl From<f64> for Evidence {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Evidence {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<Amount> for Evidence {
    fn from(amount: Amount) -> Self {
        Self::Amount(amount)
    }
}

impl From<EventTime> for Evidence {
    fn from(time: EventTime) -> Self {
        Self::Time(time)
    }
}

impl From<&str> for Evidence {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
