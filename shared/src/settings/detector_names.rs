//! Names of detectors, asked for with every event.

use std::collections::BTreeSet;
use std::ops::Deref;

/// A set of detectors' names.
///
/// A word of bits, made with it, says of nearly every detector that it is not among them, so that asking for each
/// detector with each event takes an instruction or two and no comparison of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DetectorNames {
    names: BTreeSet<String>,
    bits: u64,
}

impl DetectorNames {
    /// Whether a name is among them, given its [`bit`], which the compiler works out.
    #[inline]
    pub(crate) fn hold(&self, name: &str, bit: u64) -> bool {
        self.bits & bit != 0 && self.names.contains(name)
    }
}

/// One of 64 bits for a name, by its hash. Two names may have the same.
pub(crate) const fn bit(name: &str) -> u64 {
    1 << (hash(name) >> 58)
}

/// The FNV-1a hash of a name.
pub(crate) const fn hash(name: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut rest = name.as_bytes();
    while let [byte, after @ ..] = rest {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        rest = after;
    }
    hash
}

impl From<BTreeSet<String>> for DetectorNames {
    fn from(names: BTreeSet<String>) -> Self {
        let bits = names.iter().fold(0, |bits, name| bits | bit(name));
        Self { names, bits }
    }
}

impl<const COUNT: usize> From<[String; COUNT]> for DetectorNames {
    fn from(names: [String; COUNT]) -> Self {
        BTreeSet::from(names).into()
    }
}

impl FromIterator<String> for DetectorNames {
    fn from_iter<Names: IntoIterator<Item = String>>(names: Names) -> Self {
        BTreeSet::from_iter(names).into()
    }
}

/// The names, in order.
impl Deref for DetectorNames {
    type Target = BTreeSet<String>;

    fn deref(&self) -> &BTreeSet<String> {
        &self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::sets::{SensorDetectors, UserDetectors};

    #[test]
    fn exactly_the_names_that_were_given_are_among_them() {
        let all = || UserDetectors::NAMES.iter().chain(SensorDetectors::NAMES).copied();
        for given in all() {
            let names = DetectorNames::from([given.to_owned()]);
            let held: Vec<&str> = all().filter(|name| names.hold(name, bit(name))).collect();
            assert_eq!(held, [given]);
        }
        let everything: DetectorNames = all().map(str::to_owned).collect();
        assert!(all().all(|name| everything.hold(name, bit(name))));
        assert!(!all().any(|name| DetectorNames::default().hold(name, bit(name))));
    }
}
