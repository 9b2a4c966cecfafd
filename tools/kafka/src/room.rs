//! Room in an embedded broker: producing no more than the consumers leave behind in time.
//!
//! ```text
//!   claim ──▶ in flight ──(delivered)──▶ unread ──(read_to, what all groups have committed)──▶ free
//! ```

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::broker::Broker;
use crate::error::KafkaError;
use crate::lag::{GroupLag, Place};
use crate::producer::Delivered;

/// What a record takes on top of its key and value even if it is alone in its batch: the batch's 61
/// bytes, its lengths, its time, and the headers of a trace.
const OVERHEAD_BYTES: usize = 256;

/// A batch is counted when it arrives, before old ones are dropped: some room stays free for it.
const PARTITION_BYTES: usize = Broker::MAX_PARTITION_BYTES / 10 * 8;

/// How often the groups are looked at while there is little room.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Consumers that read nothing for so long will not do so.
const STALLED: Duration = Duration::from_mins(1);

/// Keeps a producer from sending what an embedded broker would drop before it is read, or more than
/// so many records ahead. Clones share it.
#[derive(Clone)]
pub struct Room {
    shared: Arc<Shared>,
}

struct Shared {
    most_records: u64,
    taken: Mutex<Taken>,
    freed: Condvar,
}

#[derive(Default)]
struct Taken {
    /// Sent or delivered, and not read.
    records: u64,
    partitions: BTreeMap<Place, Partition>,
    /// The watch over the groups is over, and why.
    ended: Option<String>,
}

#[derive(Default)]
struct Partition {
    in_flight_bytes: usize,
    /// The offsets of what is delivered and not read, and the bytes of each.
    unread: VecDeque<(i64, usize)>,
    unread_bytes: usize,
    /// What all groups have read so far.
    read_to: i64,
}

impl Room {
    /// Room for this many records that are not read, in all partitions together, and for as many of
    /// one partition as an embedded broker keeps.
    pub fn new(most_records: u64) -> Self {
        let (taken, freed) = (Mutex::default(), Condvar::new());
        Self { shared: Arc::new(Shared { most_records: most_records.max(1), taken, freed }) }
    }

    /// Waits until there is room for a record, and takes it. `bytes` are those of its key and value.
    ///
    /// # Errors
    /// When the groups have read nothing for a minute, or cannot be watched.
    pub fn claim(&self, topic: &str, partition: i32, bytes: usize) -> Result<(), KafkaError> {
        let (place, bytes) = ((topic.to_owned(), partition), bytes + OVERHEAD_BYTES);
        let failed = |reason| KafkaError::Producer { topic: topic.to_owned(), reason };
        let mut taken = self.lock();
        let mut waiting = (Instant::now(), taken.records);
        loop {
            if let Some(reason) = &taken.ended {
                return Err(failed(reason.clone()));
            }
            let in_partition = taken.partitions.entry(place.clone()).or_default().bytes();
            // A record that is larger than all there is has to be alone.
            let has_room = in_partition == 0 || in_partition + bytes <= PARTITION_BYTES;
            if has_room && taken.records < self.shared.most_records {
                break;
            }
            if taken.records < waiting.1 {
                waiting = (Instant::now(), taken.records);
            }
            if waiting.0.elapsed() > STALLED {
                let seconds = STALLED.as_secs();
                return Err(failed(format!(
                    "its consumers have committed nothing for {seconds} s"
                )));
            }
            let waited = self.shared.freed.wait_timeout(taken, Duration::from_secs(1));
            taken = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        taken.records += 1;
        taken.partitions.entry(place).or_default().in_flight_bytes += bytes;
        Ok(())
    }

    /// Takes room for a record, if there is some: for a producer that nobody reads after.
    ///
    /// # Errors
    /// When the broker would drop something for it.
    pub fn try_claim(&self, topic: &str, partition: i32, bytes: usize) -> Result<(), KafkaError> {
        let mut taken = self.lock();
        let partition = taken.partitions.entry((topic.to_owned(), partition)).or_default();
        if partition.bytes() + bytes + OVERHEAD_BYTES > PARTITION_BYTES {
            return Err(KafkaError::Full { topic: topic.to_owned() });
        }
        partition.in_flight_bytes += bytes + OVERHEAD_BYTES;
        taken.records += 1;
        Ok(())
    }

    /// A record that room was taken for is written, or never will be.
    pub fn delivered(&self, delivered: &Delivered<'_>) {
        let bytes = delivered.bytes + OVERHEAD_BYTES;
        let mut taken = self.lock();
        let place = (delivered.topic.to_owned(), delivered.partition);
        let partition = taken.partitions.entry(place).or_default();
        partition.in_flight_bytes = partition.in_flight_bytes.saturating_sub(bytes);
        match delivered.offset {
            Some(offset) if offset >= partition.read_to => {
                partition.unread.push_back((offset, bytes));
                partition.unread_bytes += bytes;
            }
            // It was read before this was told, or was not written at all.
            _ => {
                taken.records = taken.records.saturating_sub(1);
                self.shared.freed.notify_all();
            }
        }
    }

    /// All groups have read a partition up to this offset, which is the next one.
    pub fn read_to(&self, place: &Place, offset: i64) {
        let mut taken = self.lock();
        let partition = taken.partitions.entry(place.clone()).or_default();
        partition.read_to = partition.read_to.max(offset);
        let mut freed = 0;
        while let Some((first, bytes)) = partition.unread.front().copied() {
            if first >= partition.read_to {
                break;
            }
            partition.unread.pop_front();
            partition.unread_bytes -= bytes;
            freed += 1;
        }
        taken.records -= freed;
        if freed > 0 {
            self.shared.freed.notify_all();
        }
    }

    /// Looks at the groups again and again while room is taken, until this is dropped in the middle.
    pub async fn watch(&self, groups: &[GroupLag]) {
        loop {
            tokio::time::sleep(LOOK_AGAIN).await;
            if self.lock().records < self.shared.most_records / 4 {
                continue;
            }
            match slowest(groups).await {
                Ok(read) => read.iter().for_each(|(place, offset)| self.read_to(place, *offset)),
                Err(error) => {
                    self.lock().ended = Some(error.to_string());
                    self.shared.freed.notify_all();
                    return;
                }
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.shared.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Partition {
    fn bytes(&self) -> usize {
        self.in_flight_bytes + self.unread_bytes
    }
}

/// What every group that reads a partition has committed of it.
async fn slowest(groups: &[GroupLag]) -> Result<BTreeMap<Place, i64>, KafkaError> {
    let mut slowest = BTreeMap::new();
    for group in groups {
        for (place, committed) in group.committed().await? {
            let committed = committed.unwrap_or_default();
            let read = slowest.entry(place).or_insert(committed);
            *read = committed.min(*read);
        }
    }
    Ok(slowest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivered(offset: Option<i64>, bytes: usize) -> Delivered<'static> {
        Delivered { topic: "a", partition: 0, offset, bytes }
    }

    #[test]
    fn what_is_read_makes_room_and_what_was_not_written_needs_none() {
        let room = Room::new(3);
        for _ in 0..3 {
            room.claim("a", 0, 10).unwrap();
        }
        room.delivered(&delivered(Some(0), 10));
        room.delivered(&delivered(Some(1), 10));
        assert_eq!(room.lock().records, 3);
        room.read_to(&("a".to_owned(), 0), 1);
        assert_eq!(room.lock().records, 2);
        // The third one failed; the second is all that is left.
        room.delivered(&delivered(None, 10));
        let taken = room.lock();
        assert_eq!((taken.records, taken.partitions.len()), (1, 1));
        assert_eq!(taken.partitions[&("a".to_owned(), 0)].bytes(), 10 + OVERHEAD_BYTES);
    }

    #[test]
    fn a_record_that_is_read_before_its_delivery_is_told_takes_no_room() {
        let room = Room::new(3);
        room.claim("a", 0, 10).unwrap();
        room.read_to(&("a".to_owned(), 0), 1);
        room.delivered(&delivered(Some(0), 10));
        assert_eq!(room.lock().records, 0);
    }

    #[test]
    fn a_producer_waits_for_its_partition_and_goes_on_when_something_was_read() {
        let room = Room::new(u64::MAX);
        room.claim("a", 0, PARTITION_BYTES).unwrap();
        room.delivered(&delivered(Some(0), PARTITION_BYTES));
        room.claim("a", 1, 10).unwrap();
        let waiting = room.clone();
        let waiter = std::thread::spawn(move || waiting.claim("a", 0, 10));
        room.read_to(&("a".to_owned(), 0), 1);
        waiter.join().unwrap().unwrap();
        assert_eq!(room.lock().records, 2);
    }

    #[test]
    fn a_producer_is_told_why_nobody_watches_any_more() {
        let room = Room::new(1);
        room.claim("a", 0, 10).unwrap();
        room.lock().ended = Some("the broker is gone".to_owned());
        let error = room.claim("a", 0, 10).unwrap_err().to_string();
        assert_eq!(error, "cannot produce to `a`: the broker is gone");
    }
}
