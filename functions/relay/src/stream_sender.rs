//! Firehose records on their way to their streams.

use std::collections::BTreeMap;

use futures::future::join_all;
use millrace_shared::delivery::{Deadline, Limits, Outcome, Retry, send};

use crate::pack::PackedRecord;
use crate::ports::Streams;
use crate::tally::{Attempts, Sent};

/// Firehose's limits for one request.
const MAX_RECORDS: usize = 500;
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Sends packed records to their topics' streams.
pub(crate) struct StreamSender<'a, S> {
    pub(crate) streams: &'a S,
    /// By topic, its stream; none if it has none.
    pub(crate) by_topic: Vec<Option<&'a str>>,
    /// Requests under way at a time to each stream.
    pub(crate) in_flight: usize,
    pub(crate) retry: &'a Retry,
    pub(crate) deadline: Deadline,
}

impl<S: Streams> StreamSender<'_, S> {
    /// Sends packed records, each stream's beside the others'. One outcome per record, in order.
    pub(crate) async fn send(&self, packed: &[PackedRecord], sent: &mut Sent) -> Vec<Outcome<()>> {
        let mut places_of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, packed) in packed.iter().enumerate() {
            if let Some(stream) = self.by_topic[packed.topic.as_usize()] {
                places_of.entry(stream).or_default().push(place);
            }
        }
        let attempts = Attempts::default();
        let sends = places_of.iter().map(|(stream, places)| {
            let records: Vec<&PackedRecord> = places.iter().map(|&place| &packed[place]).collect();
            self.send_to(stream, records, &attempts)
        });
        let answers = join_all(sends).await;
        attempts.add_to(sent, packed.len());

        let mut outcomes = vec![Outcome::Unfinished("it was not sent".to_owned()); packed.len()];
        for (places, answers) in places_of.values().zip(answers) {
            for (&place, outcome) in places.iter().zip(answers) {
                if matches!(outcome, Outcome::Done(())) {
                    sent.entry(packed[place].data.len(), packed[place].lines.len());
                }
                outcomes[place] = outcome;
            }
        }
        outcomes
    }

    async fn send_to(
        &self,
        stream: &str,
        packed: Vec<&PackedRecord>,
        attempts: &Attempts,
    ) -> Vec<Outcome<()>> {
        let limits = Limits { entries: MAX_RECORDS, bytes: MAX_BYTES, in_flight: self.in_flight };
        let put = async |places: &[usize]| {
            attempts.request(places.len());
            let records: Vec<&[u8]> =
                places.iter().map(|&place| packed[place].data.as_slice()).collect();
            self.streams.put(stream, &records).await
        };
        let size = |place: usize| packed[place].data.len();
        send(packed.len(), size, &limits, self.retry, self.deadline, put).await
    }
}
