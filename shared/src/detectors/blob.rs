use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::finite::is_finite;
use super::section_name::{SectionKey, SectionName, key_of};

/// The version of the blob's own frame. Before version 3 a section had its detector's name written
/// out, and in version 1 its length took four bytes.
const FRAME: u8 = 3;

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
pub struct Sections(Vec<Section>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    key: SectionKey,
    version: u8,
    state: Vec<u8>,
}

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

impl Sections {
    /// Reads a stored blob; no bytes at all are no sections.
    pub fn decode(bytes: &[u8]) -> Result<Self, BlobError> {
        let Some((&frame, _)) = bytes.split_first() else { return Ok(Self::default()) };
        if !(1..=FRAME).contains(&frame) {
            return Err(BlobError::UnknownFrame { found: frame });
        }
        let mut reader = Reader { bytes, at: 1 };
        let mut sections: Vec<Section> = Vec::new();
        while reader.at < bytes.len() {
            let garbled = BlobError::Garbled { at: reader.at, length: bytes.len() };
            let key = if frame < 3 { reader.key_of_name()? } else { Some(reader.key()?) };
            let is_new = |key: &SectionKey| sections.iter().all(|section| section.key != *key);
            let Some(key) = key.filter(is_new) else { return Err(garbled) };
            let version = reader.take(1)?[0];
            let length = if frame == 1 { reader.four_bytes()? } else { reader.leb128()? };
            let state = reader.take(length)?.to_vec();
            sections.push(Section { key, version, state });
        }
        Ok(Self(sections))
    }

    /// The bytes to store; none if there are no sections.
    pub fn encode(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let sizes = self.0.iter().map(|section| section.key.len() + section.state.len());
        // A version and a length of one or two bytes come with each.
        let mut bytes = Vec::with_capacity(1 + sizes.sum::<usize>() + 3 * self.0.len());
        bytes.push(FRAME);
        for section in &self.0 {
            bytes.extend_from_slice(&section.key);
            bytes.push(section.version);
            let mut length = section.state.len();
            while length > 0x7f {
                bytes.push(0x80 | low_bits(length));
                length >>= 7;
            }
            bytes.push(low_bits(length));
            bytes.extend_from_slice(&section.state);
        }
        bytes
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

    /// Adds a detector's state; nothing for one that is as the default.
    pub fn put<D: Default + Serialize>(
        &mut self,
        section: impl Into<SectionName>,
        version: u8,
        state: &D,
    ) {
        // Most states are as short as this, so that their vector does not have to grow.
        let room = || Vec::with_capacity(64);
        let (Ok(state), Ok(fresh)) =
            (postcard::to_extend(state, room()), postcard::to_extend(&D::default(), room()))
        else {
            unreachable!("postcard writes every detector state into a growing vector")
        };
        if state != fresh {
            self.0.push(Section { key: section.into().key, version, state });
        }
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

    fn two_sections() -> Sections {
        let mut sections = Sections::default();
        sections.put("first", 1, &vec![1_u64, 2, 300]);
        sections.put("second", 7, &(4_u8, "text".to_owned()));
        sections
    }

    fn none<D>(_: u8, _: &[u8]) -> Option<D> {
        None
    }

    #[test]
    fn what_was_put_is_taken_out_again() {
        let mut read = Sections::decode(&two_sections().encode()).unwrap();
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
        let mut sections = Sections::default();
        sections.put("multivariate_score", 1, &[1_u8; 20]);
        assert_eq!(sections.encode().len(), 1 + 4 + 20);
    }

    #[test]
    fn a_section_may_be_of_any_length() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 100_000] {
            let state = vec![7_u8; length];
            let mut sections = Sections::default();
            sections.put("first", 1, &(1_u8, state.clone()));
            let mut read = Sections::decode(&sections.encode()).unwrap();
            assert_eq!(read.take::<(u8, Vec<u8>)>("first", 1, none).unwrap(), (1, state));
        }
    }

    #[test]
    fn a_section_that_nobody_claims_is_carried_along() {
        let mut read = Sections::decode(&two_sections().encode()).unwrap();
        read.take::<Vec<u64>>("first", 1, none).unwrap();
        let mut again = Sections::decode(&read.encode()).unwrap();
        assert_eq!(again.take::<(u8, String)>("second", 7, none).unwrap().0, 4);
    }

    #[test]
    fn an_unknown_version_is_an_error_that_names_it() {
        let mut read = Sections::decode(&two_sections().encode()).unwrap();
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
        let mut read = Sections::decode(&two_sections().encode()).unwrap();
        assert_eq!(read.take::<u64>("second", 8, second_of), Ok(4));
        let mut read = Sections::decode(&two_sections().encode()).unwrap();
        let older_release = read.take::<u64>("second", 6, second_of);
        assert_eq!(
            older_release,
            Err(BlobError::UnknownSection { detector: "second", found: 7, known: 6 })
        );
    }

    #[test]
    fn a_section_with_bytes_left_over_is_of_another_layout() {
        let mut sections = Sections::default();
        sections.put("first", 1, &(1_u8, 2_u8));
        assert!(matches!(
            sections.take::<u8>("first", 1, none),
            Err(BlobError::Unreadable { detector: "first", .. })
        ));
    }

    /// Of two states of one detector, which one counts would depend on who stored them last.
    #[test]
    fn a_name_that_stands_there_twice_or_is_no_text_is_refused() {
        let mut twice = two_sections();
        twice.put("first", 1, &vec![4_u64]);
        let bytes = twice.encode();
        let at = two_sections().encode().len();
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
            let mut sections = Sections::default();
            sections.put("first", 1, &vec![0.25, float]);
            assert_eq!(sections.take::<Vec<f32>>("first", 1, none).is_ok(), is_read, "{float}");
        }
    }

    #[test]
    fn every_prefix_is_read_or_refused_without_a_panic() {
        let whole = two_sections().encode();
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
