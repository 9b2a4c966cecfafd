//! Everything that a detector needs: `use super::prelude::*;`.

pub use serde::{Deserialize, Serialize};

pub use super::{Context, Detector};
pub use crate::alerts::Severity;
pub use crate::amount::Amount;
pub use crate::events::{Event, Reading, SensorReading, Transaction, UserEvent};
pub use crate::profiles::{SensorProfile, UserProfile};
pub use crate::settings::Settings;
pub use crate::time::EventTime;
