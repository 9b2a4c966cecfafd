use postcard::ser_flavors::Flavor;
use serde::Serialize;

use super::{FRAME, Sections};
use crate::detectors::section_name::{SectionKey, SectionName};

/// Room for the states of a usual entity.
const USUAL_BYTES: usize = 512;

/// Detectors' states on their way into a blob.
#[derive(Debug)]
pub struct SectionWriter(Vec<u8>);

impl SectionWriter {
    /// A blob that begins with the sections that nobody claimed when it was read.
    pub fn new(unclaimed: &Sections<'_>) -> Self {
        let mut writer = Self(Vec::with_capacity(USUAL_BYTES));
        writer.0.push(FRAME);
        for section in &unclaimed.0 {
            let length_at = writer.begin(section.key, section.version);
            writer.0.extend_from_slice(&section.state);
            writer.end(length_at);
        }
        writer
    }

    /// Adds a detector's state; nothing for one that is as the default.
    pub fn put<D: Default + Serialize>(
        &mut self,
        section: impl Into<SectionName>,
        version: u8,
        state: &D,
    ) {
        let before = self.0.len();
        let length_at = self.begin(section.into().key, version);
        let Ok(bytes) = postcard::to_extend(state, std::mem::take(&mut self.0)) else {
            unreachable!("postcard writes every detector state into a growing vector")
        };
        self.0 = bytes;
        if is_written_as(&D::default(), &self.0[length_at + 1..]) {
            self.0.truncate(before);
        } else {
            self.end(length_at);
        }
    }

    /// The bytes to store; none if there are no sections.
    pub fn finish(self) -> Vec<u8> {
        if self.0.len() > 1 { self.0 } else { Vec::new() }
    }

    /// Writes what comes before a state, with one byte for its length, and says where that is.
    fn begin(&mut self, key: SectionKey, version: u8) -> usize {
        self.0.extend_from_slice(&[key[0], key[1], version, 0]);
        self.0.len() - 1
    }

    /// Puts the length of the state that was written last in its place, which takes more than one byte from 128 on.
    fn end(&mut self, length_at: usize) {
        let mut length = self.0.len() - length_at - 1;
        let mut at = length_at;
        while length > 0x7f {
            self.0[at] = 0x80 | low_bits(length);
            length >>= 7;
            at += 1;
            self.0.insert(at, 0);
        }
        self.0[at] = low_bits(length);
    }
}

/// Whether a state would be written as these bytes. Nearly every other one differs in its first byte, and is written no
/// further.
fn is_written_as(state: &impl Serialize, bytes: &[u8]) -> bool {
    postcard::serialize_with_flavor(state, Compared(bytes)).unwrap_or(false)
}

/// Bytes that have to come, one after the other.
struct Compared<'a>(&'a [u8]);

impl Flavor for Compared<'_> {
    /// Whether no more were to come.
    type Output = bool;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.try_extend(&[byte])
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0 = self.0.strip_prefix(bytes).ok_or(postcard::Error::SerializeBufferFull)?;
        Ok(())
    }

    fn finalize(self) -> postcard::Result<bool> {
        Ok(self.0.is_empty())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits")]
const fn low_bits(length: usize) -> u8 {
    (length & 0x7f) as u8
}
