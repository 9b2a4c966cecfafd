use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::windows::clipped;

/// What a measure is known by: four bytes of its name's hash (XXH3), which take less room than most
/// names and are found faster.
///
/// That two of a sensor's sixteen measures have the same happens to one sensor in 35 million, which
/// has them taken for one. No alert says another name than that of the reading it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct MeasureKey([u8; 4]);

impl MeasureKey {
    /// The key of a measure's name, as far as any state keeps names.
    pub(in super::super) fn of(measure: &str) -> Self {
        let [first, second, third, fourth, ..] = xxh3_64(clipped(measure).as_bytes()).to_be_bytes();
        Self([first, second, third, fourth])
    }
}
