//! Objects in S3: their keys and their compression.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use flate2::write::GzEncoder;
use jiff::Timestamp as Instant;
use jiff::tz::TimeZone;
use millrace_shared::kafka::{Offset, Partition};

const HOUR_MS: i64 = 3_600_000;

/// How an object is compressed. The same lines give the same bytes each time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// gzip.
    #[default]
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Compression {
    /// What an object's key ends with.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Gzip => "gz",
            Self::Zstd => "zst",
        }
    }

    /// Compresses some lines.
    ///
    /// # Errors
    /// Zstandard could not allocate its tables.
    pub fn compress(self, lines: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(lines)?;
                encoder.finish()
            }
            Self::Zstd => zstd::bulk::compress(lines, zstd::DEFAULT_COMPRESSION_LEVEL),
        }
    }
}

/// The hour of a record's time, in hours since 1970.
///
/// A record without a time, or with one past the year 9999, is of hour 0: the same at each delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hour(i64);

impl Hour {
    /// The hour of a timestamp in milliseconds.
    pub fn of(millis: Option<i64>) -> Self {
        let is_a_date = |millis: &i64| Instant::from_millisecond(*millis).is_ok();
        Self(millis.filter(is_a_date).map_or(0, |millis| millis.div_euclid(HOUR_MS)))
    }
}

/// The key of a line that no stream takes:
/// `oversize/topic=orders/partition=0/offset=15.json.gz`.
pub fn oversize_key(topic: &str, partition: Partition, offset: Offset) -> String {
    format!("oversize/topic={}/partition={partition}/offset={offset}.json.gz", in_key(topic))
}

/// What the name of an archived object says of the lines in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The partition of all of them.
    pub partition: Partition,
    /// The lowest offset.
    pub first: Offset,
    /// The highest offset.
    pub last: Offset,
    /// How many there are.
    pub count: usize,
}

/// The key of the lines of a topic and partition in one batch and one hour:
/// `topic=orders/year=2026/month=01/day=05/hour=08/0-00000000000000000015-00000000000000000114-100.json.gz`:
/// partition, first offset, last offset, number of lines.
///
/// Offsets are padded to a fixed width, so that the names of a partition sort as its records do. The
/// count tells a range that is whole from one with gaps without opening the object.
pub fn archive_key(topic: &str, hour: Hour, span: Span, compression: Compression) -> String {
    let start = Instant::from_millisecond(hour.0 * HOUR_MS).unwrap_or(Instant::UNIX_EPOCH);
    let date = start.to_zoned(TimeZone::UTC);
    let Span { partition, first, last, count } = span;
    format!(
        "topic={}/year={:04}/month={:02}/day={:02}/hour={:02}/{partition}-{:020}-{:020}-{count}.json.{}",
        in_key(topic),
        date.year(),
        date.month(),
        date.day(),
        date.hour(),
        first.0,
        last.0,
        compression.extension(),
    )
}

/// A topic's name as part of a key. What Kafka allows in one stays as it is; anything else, which a
/// forged event could hold, is percent-encoded so that it cannot leave its place.
fn in_key(topic: &str) -> String {
    let mut text = String::with_capacity(topic.len());
    for byte in topic.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    const SPAN: Span =
        Span { partition: Partition(7), first: Offset(15), last: Offset(114), count: 98 };

    #[test]
    fn a_key_says_topic_time_and_offsets() {
        // 2026-01-05T08:59:59.999Z.
        let hour = Hour::of(Some(1_767_603_599_999));
        let key = archive_key("orders.eu_1-a", hour, SPAN, Compression::Gzip);
        assert_eq!(
            key,
            "topic=orders.eu_1-a/year=2026/month=01/day=05/hour=08/\
             7-00000000000000000015-00000000000000000114-98.json.gz"
        );
        assert_ne!(Hour::of(Some(1_767_603_600_000)), hour);
    }

    #[test]
    fn what_has_no_time_is_of_the_first_hour() {
        let prefix = "topic=t/year=1970/month=01/day=01/hour=00/";
        for time in [None, Some(0), Some(i64::MAX)] {
            let key = archive_key("t", Hour::of(time), SPAN, Compression::Zstd);
            assert!(key.starts_with(prefix) && key.ends_with(".json.zst"), "{key}");
        }
    }

    #[test]
    fn names_sort_as_offsets_do() {
        let key = |first| {
            let span = Span { first: Offset(first), last: Offset(i64::MAX), ..SPAN };
            archive_key("t", Hour::default(), span, Compression::Gzip)
        };
        assert!(key(9) < key(10) && key(10) < key(i64::MAX));
    }

    #[test]
    fn a_key_of_an_oversize_line_is_its_position() {
        let key = oversize_key("orders", Partition(0), Offset(15));
        assert_eq!(key, "oversize/topic=orders/partition=0/offset=15.json.gz");
    }

    #[test]
    fn a_topic_that_kafka_would_not_allow_cannot_leave_its_place() {
        let key = oversize_key("../é =", Partition(0), Offset(0));
        assert_eq!(key, "oversize/topic=..%2F%C3%A9%20%3D/partition=0/offset=0.json.gz");
    }

    #[test]
    fn what_is_compressed_comes_back_and_is_the_same_each_time() {
        let lines = b"{\"a\":1}\n".repeat(1_000);
        let gzip = Compression::Gzip.compress(&lines).unwrap();
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(gzip.as_slice()).read_to_end(&mut back).unwrap();
        assert_eq!(back, lines);
        assert_eq!(Compression::Gzip.compress(&lines).unwrap(), gzip);

        let zstandard = Compression::Zstd.compress(&lines).unwrap();
        assert_eq!(zstd::stream::decode_all(zstandard.as_slice()).unwrap(), lines);
        assert_eq!(Compression::Zstd.compress(&lines).unwrap(), zstandard);
    }
}
