use millrace_kafka_event::{KafkaRecord, encode_event};

use super::people::{Act, ActivitySettings, Actor, actors};

/// The topic.
pub(super) const EVENTS: &str = "user-events";
/// How many partitions it has. What somebody does is all in one of them.
const PARTITIONS: u32 = 4;
/// How many records a batch has at most.
const BATCH: usize = 1_000;
/// 2026-01-05T00:00:00Z, a Monday.
const START_MILLIS: i64 = 1_767_571_200_000;
const DAY_MILLIS: i64 = 86_400_000;

/// A day of the stream.
pub(super) struct Day {
    /// How many events.
    pub(super) count: usize,
    /// As Lambda would hand them over, in the order of their time.
    pub(super) batches: Vec<Vec<u8>>,
}

/// Days, one after the other.
pub(super) struct Days {
    actors: Vec<Actor>,
    people: u32,
    next: u32,
    end: u32,
    offsets: [i64; PARTITIONS as usize],
}

/// The identifier of an actor: `p17` is a person and `b3` a bot.
pub(super) fn name(number: u32, people: u32) -> String {
    number.checked_sub(people).map_or_else(|| format!("p{number}"), |bot| format!("b{bot}"))
}

impl Days {
    pub(super) fn new(settings: &ActivitySettings) -> Self {
        let ActivitySettings { people, days, .. } = *settings;
        let offsets = [0; PARTITIONS as usize];
        Self { actors: actors(settings), people, next: 0, end: days, offsets }
    }

    fn record(&mut self, number: u32, (time, what): Act) -> KafkaRecord {
        let time = START_MILLIS + i64::from(self.next) * DAY_MILLIS + i64::from(time);
        let name = name(number, self.people);
        let partition = number % PARTITIONS;
        let next = &mut self.offsets[partition as usize];
        let offset = *next;
        *next += 1;
        let value = format!(r#"{{"userId":"{name}","eventType":"{what}","timestamp":{time}}}"#);
        KafkaRecord {
            timestamp: time,
            key: Some(name.into_bytes()),
            value: Some(value.into_bytes()),
            ..KafkaRecord::at(EVENTS, partition.cast_signed(), offset)
        }
    }
}

impl Iterator for Days {
    type Item = Day;

    fn next(&mut self) -> Option<Day> {
        if self.next == self.end {
            return None;
        }
        let mut acts: Vec<(Act, u32)> = Vec::new();
        for (actor, number) in self.actors.iter_mut().zip(0..) {
            acts.extend(actor.next_day().into_iter().map(|act| (act, number)));
        }
        // Whoever acts in the same millisecond: in the order of their numbers.
        acts.sort_by_key(|((time, _), number)| (*time, *number));
        let records: Vec<KafkaRecord> =
            acts.iter().map(|(act, number)| self.record(*number, *act)).collect();
        self.next += 1;
        let batches = records.chunks(BATCH).map(encode_event).collect();
        Some(Day { count: records.len(), batches })
    }
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::Xxh3Default;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let settings = ActivitySettings { people: 20, days: 2, ..ActivitySettings::default() };
        let checksum = |settings: &ActivitySettings| {
            let mut hash = Xxh3Default::new();
            for batch in Days::new(settings).flat_map(|day| day.batches) {
                hash.update(&batch);
            }
            hash.digest()
        };
        // Written down, so that another machine or compiler that gives others is found out.
        assert_eq!(checksum(&settings), 5_905_460_950_850_397_114);
        assert_ne!(checksum(&settings), checksum(&ActivitySettings { seed: 2, ..settings }));
    }
}
