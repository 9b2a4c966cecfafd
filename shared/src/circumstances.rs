//! What an event comes with besides what it says: where it stands in the stream, and what was read
//! of entities that it does not change.

use crate::alerts::{AlertSource, PastRecord};
use crate::fraud::{Calibration, Labelled, Posterior, short_hash};
use crate::kafka::{Offset, Partition};
use crate::settings::Settings;
use crate::state::Epoch;
use crate::time::EventTime;

/// Everything that applying an event needs to know besides the entity's own state.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// Thresholds and periods.
    pub settings: &'a Settings,
    /// Where the event's record stands.
    pub source: Source<'a>,
    /// What labels have taught, as of the read; none where there is no topic of labels.
    pub learnt: Option<Learnt<'a>>,
    /// For a calibrator: what the event's label counts for, by its customer's state; none if it
    /// does not count.
    pub labelled: Option<Labelled>,
}

/// Where an event's record stands in the stream.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its topic.
    pub topic: &'a str,
    /// Its partition of that topic.
    pub partition: Partition,
    /// Which life of the topic its offset belongs to.
    pub epoch: Epoch,
    /// Its offset in that partition.
    pub offset: Offset,
}

/// What labels have taught of a payment's merchant and of payments like it.
#[derive(Clone, Copy, Debug)]
pub struct Learnt<'a> {
    /// Of the merchant; none if the payment names none.
    pub merchant: Option<Posterior>,
    /// Of amounts and deviations.
    pub calibration: &'a Calibration,
}

impl<'a> Circumstances<'a> {
    /// Those of an event that comes out of no stream, where there are no labels.
    pub const fn of(settings: &'a Settings) -> Self {
        let source =
            Source { topic: "", partition: Partition(0), epoch: Epoch(0), offset: Offset(0) };
        Self { settings, source, learnt: None, labelled: None }
    }
}

impl Source<'_> {
    /// The record, to be kept for an alert that a later one may raise, with its event's time.
    pub(crate) fn past(self, time: EventTime) -> PastRecord {
        let Source { topic, partition, epoch, offset } = self;
        let source = AlertSource { topic: topic.to_owned(), partition, offset };
        PastRecord { source, epoch, time }
    }

    /// Four bytes that stand for the record among the few that are kept beside them.
    pub(crate) fn short_hash(self) -> [u8; 4] {
        let mut bytes = Vec::with_capacity(self.topic.len() + 12);
        bytes.extend_from_slice(&self.partition.0.to_be_bytes());
        bytes.extend_from_slice(&self.offset.0.to_be_bytes());
        bytes.extend_from_slice(self.topic.as_bytes());
        short_hash(&bytes)
    }
}
