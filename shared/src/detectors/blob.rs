use std::borrow::Cow;

use postcard::ser_flavors::Flavor;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::finite::is_finite;
use super::section_name::{SectionKey, SectionName, key_of};

/// The version of the blob's own frame. Before version 3 a section had its detector's name written
/// out, and in version 1 its length took four bytes.
const FRAME: u8 = 3;

/// Room for the states of a usual entity.
const USUAL_BYTES: usize = 512;
const USUAL_SECTIONS: usize = 12;

/// The detectors' states of one entity, as stored: a frame of named, versioned sections.
///
/// ```text
///   frame version: u8 │ detector: two bytes of its name's hash │ section version: u8 │ length: LEB128 │ state │ …
/// ```
///
/// A detector whose state is still the default takes no section. A section that no detector claims (one of a newer
/// release, or a detector that was removed) is carried along unread, so rolling a release back and
/// forth loses nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sections<'a>(Vec<Section<'a>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Section<'a> {
    key: SectionKey,
    version: u8,
    state: Cow<'a, [u8]>,
}

/// Detectors' states on their way into a blob.
#[derive(Debug)]
pub struct SectionWriter(Vec<u8>);

/// A stored blob of detector state that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BlobError {
    /// The frame is of a release that this one does not know.
    #[error(
        "detector state has frame version {found}, this release reads {FRAME}; deploy the release that wrote it"
    )]
    UnknownFrame {
        /// The version found.
        found: u8,
    },
    /// A detector's section is of a version that this release does not know.
    #[error(
        "state of detector `{detector}` has version {found}, this release reads {known}; deploy the release that wrote it"
    )]
    UnknownSection {
        /// The detector's name.
        detector: &'static str,
        /// The version found.
        found: u8,
        /// The version that this release reads.
        known: u8,
    },
    /// The frame ends in the middle of a section.
    #[error(
        "detector state is cut off at byte {at} of {length}; restore the item or delete it to start the entity afresh"
    )]
    CutOff {
        /// Where the next part should have begun.
        at: usize,
        /// The length of the whole.
        length: usize,
    },
    /// A section's name is no text, or one that stood there before.
    #[error(
        "detector state makes no sense at byte {at} of {length}; restore the item or delete it to start the entity afresh"
    )]
    Garbled {
        /// Where the section begins.
        at: usize,
        /// The length of the whole.
        length: usize,
    },
    /// A section's bytes are no state of its detector.
    #[error(
        "state of detector `{detector}` cannot be read: {reason}; restore the item or delete it to start the entity afresh"
    )]
    Unreadable {
        /// The detector's name.
        detector: &'static str,
        /// What the codec says.
        reason: postcard::Error,
    },
}

impl<'a> Sections<'a> {
    /// Reads a stored blob; no bytes at all are no sections.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, BlobError> {
        let Some((&frame, _)) = bytes.split_first() else { return Ok(Self::default()) };
        if !(1..=FRAME).contains(&frame) {
            return Err(BlobError::UnknownFrame { found: frame });
        }
        let mut reader = Reader { bytes, at: 1 };
        let mut sections: Vec<Section<'a>> = Vec::with_capacity(USUAL_SECTIONS);
        while reader.at < bytes.len() {
            let garbled = BlobError::Garbled { at: reader.at, length: bytes.len() };
            let key = if frame < 3 { reader.key_of_name()? } else { Some(reader.key()?) };
            let is_new = |key: &SectionKey| sections.iter().all(|section| section.key != *key);
            let Some(key) = key.filter(is_new) else { return Err(garbled) };
            let version = reader.take(1)?[0];
            let length = if frame == 1 { reader.four_bytes()? } else { reader.leb128()? };
            let state = Cow::Borrowed(reader.take(length)?);
            sections.push(Section { key, version, state });
        }
        Ok(Self(sections))
    }

    /// The sections themselves, without the blob that they were read from.
    pub fn into_owned(self) -> Sections<'static> {
        let owned = |section: Section<'_>| {
            let state = Cow::Owned(section.state.into_owned());
            Section { key: section.key, version: section.version, state }
        };
        Sections(self.0.into_iter().map(owned).collect())
    }

    /// Takes a detector's state out of its section; the default where it has none. A section of an
    /// older version is read by `upgrade`, if it can.
    pub fn take<D>(
        &mut self,
        section: impl Into<SectionName>,
        known: u8,
        upgrade: fn(u8, &[u8]) -> Option<D>,
    ) -> Result<D, BlobError>
    where
        D: Default + Serialize + DeserializeOwned,
    {
        let SectionName { name: detector, key } = section.into();
        let Some(at) = self.0.iter().position(|section| section.key == key) else {
            return Ok(D::default());
        };
        let Section { version: found, state, .. } = self.0.remove(at);
        if found != known {
            let older = if found < known { upgrade(found, &state) } else { None };
            return older.ok_or(BlobError::UnknownSection { detector, found, known });
        }
        match postcard::take_from_bytes(&state) {
            Ok((state, [])) if is_finite(&state) => Ok(state),
            Ok(_) => {
                let reason = postcard::Error::DeserializeBadEncoding;
                Err(BlobError::Unreadable { detector, reason })
            }
            Err(reason) => Err(BlobError::Unreadable { detector, reason }),
        }
    }
}

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

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], BlobError> {
        let cut_off = BlobError::CutOff { at: self.at, length: self.bytes.len() };
        let taken = self.bytes.get(self.at..).and_then(|rest| rest.get(..count)).ok_or(cut_off)?;
        self.at += count;
        Ok(taken)
    }

    fn key(&mut self) -> Result<SectionKey, BlobError> {
        Ok([self.take(1)?[0], self.take(1)?[0]])
    }

    /// Of a name that is written out; none if it is no text.
    fn key_of_name(&mut self) -> Result<Option<SectionKey>, BlobError> {
        let length = self.take(1)?[0];
        Ok(str::from_utf8(self.take(length.into())?).ok().map(key_of))
    }

    fn four_bytes(&mut self) -> Result<usize, BlobError> {
        let mut length = [0; 4];
        length.copy_from_slice(self.take(4)?);
        Ok(u32::from_be_bytes(length) as usize)
    }

    /// Seven bits a byte, the lowest first, and another byte where the highest bit is set.
    fn leb128(&mut self) -> Result<usize, BlobError> {
        let mut length = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.take(1)?[0];
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(length);
            }
        }
        Err(BlobError::CutOff { at: self.at, length: self.bytes.len() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A blob to which these states were added.
    fn blob(put: impl FnOnce(&mut SectionWriter)) -> Vec<u8> {
        let mut writer = SectionWriter::new(&Sections::default());
        put(&mut writer);
        writer.finish()
    }

    fn put_two(writer: &mut SectionWriter) {
        writer.put("first", 1, &vec![1_u64, 2, 300]);
        writer.put("second", 7, &(4_u8, "text".to_owned()));
    }

    fn two_sections() -> Vec<u8> {
        blob(put_two)
    }

    fn none<D>(_: u8, _: &[u8]) -> Option<D> {
        None
    }

    #[test]
    fn what_was_put_is_taken_out_again() {
        let stored = two_sections();
        let mut read = Sections::decode(&stored).unwrap();
        assert_eq!(read.take::<Vec<u64>>("first", 1, none).unwrap(), [1, 2, 300]);
        assert_eq!(read.take::<(u8, String)>("second", 7, none).unwrap(), (4, "text".to_owned()));
        assert_eq!(read, Sections::default());
    }

    #[test]
    fn frames_of_versions_1_and_2_are_read() {
        let of_version_1 = [&[1, 5][..], b"first", &[3, 0, 0, 0, 2, 1, 9]].concat();
        let of_version_2 = [&[2, 5][..], b"first", &[3, 2, 1, 9]].concat();
        for stored in [of_version_1, of_version_2] {
            let mut read = Sections::decode(&stored).unwrap();
            assert_eq!(read.take::<Vec<u64>>("first", 3, none).unwrap(), [9]);
            assert_eq!(read, Sections::default());
        }
    }

    #[test]
    fn a_section_takes_four_bytes_besides_its_state() {
        let stored = blob(|writer| writer.put("multivariate_score", 1, &[1_u8; 20]));
        assert_eq!(stored.len(), 1 + 4 + 20);
    }

    #[test]
    fn a_state_that_is_as_the_default_takes_no_section() {
        let stored = blob(|writer| {
            writer.put("first", 1, &Vec::<u64>::new());
            writer.put("second", 1, &(0_u8, String::new()));
            writer.put("third", 1, &());
        });
        assert!(stored.is_empty());
        // As long as the default's, and longer, with the same beginning.
        let others = blob(|writer| {
            writer.put("first", 1, &(0_u8, 1_u8));
            writer.put("second", 1, &vec![0_u8]);
        });
        assert_eq!(others.len(), 1 + (4 + 2) + (4 + 2));
    }

    #[test]
    fn a_section_may_be_of_any_length() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 100_000] {
            let state = vec![7_u8; length];
            let stored = blob(|writer| {
                writer.put("first", 1, &(1_u8, state.clone()));
                writer.put("second", 1, &length);
            });
            let mut read = Sections::decode(&stored).unwrap();
            assert_eq!(read.take::<usize>("second", 1, none), Ok(length));
            assert_eq!(read.take::<(u8, Vec<u8>)>("first", 1, none).unwrap(), (1, state));
        }
    }

    #[test]
    fn a_section_that_nobody_claims_is_carried_along() {
        let stored = two_sections();
        let mut read = Sections::decode(&stored).unwrap();
        read.take::<Vec<u64>>("first", 1, none).unwrap();
        let unclaimed = read.into_owned();
        let stored = SectionWriter::new(&unclaimed).finish();
        let mut again = Sections::decode(&stored).unwrap();
        assert_eq!(again.take::<(u8, String)>("second", 7, none).unwrap().0, 4);
        assert!(SectionWriter::new(&again).finish().is_empty());
    }

    #[test]
    fn an_unknown_version_is_an_error_that_names_it() {
        let stored = two_sections();
        let mut read = Sections::decode(&stored).unwrap();
        let error = read.take::<(u8, String)>("second", 8, none).unwrap_err();
        assert!(error.to_string().contains("`second` has version 7, this release reads 8"));
        let error = Sections::decode(&[9, 1, 2]).unwrap_err();
        assert!(error.to_string().contains("frame version 9"));
    }

    #[test]
    fn a_newer_release_may_read_an_older_version_but_never_the_other_way_round() {
        fn second_of(version: u8, state: &[u8]) -> Option<u64> {
            (version == 7).then(|| u64::from(state[0]))
        }
        let stored = two_sections();
        let mut read = Sections::decode(&stored).unwrap();
        assert_eq!(read.take::<u64>("second", 8, second_of), Ok(4));
        let stored = two_sections();
        let mut read = Sections::decode(&stored).unwrap();
        let older_release = read.take::<u64>("second", 6, second_of);
        assert_eq!(
            older_release,
            Err(BlobError::UnknownSection { detector: "second", found: 7, known: 6 })
        );
    }

    #[test]
    fn a_section_with_bytes_left_over_is_of_another_layout() {
        let stored = blob(|writer| writer.put("first", 1, &(1_u8, 2_u8)));
        assert!(matches!(
            Sections::decode(&stored).unwrap().take::<u8>("first", 1, none),
            Err(BlobError::Unreadable { detector: "first", .. })
        ));
    }

    /// Of two states of one detector, which one counts would depend on who stored them last.
    #[test]
    fn a_name_that_stands_there_twice_or_is_no_text_is_refused() {
        let bytes = blob(|writer| {
            put_two(writer);
            writer.put("first", 1, &vec![4_u64]);
        });
        let at = two_sections().len();
        let garbled = BlobError::Garbled { at, length: bytes.len() };
        assert_eq!(Sections::decode(&bytes), Err(garbled));
        // A name of version 2 that is no UTF-8.
        let no_text = [2, 1, 0xFF, 1, 0];
        let garbled = BlobError::Garbled { at: 1, length: no_text.len() };
        assert_eq!(Sections::decode(&no_text), Err(garbled));
    }

    #[test]
    fn a_float_that_is_no_number_is_no_state() {
        for (float, is_read) in [(1.5, true), (f32::NAN, false), (f32::INFINITY, false)] {
            let stored = blob(|writer| writer.put("first", 1, &vec![0.25, float]));
            let mut sections = Sections::decode(&stored).unwrap();
            assert_eq!(sections.take::<Vec<f32>>("first", 1, none).is_ok(), is_read, "{float}");
        }
    }

    #[test]
    fn every_prefix_is_read_or_refused_without_a_panic() {
        let whole = two_sections();
        let refused = (1..whole.len()).filter(|&end| Sections::decode(&whole[..end]).is_err());
        // Only the frame byte alone and the end of the first section are whole prefixes.
        assert_eq!(refused.count(), whole.len() - 1 - 2);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused_without_a_panic(bytes: Vec<u8>) {
            if let Ok(sections) = Sections::decode(&bytes) {
                prop_assert!(bytes.is_empty() || bytes.len() == 1 || sections != Sections::default());
            }
        }
    }
}
