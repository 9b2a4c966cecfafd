//! Gaps and overlaps from the lines themselves, whatever their objects are called.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use super::findings::Findings;
use super::ranges::{Range, Ranges};

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTANDARD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Why an object's lines cannot be counted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinesError {
    #[error("{object} cannot be read or decompressed: {source}")]
    Unreadable { object: String, source: io::Error },
    /// Without what the line holds.
    #[error(
        "line {number} of {object} has no topic, partition and offset; bare values (ENVELOPE=raw) \
         have none, and cannot be verified"
    )]
    NoPosition { object: String, number: u64 },
}

#[derive(Deserialize)]
struct Position<'a> {
    #[serde(borrow)]
    topic: Cow<'a, str>,
    partition: i32,
    offset: i64,
}

/// What the lines so far have said.
#[derive(Default)]
pub(crate) struct Lines {
    partitions: BTreeMap<(String, i32), Seen>,
}

#[derive(Default)]
struct Seen {
    offsets: Ranges,
    twice: Ranges,
    lines: u64,
    duplicates: u64,
}

impl Lines {
    /// Takes in an object's lines: plain, or compressed with gzip or Zstandard.
    pub(crate) fn read(&mut self, object: &str, body: impl Read) -> Result<(), LinesError> {
        let unreadable = |source| LinesError::Unreadable { object: object.to_owned(), source };
        let mut reader = decompressed(BufReader::new(body)).map_err(unreadable)?;
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            if reader.read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
                break;
            }
            let position = serde_json::from_slice::<Position<'_>>(&line);
            let Some(position) = position.ok().filter(|position| position.offset >= 0) else {
                return Err(LinesError::NoPosition { object: object.to_owned(), number });
            };
            self.add(position);
        }
        Ok(())
    }

    /// What was found of each topic and partition.
    pub(crate) fn findings(self) -> BTreeMap<(String, i32), Findings> {
        let found = self.partitions.into_iter().map(|(place, seen)| (place, seen.findings()));
        found.collect()
    }

    fn add(&mut self, position: Position<'_>) {
        let place = (position.topic.into_owned(), position.partition);
        let seen = self.partitions.entry(place).or_default();
        seen.lines += 1;
        let offset = Range::of(position.offset);
        if !seen.offsets.add(offset).is_empty() {
            seen.duplicates += 1;
            seen.twice.add(offset);
        }
    }
}

impl Seen {
    fn findings(self) -> Findings {
        Findings {
            first: self.offsets.iter().next().map_or(0, |range| range.first),
            last: self.offsets.iter().next_back().map_or(0, |range| range.last),
            lines: self.lines,
            missing: self.offsets.gaps(),
            twice: self.twice.iter().collect(),
            duplicates: self.duplicates,
            ..Findings::default()
        }
    }
}

/// By the first bytes: what Firehose writes need not say in its name that it is compressed.
pub(crate) fn decompressed<'a>(mut body: impl BufRead + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
    let start = body.fill_buf()?;
    if start.starts_with(GZIP) {
        return Ok(Box::new(BufReader::new(MultiGzDecoder::new(body))));
    }
    if start.starts_with(ZSTANDARD) {
        return Ok(Box::new(BufReader::new(zstd::Decoder::with_buffer(body)?)));
    }
    Ok(Box::new(body))
}

#[cfg(test)]
mod tests {
    use relay::object::Compression;

    use super::*;

    fn line(topic: &str, partition: i32, offset: i64) -> String {
        format!(
            "{{\"topic\":\"{topic}\",\"partition\":{partition},\"offset\":{offset},\
             \"value\":{{\"offset\":1E400}},\"encoding\":\"json\"}}\n"
        )
    }

    fn orders(offsets: impl IntoIterator<Item = i64>) -> String {
        offsets
            .into_iter()
            .map(|offset| line("orders", 0, offset))
            .collect::<Vec<String>>()
            .concat()
    }

    fn found(lines: Lines) -> Findings {
        let mut all = lines.findings();
        all.remove(&("orders".to_owned(), 0)).unwrap()
    }

    #[test]
    fn a_batch_that_came_again_is_counted_and_a_gap_is_found() {
        let mut lines = Lines::default();
        lines.read("a", orders(15..=19).as_bytes()).unwrap();
        lines.read("b", orders([18, 19, 20, 23]).as_bytes()).unwrap();
        lines.read("c", orders([19]).as_bytes()).unwrap();
        let found = found(lines);
        assert_eq!((found.first, found.last, found.lines, found.duplicates), (15, 23, 10, 3));
        assert_eq!(found.missing, [Range { first: 21, last: 22 }]);
        assert_eq!(found.twice, [Range { first: 18, last: 19 }]);
    }

    #[test]
    fn each_partition_of_each_topic_is_one_of_its_own() {
        let mut lines = Lines::default();
        let mixed = [line("a", 0, 1), line("b", 0, 2), line("a", 1, 3), line("a", 0, 2)].concat();
        lines.read("mixed", mixed.as_bytes()).unwrap();
        let found = lines.findings();
        let ends: Vec<_> = found
            .iter()
            .map(|((topic, partition), found)| {
                (topic.as_str(), *partition, found.first, found.last)
            })
            .collect();
        assert_eq!(ends, [("a", 0, 1, 2), ("a", 1, 3, 3), ("b", 0, 2, 2)]);
    }

    #[test]
    fn compressed_lines_are_read_whatever_the_object_is_called() {
        let text = orders(0..2_000);
        let gzip = Compression::Gzip.compress(text.as_bytes()).unwrap();
        let zstandard = Compression::Zstd.compress(text.as_bytes()).unwrap();
        // Two gzip members, one behind the other, are one file.
        for body in [[gzip.clone(), gzip].concat(), [zstandard.clone(), zstandard].concat()] {
            let mut lines = Lines::default();
            lines.read("object", body.as_slice()).unwrap();
            let found = found(lines);
            assert_eq!((found.lines, found.duplicates, found.last), (4_000, 2_000, 1_999));
        }
    }

    #[test]
    fn what_is_no_line_is_told_by_its_place_and_not_by_what_it_holds() {
        for bad in ["secret", "{\"topic\":\"secret\"}", &line("secret", 0, -1), "\"\u{fffd}\""] {
            let text = orders([1]) + bad;
            let error = Lines::default().read("s3://b/k", text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("line 2 of s3://b/k has no topic"), "{error}");
            assert!(!error.contains("secret"));
        }
        let broken = [GZIP, b"broken"].concat();
        let error = Lines::default().read("key", broken.as_slice()).unwrap_err().to_string();
        assert!(error.starts_with("key cannot be read or decompressed"), "{error}");
    }
}
