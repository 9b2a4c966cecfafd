use serde::{Deserialize, Serialize};

use crate::windows::SCALES;

/// Which of several windows are beyond their limit, so that passing one is told once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Crossed(u8);

impl Crossed {
    /// Notes which windows are beyond their limit, and returns the shortest of those that were not
    /// before.
    pub(super) fn note(&mut self, is_beyond: impl Fn(usize) -> bool) -> Option<usize> {
        let mut now = 0;
        for at in 0..SCALES {
            if is_beyond(at) {
                now |= 1 << at;
            }
        }
        let crossed = now & !self.0;
        self.0 = now;
        (crossed != 0).then(|| crossed.trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_told_when_it_crosses_and_again_when_it_was_back() {
        let mut crossed = Crossed::default();
        assert_eq!(crossed.note(|_| false), None);
        assert_eq!(crossed.note(|at| at >= 2), Some(2));
        assert_eq!(crossed.note(|at| at >= 2), None);
        assert_eq!(crossed.note(|at| at >= 1), Some(1));
        assert_eq!(crossed.note(|at| at == 3), None);
        assert_eq!(crossed.note(|at| at >= 2), Some(2));
    }
}
