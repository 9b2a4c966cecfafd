//! Delivers outboxes: a row for everything, and a message for alerts, unless their detector is only
//! being watched.

use millrace_shared::commit::{Delivery, Parcel};
use millrace_shared::delivery::Deadline;
use millrace_shared::state::OutboxEntry;

use crate::alert_topic::AlertTopic;
use crate::dynamodb::Rows;

/// The tables of rows and the topic of alerts.
pub struct Outboxes {
    /// The tables of alerts, sessions and windows.
    pub rows: Rows,
    /// The topic that alerts are published to.
    pub topic: AlertTopic,
}

impl Delivery for Outboxes {
    async fn deliver(&self, parcels: &[Parcel<'_>], deadline: Deadline) -> Vec<Result<(), String>> {
        let mut alerts = Vec::new();
        let mut places = Vec::new();
        for (place, parcel) in parcels.iter().enumerate() {
            if let OutboxEntry::Alert(alert) = parcel.entry
                && !alert.shadow
            {
                alerts.push((parcel.entity, alert));
                places.push(place);
            }
        }
        let (mut results, published) = futures::join!(
            self.rows.put(parcels, deadline),
            self.topic.publish(&alerts, deadline),
        );
        for (place, published) in places.into_iter().zip(published) {
            if results[place].is_ok() {
                results[place] = published;
            }
        }
        results
    }
}
