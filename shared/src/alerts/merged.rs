use serde::{Deserialize, Serialize};

use crate::time::EventTime;

/// Alerts of one cause that were not let through, and are told by the next one that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// How many.
    pub count: u64,
    /// The time of the last one's event.
    pub last: EventTime,
}
