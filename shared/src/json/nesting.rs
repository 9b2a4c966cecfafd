//! Which brackets are open, in one bit a level.

/// What opened a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    /// `{`
    Brace,
    /// `[`
    Square,
}

/// A stack of brackets. Up to 64 levels take no allocation.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    depth: usize,
    /// The innermost levels, the very innermost in the lowest bit; a set bit is a brace.
    inner: u64,
    /// The levels around those, 64 at a time.
    outer: Vec<u64>,
}

impl Nesting {
    #[inline]
    pub(super) fn push(&mut self, bracket: Bracket) {
        if self.depth != 0 && self.depth.is_multiple_of(64) {
            self.outer.push(self.inner);
        }
        self.inner = self.inner << 1 | u64::from(bracket == Bracket::Brace);
        self.depth += 1;
    }

    #[inline]
    pub(super) fn innermost(&self) -> Option<Bracket> {
        match (self.depth, self.inner & 1) {
            (0, _) => None,
            (_, 0) => Some(Bracket::Square),
            _ => Some(Bracket::Brace),
        }
    }

    #[inline]
    pub(super) fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.inner = match self.depth % 64 {
            0 => self.outer.pop().unwrap_or_default(),
            _ => self.inner >> 1,
        };
    }

    /// How many are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
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
            assert_eq!(nesting.depth(), level + 1);
            nesting.pop();
        }
        assert_eq!(nesting.innermost(), None);
    }

    #[test]
    fn a_level_that_is_used_again_forgets_what_it_was() {
        for levels_below in [0, 63, 64, 65] {
            let mut nesting = Nesting::default();
            for _ in 0..levels_below {
                nesting.push(Bracket::Brace);
            }
            nesting.push(Bracket::Brace);
            nesting.pop();
            nesting.push(Bracket::Square);
            assert_eq!(nesting.innermost(), Some(Bracket::Square));
            nesting.pop();
            let below = (levels_below > 0).then_some(Bracket::Brace);
            assert_eq!(nesting.innermost(), below, "{levels_below}");
        }
    }
}
