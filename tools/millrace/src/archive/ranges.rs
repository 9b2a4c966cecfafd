//! Sets of offsets, kept as ranges.

use std::collections::BTreeMap;

use serde::Serialize;

/// Offsets from the first to the last, both included. Neither is negative, and the last is not
/// below the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Range {
    pub(crate) first: i64,
    pub(crate) last: i64,
}

impl Range {
    pub(crate) fn of(offset: i64) -> Self {
        Self { first: offset, last: offset }
    }

    /// How many offsets there are in it.
    pub(crate) fn len(self) -> u64 {
        self.last.abs_diff(self.first) + 1
    }
}

/// Offsets in ranges that neither overlap nor touch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranges {
    /// The last offset of each range, by its first.
    by_first: BTreeMap<i64, i64>,
}

impl Ranges {
    /// Adds a range. Returns the parts of it that were there already.
    pub(crate) fn add(&mut self, range: Range) -> Vec<Range> {
        let mut whole = range;
        let mut twice = Vec::new();
        // From the range that begins last down to the first one that this one touches.
        let reach = range.last.saturating_add(1);
        while let Some((&first, &last)) = self.by_first.range(..=reach).next_back() {
            if last.saturating_add(1) < range.first {
                break;
            }
            let shared = Range { first: first.max(range.first), last: last.min(range.last) };
            if shared.first <= shared.last {
                twice.push(shared);
            }
            whole = Range { first: whole.first.min(first), last: whole.last.max(last) };
            self.by_first.remove(&first);
        }
        self.by_first.insert(whole.first, whole.last);
        twice.reverse();
        twice
    }

    /// The ranges, in order.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = Range> {
        self.by_first.iter().map(|(&first, &last)| Range { first, last })
    }

    /// What lies between the ranges.
    pub(crate) fn gaps(&self) -> Vec<Range> {
        let after = self.iter().skip(1);
        self.iter()
            .zip(after)
            .map(|(before, after)| Range { first: before.last + 1, last: after.first - 1 })
            .collect()
    }
}

/// How many offsets there are in some ranges.
pub(crate) fn total(ranges: &[Range]) -> u64 {
    ranges.iter().map(|range| range.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first: i64, last: i64) -> Range {
        Range { first, last }
    }

    fn ranges(all: &[(i64, i64)]) -> Ranges {
        let mut ranges = Ranges::default();
        for &(first, last) in all {
            assert_eq!(ranges.add(range(first, last)), []);
        }
        ranges
    }

    #[test]
    fn ranges_that_touch_become_one_and_what_is_between_others_is_a_gap() {
        let ranges = ranges(&[(10, 14), (0, 4), (5, 9), (20, 20)]);
        assert_eq!(ranges.iter().collect::<Vec<_>>(), [range(0, 14), range(20, 20)]);
        assert_eq!(ranges.gaps(), [range(15, 19)]);
        assert_eq!(total(&ranges.gaps()), 5);
    }

    #[test]
    fn what_is_added_again_is_told_in_order() {
        let mut ranges = ranges(&[(0, 4), (10, 14), (20, 24)]);
        assert_eq!(ranges.add(range(3, 21)), [range(3, 4), range(10, 14), range(20, 21)]);
        assert_eq!(ranges.iter().collect::<Vec<_>>(), [range(0, 24)]);
        assert_eq!(ranges.add(Range::of(7)), [range(7, 7)]);
        assert_eq!(ranges.gaps(), []);
    }

    #[test]
    fn the_highest_offsets_are_no_exception() {
        let mut ranges = ranges(&[(0, 0), (i64::MAX, i64::MAX)]);
        assert_eq!(ranges.gaps(), [range(1, i64::MAX - 1)]);
        assert_eq!(ranges.add(range(5, i64::MAX)), [Range::of(i64::MAX)]);
        assert_eq!(ranges.gaps(), [range(1, 4)]);
    }
}
