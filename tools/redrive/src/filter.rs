use std::str::FromStr;

use millrace_shared::kafka::{Offset, Partition, Timestamp};
use thiserror::Error;

use crate::record::Record;

/// Which records to send again. Nothing set takes everything; what is set takes only records of
/// which it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this topic.
    pub topic: Option<String>,
    /// Of one of these partitions, if there are any.
    pub partitions: Vec<Partition>,
    /// With an offset in this range.
    pub offsets: Option<OffsetRange>,
    /// Given up for one of these reasons, if there are any.
    pub reasons: Vec<String>,
    /// Written at this time or later.
    pub from: Option<Timestamp>,
    /// Written before this time.
    pub until: Option<Timestamp>,
}

/// Offsets from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetRange {
    /// The lowest.
    pub first: Offset,
    /// The highest.
    pub last: Offset,
}

/// A text that is no range of offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("write one offset (7), a range (7-12) or an open one (7-)")]
pub struct RangeError;

impl Filter {
    /// Whether it takes a record that was given up for this reason.
    pub fn takes(&self, record: &Record, reason: &str) -> bool {
        let is_topic = self.topic.as_ref().is_none_or(|topic| record.topic.as_ref() == Some(topic));
        let is_partition = self.partitions.is_empty()
            || record.partition.is_some_and(|partition| self.partitions.contains(&partition));
        let is_offset = self
            .offsets
            .is_none_or(|range| record.offset.is_some_and(|offset| range.holds(offset)));
        let is_reason = self.reasons.is_empty() || self.reasons.iter().any(|one| one == reason);
        let is_late = self.from.is_none_or(|from| record.time.is_some_and(|time| time >= from));
        let is_early = self.until.is_none_or(|until| record.time.is_some_and(|time| time < until));
        is_topic && is_partition && is_offset && is_reason && is_late && is_early
    }
}

impl OffsetRange {
    fn holds(self, offset: Offset) -> bool {
        (self.first..=self.last).contains(&offset)
    }
}

impl FromStr for OffsetRange {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        let number = |text: &str| text.trim().parse().map(Offset).map_err(|_| RangeError);
        let (first, last) = match text.split_once('-') {
            None => (number(text)?, number(text)?),
            Some((first, "")) => (number(first)?, Offset(i64::MAX)),
            Some((first, last)) => (number(first)?, number(last)?),
        };
        if first > last {
            return Err(RangeError);
        }
        Ok(Self { first, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Cluster;

    fn record() -> Record {
        Record {
            cluster: Cluster::default(),
            map_key: "clicks-3".to_owned(),
            topic: Some("clicks".to_owned()),
            partition: Some(Partition(3)),
            offset: Some(Offset(7)),
            time: Some(Timestamp(1_000)),
            json: Vec::new(),
        }
    }

    #[test]
    fn ranges_are_read_as_people_write_them() {
        let range =
            |text: &str| text.parse().map(|range: OffsetRange| (range.first.0, range.last.0));
        assert_eq!(range("7"), Ok((7, 7)));
        assert_eq!(range("7-12"), Ok((7, 12)));
        assert_eq!(range("7-"), Ok((7, i64::MAX)));
        for wrong in ["", "-", "-7", "x", "12-7", "7-12-13", "99999999999999999999"] {
            assert_eq!(range(wrong), Err(RangeError), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_set_takes_everything_even_a_record_that_nothing_is_known_of() {
        let unknown = Record { topic: None, partition: None, offset: None, time: None, ..record() };
        assert!(Filter::default().takes(&unknown, "not_json"));
    }

    #[test]
    fn what_is_set_takes_only_that() {
        let all = Filter {
            topic: Some("clicks".to_owned()),
            partitions: vec![Partition(1), Partition(3)],
            offsets: Some("5-7".parse().unwrap()),
            reasons: vec!["not_json".to_owned()],
            from: Some(Timestamp(1_000)),
            until: Some(Timestamp(1_001)),
        };
        assert!(all.takes(&record(), "not_json"));
        assert!(!all.takes(&record(), "unknown_topic"));
        let others = [
            Record { topic: Some("other".to_owned()), ..record() },
            Record { topic: None, ..record() },
            Record { partition: Some(Partition(2)), ..record() },
            Record { offset: Some(Offset(8)), ..record() },
            Record { offset: None, ..record() },
            Record { time: Some(Timestamp(999)), ..record() },
            Record { time: Some(Timestamp(1_001)), ..record() },
            Record { time: None, ..record() },
        ];
        for other in others {
            assert!(!all.takes(&other, "not_json"), "{other:?}");
        }
    }
}
