//! Lines to delivery streams, and to S3 what no stream takes.
//!
//! ```text
//!   lines ─┬▶ packed records ──▶ stream ─┬▶ taken
//!          │                             └▶ refused ──▶ line by line ┐
//!          └▶ oversize lines ──▶ bucket ───▶ pointer lines ──────────┴▶ stream ─┬▶ taken
//!                                                                               └▶ refused: dead
//! ```
//!
//! A pointer is sent once its object is there, so that no pointer leads nowhere. A refused record
//! of many lines is taken apart, so that one line cannot cost the others.

use std::collections::BTreeSet;

use millrace_shared::delivery::Outcome;
use millrace_shared::kafka::{Batch, DeadRecord, Entry, Record, RecordIndex};

use crate::fates::{Fate, Fates};
use crate::line::{self, Envelope};
use crate::object::{Compression, oversize_key};
use crate::objects::Put;
use crate::pack::{Added, MAX_RECORD_BYTES, PackedRecord, Packer, Packing};

const NO_STREAM: &str = "its topic has no stream: add it to STREAM_MAP, or set STREAM_NAME";

/// A batch on its way to Firehose: what became of its lines so far.
pub(crate) struct Lines<'a, 'b> {
    pub(crate) batch: &'b Batch<'b>,
    pub(crate) envelope: Envelope,
    pub(crate) fates: &'a mut Fates,
    /// Records that the sinks refused.
    pub(crate) dead: Vec<DeadRecord<'b>>,
    /// Records whose line is an object, and whose pointer is on its way.
    pointed_at: BTreeSet<RecordIndex>,
}

impl<'a, 'b> Lines<'a, 'b> {
    pub(crate) fn new(batch: &'b Batch<'b>, envelope: Envelope, fates: &'a mut Fates) -> Self {
        Self { batch, envelope, fates, dead: Vec::new(), pointed_at: BTreeSet::new() }
    }

    /// Writes and packs the lines of the topics that have a stream. Returns what is to be sent, and
    /// what is too large for that.
    pub(crate) fn write(
        &mut self,
        packing: Packing,
        streams: &[Option<&str>],
    ) -> (Vec<PackedRecord>, Vec<Put>) {
        let mut packer = Packer::new(packing);
        let mut oversize = Vec::new();
        for entry in self.batch.entries() {
            let Entry::Record(record) = entry else { continue };
            let (index, topic) = (record.index(), record.topic_index());
            if streams[topic.as_usize()].is_none() {
                self.fates.fail([index], NO_STREAM);
                continue;
            }
            match packer.add(topic, index, |line| line::write(self.envelope, &record, line)) {
                Added::Packed => {}
                Added::Nothing => self.fates.set(index, Fate::Omitted),
                Added::Oversize(line) => oversize.extend(self.compress(&record, &line)),
            }
        }
        (packer.finish(), oversize)
    }

    fn compress(&mut self, record: &Record<'_>, line: &[u8]) -> Option<Put> {
        let key = oversize_key(record.topic(), record.partition(), record.offset());
        match Compression::Gzip.compress(line) {
            Ok(body) => Some(Put { key, body, records: vec![record.index()] }),
            Err(error) => {
                self.fates.fail([record.index()], &format!("could not compress: {error}"));
                None
            }
        }
    }

    /// Notes what the streams said. Returns what is to be sent line by line.
    pub(crate) fn settle(
        &mut self,
        packed: &[PackedRecord],
        outcomes: &[Outcome<()>],
    ) -> Vec<PackedRecord> {
        let mut apart = Vec::new();
        for (packed, outcome) in packed.iter().zip(outcomes) {
            match outcome {
                Outcome::Done(()) => {
                    for record in packed.records() {
                        let is_pointer = self.pointed_at.contains(&record);
                        let fate = if is_pointer { Fate::Oversize } else { Fate::Relayed };
                        self.fates.set(record, fate);
                    }
                }
                Outcome::Refused(_) if packed.lines.len() > 1 => apart.extend(packed.unpacked()),
                Outcome::Refused(reason) => self.refuse(packed.records(), reason),
                Outcome::Unfinished(reason) => self.fates.fail(packed.records(), reason),
            }
        }
        apart
    }

    /// Notes what the bucket said. Returns the pointers to the objects that are there.
    pub(crate) fn settle_oversize(
        &mut self,
        puts: &[Put],
        outcomes: &[Outcome<()>],
        url: impl Fn(&str) -> String,
    ) -> Vec<PackedRecord> {
        let mut pointers = Packer::new(Packing { max_bytes: MAX_RECORD_BYTES, is_on: true });
        for (put, outcome) in puts.iter().zip(outcomes) {
            let records = put.records.iter().copied();
            match outcome {
                Outcome::Refused(reason) => self.refuse(records, reason),
                Outcome::Unfinished(reason) => self.fates.fail(records, reason),
                // A stream of bare values is no place for a line of ours.
                Outcome::Done(()) if self.envelope == Envelope::Raw => {
                    records.for_each(|record| self.fates.set(record, Fate::Oversize));
                }
                Outcome::Done(()) => {
                    for record in records.filter_map(|index| self.batch.record(index)) {
                        self.point(&record, &url(&put.key), &mut pointers);
                    }
                }
            }
        }
        pointers.finish()
    }

    fn point(&mut self, record: &Record<'b>, url: &str, pointers: &mut Packer) {
        let (index, topic) = (record.index(), record.topic_index());
        let write = |line: &mut Vec<u8>| {
            line::write_pointer(record, url, line);
            true
        };
        match pointers.add(topic, index, write) {
            Added::Oversize(_) => {
                self.refuse(
                    [index].into_iter(),
                    "even the line that says where it is is too large",
                );
            }
            Added::Packed | Added::Nothing => _ = self.pointed_at.insert(index),
        }
    }

    fn refuse(&mut self, records: impl Iterator<Item = RecordIndex>, reason: &str) {
        self.dead.extend(refused(self.batch, records, reason));
    }
}

/// Records that a sink refused, for the dead-letter queue.
pub(crate) fn refused<'b>(
    batch: &'b Batch<'b>,
    records: impl Iterator<Item = RecordIndex>,
    reason: &str,
) -> impl Iterator<Item = DeadRecord<'b>> {
    let records = records.filter_map(|index| batch.record(index));
    records.map(move |record| DeadRecord::new(&record, "refused", format!("refused: {reason}")))
}
