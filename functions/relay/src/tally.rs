//! What became of a batch, in numbers.

use std::cell::Cell;
use std::collections::BTreeMap;

/// Firehose bills each record in steps of so many bytes.
pub const BILLING_STEP: u64 = 5 * 1024;

/// What became of a batch, in numbers. Each record is in exactly one of `relayed`, `oversize`,
/// `omitted`, `dead` and `failed`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records of the event.
    pub records: u64,
    /// Records whose line a stream or the archive took.
    pub relayed: u64,
    /// Records whose line went to S3 because no stream takes it.
    pub oversize: u64,
    /// Tombstones that have no line, as the envelope is raw.
    pub omitted: u64,
    /// Records in the dead-letter queue, by reason.
    pub dead: BTreeMap<&'static str, u64>,
    /// Records to be delivered again.
    pub failed: u64,
    /// Tombstones among the records.
    pub tombstones: u64,
    /// What was sent.
    pub sent: Sent,
}

/// What was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Firehose records that a stream took.
    pub entries: u64,
    /// Lines in them.
    pub lines: u64,
    /// Bytes of them, before base64.
    pub bytes: u64,
    /// Bytes that they are billed as: each rounded up to the next [`BILLING_STEP`].
    pub billed_bytes: u64,
    /// Objects that S3 took.
    pub objects: u64,
    /// Bytes of them, compressed.
    pub object_bytes: u64,
    /// Requests to Firehose and S3.
    pub requests: u64,
    /// Of Firehose records and objects, how often one was sent again.
    pub retries: u64,
}

impl Sent {
    pub(crate) fn entry(&mut self, bytes: usize, lines: usize) {
        let bytes = bytes as u64;
        self.entries += 1;
        self.lines += lines as u64;
        self.bytes += bytes;
        self.billed_bytes += bytes.next_multiple_of(BILLING_STEP);
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.entries += other.entries;
        self.lines += other.lines;
        self.bytes += other.bytes;
        self.billed_bytes += other.billed_bytes;
        self.objects += other.objects;
        self.object_bytes += other.object_bytes;
        self.requests += other.requests;
        self.retries += other.retries;
    }

    pub(crate) fn object(&mut self, bytes: usize) {
        self.objects += 1;
        self.object_bytes += bytes as u64;
    }
}

impl Tally {
    /// Records a Firehose record, on average; none if there was no Firehose record.
    pub fn packing_ratio(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "at most 10,000 each")]
        let ratio = self.sent.lines as f64 / self.sent.entries as f64;
        (self.sent.entries > 0).then_some(ratio)
    }
}

/// Counts the requests of one [`send`](millrace_shared::delivery::send).
#[derive(Default)]
pub(crate) struct Attempts {
    requests: Cell<u64>,
    items: Cell<u64>,
}

impl Attempts {
    pub(crate) fn request(&self, items: usize) {
        self.requests.set(self.requests.get() + 1);
        self.items.set(self.items.get() + items as u64);
    }

    /// Adds them to what was sent. `items` is how many there were to send.
    pub(crate) fn add_to(&self, sent: &mut Sent, items: usize) {
        sent.requests += self.requests.get();
        sent.retries += self.items.get().saturating_sub(items as u64);
    }
}
