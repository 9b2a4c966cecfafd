use super::ActiveUsers;
use crate::events::Event;
use crate::time::EventTime;

/// A partition, as far as it has been processed: its watermark says up to which offset, this says
/// up to which event time and with whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartitionProfile {
    /// The latest time of any event.
    pub newest: EventTime,
    /// How many events.
    pub events: u64,
    /// Who was active lately. A user's events are all in one partition where producers key them,
    /// and so the partitions' numbers add up.
    pub active_users: ActiveUsers,
}

impl PartitionProfile {
    /// Takes any event of the partition.
    pub(super) fn take(&mut self, event: &Event<'_>) {
        self.events += 1;
        self.newest = self.newest.max(event.time());
        match event {
            Event::UserEvent(event) => self.active_users.note(&event.user_id, event.time),
            Event::Transaction(payment) => self.active_users.note(&payment.user_id, payment.time),
            Event::TransactionLabel(_) | Event::SensorReading(_) => {}
        }
    }
}
