//! Lines packed into Firehose records.
//!
//! Firehose bills each record in steps of 5 KB, so that a line of 600 bytes alone costs eight times
//! its size. Packed to near the limit the rounding is lost in the rest.
//!
//! A packed record holds lines of one topic, in the order of the event: so it goes to one stream, a
//! partition's lines stand in it by offset, and whatever Firehose derives from a record (a prefix by
//! topic) holds for all of its lines.

use millrace_shared::kafka::{RecordIndex, TopicIndex};

/// The largest Firehose record: 1,000 KiB, before base64.
pub const MAX_RECORD_BYTES: usize = 1_000 * 1024;

/// How lines become Firehose records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packing {
    /// Bytes a record, at most. A longer line is oversize.
    pub max_bytes: usize,
    /// Whether a record holds as many lines as fit, or one.
    pub is_on: bool,
}

impl Default for Packing {
    fn default() -> Self {
        Self { max_bytes: MAX_RECORD_BYTES, is_on: true }
    }
}

/// One Firehose record, before base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedRecord {
    /// The topic of all its lines.
    pub topic: TopicIndex,
    /// The lines, one after the other.
    pub data: Vec<u8>,
    /// Whose they are.
    pub lines: Vec<Line>,
}

/// A line within a packed record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The source record.
    pub record: RecordIndex,
    /// Where the line ends in the data. It starts where the one before it ends.
    pub end: usize,
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is in a packed record.
    Packed,
    /// There was none.
    Nothing,
    /// It passes the limit alone: here it is.
    Oversize(Vec<u8>),
}

/// Packs lines as they are written.
#[derive(Debug)]
pub struct Packer {
    packing: Packing,
    records: Vec<PackedRecord>,
    /// By topic, the place of the packed record that takes its next line.
    open: Vec<Option<usize>>,
}

impl Packer {
    /// A packer without lines.
    pub fn new(packing: Packing) -> Self {
        Self { packing, records: Vec::new(), open: Vec::new() }
    }

    /// Adds the line that `write` appends. `write` returns false if it has none.
    pub fn add(
        &mut self,
        topic: TopicIndex,
        record: RecordIndex,
        write: impl FnOnce(&mut Vec<u8>) -> bool,
    ) -> Added {
        let place = self.open_record(topic);
        let packed = &mut self.records[place];
        let start = packed.data.len();
        if !write(&mut packed.data) {
            packed.data.truncate(start);
            return Added::Nothing;
        }
        let length = packed.data.len() - start;
        if length > self.packing.max_bytes {
            return Added::Oversize(packed.data.split_off(start));
        }
        let fits = packed.data.len() <= self.packing.max_bytes;
        if packed.lines.is_empty() || (self.packing.is_on && fits) {
            packed.lines.push(Line { record, end: packed.data.len() });
            return Added::Packed;
        }
        let line = packed.data.split_off(start);
        self.start_record(topic, record, &line);
        Added::Packed
    }

    /// The packed records, in the order in which they were begun.
    pub fn finish(mut self) -> Vec<PackedRecord> {
        self.records.retain(|packed| !packed.lines.is_empty());
        self.records
    }

    fn open_record(&mut self, topic: TopicIndex) -> usize {
        if self.open.len() <= topic.as_usize() {
            self.open.resize(topic.as_usize() + 1, None);
        }
        let (records, open) = (&mut self.records, &mut self.open[topic.as_usize()]);
        *open.get_or_insert_with(|| {
            records.push(PackedRecord { topic, data: Vec::new(), lines: Vec::new() });
            records.len() - 1
        })
    }

    fn start_record(&mut self, topic: TopicIndex, record: RecordIndex, line: &[u8]) {
        // Where one record was filled a second one probably is, too.
        let capacity = if self.packing.is_on { self.packing.max_bytes } else { line.len() };
        let mut data = Vec::with_capacity(capacity);
        data.extend_from_slice(line);
        self.open[topic.as_usize()] = Some(self.records.len());
        let lines = vec![Line { record, end: data.len() }];
        self.records.push(PackedRecord { topic, data, lines });
    }
}

impl PackedRecord {
    /// The source records.
    pub fn records(&self) -> impl Iterator<Item = RecordIndex> + '_ {
        self.lines.iter().map(|line| line.record)
    }

    /// The lines as packed records of their own.
    pub fn unpacked(&self) -> impl Iterator<Item = Self> + '_ {
        let starts = std::iter::once(0).chain(self.lines.iter().map(|line| line.end));
        starts.zip(&self.lines).map(|(start, line)| {
            let data = self.data[start..line.end].to_vec();
            let lines = vec![Line { record: line.record, end: data.len() }];
            Self { topic: self.topic, data, lines }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packs (topic, line) pairs; of each packed record its topic, its data and its sources.
    fn pack(packing: Packing, lines: &[(u32, &str)]) -> Vec<(u32, String, Vec<u32>)> {
        let mut packer = Packer::new(packing);
        for (index, (topic, line)) in (0..).zip(lines) {
            packer.add(TopicIndex(*topic), RecordIndex(index), |data| {
                data.extend_from_slice(line.as_bytes());
                !line.is_empty()
            });
        }
        let shown = |packed: PackedRecord| {
            let sources = packed.records().map(|record| record.0).collect();
            (packed.topic.0, String::from_utf8(packed.data).unwrap(), sources)
        };
        packer.finish().into_iter().map(shown).collect()
    }

    const TEN: Packing = Packing { max_bytes: 10, is_on: true };

    fn packed(topic: u32, data: &str, sources: &[u32]) -> (u32, String, Vec<u32>) {
        (topic, data.to_owned(), sources.to_vec())
    }

    #[test]
    fn a_record_is_filled_up_to_the_limit_exactly() {
        let lines = [(0, "aaaa"), (0, "bbbbbb"), (0, "c"), (0, "dddddddddd"), (0, "e")];
        let expected = [
            packed(0, "aaaabbbbbb", &[0, 1]),
            packed(0, "c", &[2]),
            packed(0, "dddddddddd", &[3]),
            packed(0, "e", &[4]),
        ];
        assert_eq!(pack(TEN, &lines), expected);
    }

    #[test]
    fn topics_do_not_share_a_record_and_each_keeps_its_order() {
        let lines = [(0, "a"), (1, "b"), (0, "c"), (1, "d"), (0, "")];
        assert_eq!(pack(TEN, &lines), [packed(0, "ac", &[0, 2]), packed(1, "bd", &[1, 3])]);
    }

    #[test]
    fn without_packing_each_line_is_a_record() {
        let off = Packing { is_on: false, ..TEN };
        let lines = [(0, "a"), (0, ""), (0, "b"), (1, "c")];
        let expected = [packed(0, "a", &[0]), packed(0, "b", &[2]), packed(1, "c", &[3])];
        assert_eq!(pack(off, &lines), expected);
    }

    #[test]
    fn a_line_over_the_limit_comes_back_and_leaves_nothing_behind() {
        let mut packer = Packer::new(TEN);
        let mut add = |index, line: &[u8]| {
            packer.add(TopicIndex(0), RecordIndex(index), |data| {
                data.extend_from_slice(line);
                true
            })
        };
        assert_eq!(add(0, b"eleven byte"), Added::Oversize(b"eleven byte".to_vec()));
        assert_eq!(add(1, b"a"), Added::Packed);
        assert_eq!(add(2, b"eleven byte"), Added::Oversize(b"eleven byte".to_vec()));
        assert_eq!(add(3, b"ten bytes!"), Added::Packed);
        let data: Vec<_> = packer.finish().into_iter().map(|packed| packed.data).collect();
        assert_eq!(data, [b"a".to_vec(), b"ten bytes!".to_vec()]);
    }

    #[test]
    fn a_packed_record_comes_apart_into_its_lines() {
        let lines =
            vec![Line { record: RecordIndex(4), end: 2 }, Line { record: RecordIndex(7), end: 5 }];
        let packed = PackedRecord { topic: TopicIndex(1), data: b"aabbb".to_vec(), lines };
        let apart: Vec<_> = packed.unpacked().collect();
        assert_eq!(apart[0].data, b"aa");
        assert_eq!(apart[1].data, b"bbb");
        assert_eq!(apart[1].lines, [Line { record: RecordIndex(7), end: 3 }]);
        assert_eq!(apart.len(), 2);
    }
}
