use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use millrace_shared::commit::{Delivery, Parcel};
use millrace_shared::delivery::Deadline;
use millrace_shared::state::OutboxEntry;

/// Of whom each detector raised alerts, and how many.
#[derive(Debug, Default)]
pub(super) struct Flags(RefCell<BTreeMap<String, Flagged>>);

/// Of whom one detector raised alerts.
#[derive(Clone, Debug, Default)]
pub(super) struct Flagged {
    /// The identifiers of users.
    pub(super) users: BTreeSet<String>,
    /// How many alerts of each kind of user, by the first letter of the identifier.
    pub(super) alerts: BTreeMap<char, usize>,
}

impl Flags {
    /// Of whom the detector of this name raised alerts.
    pub(super) fn of(&self, detector: &str) -> Flagged {
        self.0.borrow().get(detector).cloned().unwrap_or_default()
    }
}

impl Delivery for Flags {
    async fn deliver(&self, parcels: &[Parcel<'_>], _: Deadline) -> Vec<Result<(), String>> {
        let mut flags = self.0.borrow_mut();
        for parcel in parcels {
            if let OutboxEntry::Alert(alert) = parcel.entry {
                let flagged = flags.entry(alert.detector.to_string()).or_default();
                let user = parcel.entity.id();
                flagged.users.insert(user.to_owned());
                let kind = user.chars().next().unwrap_or_default();
                *flagged.alerts.entry(kind).or_default() += 1;
            }
        }
        vec![Ok(()); parcels.len()]
    }
}
