//! Alerts: what detectors raise, with an identifier that a second delivery repeats.

mod evidence;
mod id;
mod merged;
mod severity;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use evidence::{Evidence, Fact};
pub use id::{AlertId, Cause};
pub use merged::Merged;
pub use severity::Severity;

use crate::kafka::{Offset, Partition};
use crate::state::Epoch;
use crate::time::EventTime;

/// One alert, complete but for its entity, which is that of the state it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// One identifier per cause, whoever delivers it and however often.
    pub id: AlertId,
    /// The detector's name.
    pub detector: Cow<'static, str>,
    /// How much it matters.
    pub severity: Severity,
    /// The time of the event that caused it.
    pub event_time: EventTime,
    /// A sentence for a person.
    pub message: String,
    /// What the detector saw, as named values.
    pub evidence: Vec<Fact>,
    /// The record that caused it.
    pub source: AlertSource,
    /// The alerts of the same cause that were merged into this one, if any.
    pub merged: Option<Merged>,
    /// Whether its detector is only being watched: the alert goes to its table and to nobody.
    pub shadow: bool,
}

/// Where the record that caused an alert stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertSource {
    /// The record's topic.
    pub topic: String,
    /// Its partition of that topic.
    pub partition: Partition,
    /// Its offset in that partition.
    pub offset: Offset,
}

/// A record that an alert is about and that came before the one which showed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastRecord {
    /// Where it stands.
    pub source: AlertSource,
    /// Which life of the topic its offset belongs to.
    pub epoch: Epoch,
    /// The time of its event.
    pub time: EventTime,
}
