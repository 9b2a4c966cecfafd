mod writer;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::finite::is_finite;
use super::section_name::{SectionKey, SectionName, key_of};

pub use writer::SectionWriter;

/// The version of the blob's own frame. Before version 3 a section had its detector's name written
/// out, and in version 1 its length took four bytes.
const FRAME: u8 = 3;

/// Room for the states of a usual entity.
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
