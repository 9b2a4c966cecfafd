//! A batch through the relay.

use millrace_shared::commit::DeadLetters;
use millrace_shared::delivery::{Deadline, Retry};
use millrace_shared::kafka::{Batch, DeadRecord, Entry, RecordIndex};

use crate::archive;
use crate::fates::Fates;
use crate::firehose::Lines;
use crate::line::Envelope;
use crate::object::Compression;
use crate::objects::put_all;
use crate::pack::Packing;
use crate::ports::{ObjectStore, Streams};
use crate::stream_map::StreamMap;
use crate::stream_sender::StreamSender;
use crate::tally::{Sent, Tally};

/// The relay: what it is told, and the sinks it works on.
pub struct Relay<Stream, Objects, Graves> {
    /// Where lines go.
    pub destination: Destination,
    /// What is written of a record.
    pub envelope: Envelope,
    /// Requests under way at a time: to each stream, and to S3. Not zero.
    pub in_flight: usize,
    /// How to wait before sending again.
    pub retry: Retry,
    /// The delivery streams.
    pub streams: Stream,
    /// The bucket.
    pub objects: Objects,
    /// Where dead records go.
    pub dead_letters: Graves,
}

/// Where lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To Firehose, and to S3 what Firehose cannot take.
    Firehose {
        /// Which topic's lines go to which stream.
        streams: StreamMap,
        /// How lines become Firehose records.
        packing: Packing,
    },
    /// To S3, compressed like this.
    Archive(Compression),
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Done {
    /// What happened, in numbers.
    pub tally: Tally,
    /// The records that are not durably done, in the order of the event.
    pub failed: Vec<RecordIndex>,
}

impl<Stream: Streams, Objects: ObjectStore, Graves: DeadLetters> Relay<Stream, Objects, Graves> {
    /// Takes a batch to where it goes, as far as that is possible before the deadline.
    pub async fn run(&self, batch: &Batch<'_>, deadline: Deadline) -> Done {
        let mut fates = Fates::new(batch.len());
        let (undecodable, tombstones) = triage(batch);
        let mut sent = Sent::default();

        let lines = async {
            match &self.destination {
                Destination::Firehose { streams, packing } => {
                    let lines = Lines::new(batch, self.envelope, &mut fates);
                    self.to_firehose(lines, streams, *packing, deadline, &mut sent).await
                }
                Destination::Archive(compression) => {
                    let puts = archive::objects(batch, self.envelope, *compression, &mut fates);
                    let (store, retry) = (&self.objects, &self.retry);
                    let outcomes =
                        put_all(store, &puts, self.in_flight, retry, deadline, &mut sent).await;
                    archive::settle(batch, &puts, &outcomes, &mut fates)
                }
            }
        };
        let (buried, refused) = futures::join!(self.bury(&undecodable, deadline), lines);
        fates.buried(&undecodable, &buried);
        fates.buried(&refused, &self.bury(&refused, deadline).await);

        let mut tally = Tally { tombstones, sent, ..Tally::default() };
        fates.count(&mut tally);
        fates.log(batch);
        Done { tally, failed: fates.failed() }
    }

    /// Returns the records that the sinks refused.
    async fn to_firehose<'b>(
        &self,
        mut lines: Lines<'_, 'b>,
        streams: &StreamMap,
        packing: Packing,
        deadline: Deadline,
        sent: &mut Sent,
    ) -> Vec<DeadRecord<'b>> {
        let by_topic: Vec<_> = lines.batch.topics().map(|topic| streams.stream(topic)).collect();
        let (packed, oversize) = lines.write(packing, &by_topic);
        let (retry, in_flight) = (&self.retry, self.in_flight);
        let sender = StreamSender { streams: &self.streams, by_topic, in_flight, retry, deadline };

        let mut put = Sent::default();
        let (taken, stored) = futures::join!(
            sender.send(&packed, sent),
            put_all(&self.objects, &oversize, in_flight, retry, deadline, &mut put),
        );
        sent.add(put);
        let mut next = lines.settle(&packed, &taken);
        next.extend(lines.settle_oversize(&oversize, &stored, |key| self.objects.url(key)));
        drop((packed, oversize));

        while !next.is_empty() {
            let taken = sender.send(&next, sent).await;
            next = lines.settle(&next, &taken);
        }
        lines.dead
    }

    async fn bury(&self, dead: &[DeadRecord<'_>], deadline: Deadline) -> Vec<Result<(), String>> {
        if dead.is_empty() {
            return Vec::new();
        }
        self.dead_letters.bury(dead, deadline).await
    }
}

/// What cannot be decoded, and how many tombstones there are.
fn triage<'b>(batch: &'b Batch<'_>) -> (Vec<DeadRecord<'b>>, u64) {
    let (mut dead, mut tombstones) = (Vec::new(), 0);
    for entry in batch.entries() {
        match entry {
            Entry::Record(record) => tombstones += u64::from(record.is_tombstone()),
            Entry::Dead(record) => dead.push(record),
        }
    }
    (dead, tombstones)
}
