use crate::settings::hash;

/// The name of a detector, and the two bytes under which its state is stored.
///
/// Written out, the names of a user's detectors would take more room than what half of them know.
/// That no two detectors of a set have the same two bytes is asserted where the set is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SectionName {
    pub(super) name: &'static str,
    pub(super) key: SectionKey,
}

/// The first two bytes of the FNV-1a hash of a detector's name.
pub(super) type SectionKey = [u8; 2];

impl SectionName {
    /// The name of a detector.
    pub const fn new(name: &'static str) -> Self {
        Self { name, key: key_of(name) }
    }
}

impl From<&'static str> for SectionName {
    fn from(name: &'static str) -> Self {
        Self::new(name)
    }
}

/// The bytes under which the state of a detector of this name is stored.
pub(super) const fn key_of(name: &str) -> SectionKey {
    let [first, second, ..] = hash(name).to_be_bytes();
    [first, second]
}

/// Whether the states of all these detectors can be told apart.
pub(super) const fn are_distinct(names: &[&str]) -> bool {
    let mut rest = names;
    while let [name, others @ ..] = rest {
        let [first, second] = key_of(name);
        let mut at = 0;
        while at < others.len() {
            let other = key_of(others[at]);
            if first == other[0] && second == other[1] {
                return false;
            }
            at += 1;
        }
        rest = others;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_unless_their_bytes_are_the_same() {
        assert!(are_distinct(&[]));
        assert!(are_distinct(&["tail_norm", "velocity", "cooldowns"]));
        assert!(!are_distinct(&["tail_norm", "velocity", "tail_norm"]));
    }

    /// They are stored: another hash would make strangers of all states.
    #[test]
    fn the_bytes_of_a_name_stay_what_they_are() {
        assert_eq!(key_of(""), [0xcb, 0xf2]);
        // FNV-1a of "foobar" is 85944171f73967e8, by its authors' test vectors.
        assert_eq!(key_of("foobar"), [0x85, 0x94]);
    }
}
