//! Objects on their way to S3.

use millrace_shared::delivery::{Deadline, Limits, Outcome, Retry, send};
use millrace_shared::kafka::RecordIndex;

use crate::ports::ObjectStore;
use crate::tally::{Attempts, Sent};

/// An object to be put, and the records whose lines it holds.
pub(crate) struct Put {
    pub(crate) key: String,
    pub(crate) body: Vec<u8>,
    pub(crate) records: Vec<RecordIndex>,
}

/// Puts objects, so many at a time. One outcome per object, in order.
pub(crate) async fn put_all(
    store: &impl ObjectStore,
    puts: &[Put],
    in_flight: usize,
    retry: &Retry,
    deadline: Deadline,
    sent: &mut Sent,
) -> Vec<Outcome<()>> {
    let limits = Limits { entries: 1, bytes: usize::MAX, in_flight };
    let attempts = Attempts::default();
    let put = async |places: &[usize]| {
        attempts.request(places.len());
        let mut replies = Vec::new();
        for &place in places {
            replies.push(store.put(&puts[place].key, &puts[place].body).await?);
        }
        Ok(replies)
    };
    let size = |place: usize| puts[place].body.len();
    let outcomes = send(puts.len(), size, &limits, retry, deadline, put).await;
    attempts.add_to(sent, puts.len());
    for (put, outcome) in puts.iter().zip(&outcomes) {
        if matches!(outcome, Outcome::Done(())) {
            sent.object(put.body.len());
        }
    }
    outcomes
}
