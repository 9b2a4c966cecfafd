//! Which brackets are open, in one bit a level.

use smallvec::SmallVec;

/// What opened a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    /// `{`
    Brace,
    /// `[`
    Square,
}

/// A stack of brackets. Up to 128 levels take no allocation.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    depth: usize,
    /// The level `n` is bit `n % 64` of word `n / 64`; a set bit is a brace.
    words: SmallVec<[u64; 2]>,
}

impl Nesting {
    pub(super) fn push(&mut self, bracket: Bracket) {
        let (word, bit) = (self.depth / 64, self.depth % 64);
        if word == self.words.len() {
            self.words.push(0);
        }
        match bracket {
            Bracket::Brace => self.words[word] |= 1 << bit,
            Bracket::Square => self.words[word] &= !(1 << bit),
        }
        self.depth += 1;
    }

    pub(super) fn innermost(&self) -> Option<Bracket> {
        let level = self.depth.checked_sub(1)?;
        let is_brace = self.words[level / 64] >> (level % 64) & 1 == 1;
        Some(if is_brace { Bracket::Brace } else { Bracket::Square })
    }

    pub(super) fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_in_reverse_what_was_pushed_across_words() {
        // Levels 0, 3, 6, … are braces; 200 levels span four words.
        let bracket = |level| match level % 3 {
            0 => Bracket::Brace,
            _ => Bracket::Square,
        };
        let mut nesting = Nesting::default();
        for level in 0..200 {
            nesting.push(bracket(level));
        }
        for level in (0..200).rev() {
            assert_eq!(nesting.innermost(), Some(bracket(level)), "level {level}");
            nesting.pop();
        }
        assert_eq!(nesting.innermost(), None);
    }

    #[test]
    fn a_level_that_is_used_again_forgets_what_it_was() {
        let mut nesting = Nesting::default();
        nesting.push(Bracket::Brace);
        nesting.pop();
        nesting.push(Bracket::Square);
        assert_eq!(nesting.innermost(), Some(Bracket::Square));
    }
}
