use serde::{Deserialize, Serialize, Serializer};
use smallvec::SmallVec;
use thiserror::Error;

use crate::kafka::Offset;

/// Offsets without a gap, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The lowest.
    pub first: Offset,
    /// The highest; not below the first.
    pub last: Offset,
}

/// Offsets of one partition, as stretches with holes between them.
///
/// Stored as numbers from the top down: the highest offset, the length of the stretch that ends
/// there, the length of the hole below it, the length of the next stretch, and so on. Usually there
/// is one stretch, which takes a few bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "SmallVec<[u64; 4]>")]
pub struct Coverage {
    /// Ascending, at least one offset apart.
    stretches: SmallVec<[Stretch; 2]>,
}

/// Numbers that are no stretches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the stretches of offsets make no sense")]
pub struct CoverageError;

impl Stretch {
    /// The stretch from one offset to another, whichever is higher.
    pub fn between(one: Offset, other: Offset) -> Self {
        Self { first: one.min(other), last: one.max(other) }
    }

    /// What remains of it without some of its offsets, which have to be ascending.
    pub fn without(self, left_out: impl IntoIterator<Item = Offset>) -> Vec<Self> {
        let mut remaining = Vec::new();
        let mut first = self.first;
        for offset in left_out.into_iter().filter(|offset| self.holds(*offset)) {
            if first < offset {
                remaining.push(Self { first, last: Offset(offset.0 - 1) });
            }
            match offset.0.checked_add(1) {
                Some(next) => first = Offset(next),
                None => return remaining,
            }
        }
        if first <= self.last {
            remaining.push(Self { first, last: self.last });
        }
        remaining
    }

    /// Whether an offset is one of them.
    pub const fn holds(self, offset: Offset) -> bool {
        self.first.0 <= offset.0 && offset.0 <= self.last.0
    }

    /// Whether the two have no offset between them.
    const fn touches(self, other: Self) -> bool {
        self.first.0 <= other.last.0.saturating_add(1)
            && other.first.0 <= self.last.0.saturating_add(1)
    }

    fn common(self, other: Self) -> Option<Self> {
        let (first, last) = (self.first.max(other.first), self.last.min(other.last));
        (first <= last).then_some(Self { first, last })
    }
}

impl Coverage {
    /// The stretches, ascending.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// The highest offset.
    pub fn last(&self) -> Option<Offset> {
        self.stretches.last().map(|stretch| stretch.last)
    }

    /// Whether an offset is among them. Looks from the top, where it nearly always is.
    pub fn holds(&self, offset: Offset) -> bool {
        let not_above = self.stretches.iter().rev().find(|stretch| stretch.first <= offset);
        not_above.is_some_and(|stretch| stretch.holds(offset))
    }

    /// Whether all offsets of a stretch are among them.
    pub fn holds_all(&self, wanted: Stretch) -> bool {
        let not_above = self.stretches.iter().rev().find(|stretch| stretch.first <= wanted.first);
        not_above.is_some_and(|stretch| stretch.holds(wanted.last))
    }

    /// Adds a stretch, which may close holes.
    pub fn add(&mut self, mut added: Stretch) {
        let from =
            self.stretches.partition_point(|one| one.last < added.first && !one.touches(added));
        let touched = self.stretches[from..].iter().take_while(|one| one.touches(added)).count();
        if touched == 0 {
            self.stretches.insert(from, added);
            return;
        }
        added.first = added.first.min(self.stretches[from].first);
        added.last = added.last.max(self.stretches[from + touched - 1].last);
        self.stretches[from] = added;
        self.stretches.drain(from + 1..from + touched);
    }

    /// Adds of other offsets those that lie between the lowest and the highest of these.
    pub fn fill_from(&mut self, other: &Self) {
        let [lowest, .., highest] = self.stretches[..] else { return };
        let whole = Stretch { first: lowest.first, last: highest.last };
        for filling in other.stretches.iter().filter_map(|stretch| stretch.common(whole)) {
            self.add(filling);
        }
    }

    /// Closes the smallest holes, of equal ones the lowest, until there are no more stretches than
    /// the limit (at least one). Returns the highest offset that was added by this.
    pub fn close_small_holes(&mut self, limit: usize) -> Option<Offset> {
        let surplus = self.stretches.len().saturating_sub(limit.max(1));
        if surplus == 0 {
            return None;
        }
        let holes = self.stretches.windows(2).map(|pair| Stretch {
            first: Offset(pair[0].last.0 + 1),
            last: Offset(pair[1].first.0 - 1),
        });
        let mut holes: Vec<Stretch> = holes.collect();
        holes.sort_by_key(|hole| hole.last.0.abs_diff(hole.first.0));
        holes.truncate(surplus);
        for hole in &holes {
            self.add(*hole);
        }
        holes.iter().map(|hole| hole.last).max()
    }

    /// Drops the smallest stretches, of equal ones the lowest and never the topmost, until there
    /// are no more than the limit (at least one).
    pub fn drop_small_stretches(&mut self, limit: usize) {
        let surplus = self.stretches.len().saturating_sub(limit.max(1));
        if surplus == 0 {
            return;
        }
        let below_the_top = &self.stretches[..self.stretches.len() - 1];
        let mut sizes: Vec<(u64, Offset)> =
            below_the_top.iter().map(|one| (one.last.0.abs_diff(one.first.0), one.first)).collect();
        sizes.sort_unstable();
        let dropped: Vec<Offset> = sizes[..surplus].iter().map(|(_, first)| *first).collect();
        self.stretches.retain(|stretch| !dropped.contains(&stretch.first));
    }
}

impl Serialize for Coverage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut numbers: SmallVec<[u64; 4]> = SmallVec::new();
        let mut above: Option<Stretch> = None;
        for stretch in self.stretches.iter().rev() {
            numbers.push(match above {
                None => zigzag(stretch.last.0),
                Some(above) => above.first.0.abs_diff(stretch.last.0) - 1,
            });
            numbers.push(stretch.last.0.abs_diff(stretch.first.0));
            above = Some(*stretch);
        }
        numbers.serialize(serializer)
    }
}

impl TryFrom<SmallVec<[u64; 4]>> for Coverage {
    type Error = CoverageError;

    fn try_from(numbers: SmallVec<[u64; 4]>) -> Result<Self, CoverageError> {
        let (pairs, []) = numbers.as_chunks::<2>() else { return Err(CoverageError) };
        let mut stretches: SmallVec<[Stretch; 2]> = SmallVec::with_capacity(pairs.len());
        for &[place, length] in pairs {
            let last = match stretches.last() {
                None => Some(unzigzag(place)),
                Some(_) if place == 0 => None,
                Some(above) => {
                    above.first.0.checked_sub_unsigned(place).and_then(|last| last.checked_sub(1))
                }
            };
            let stretch = last.and_then(|last| {
                let first = last.checked_sub_unsigned(length)?;
                Some(Stretch { first: Offset(first), last: Offset(last) })
            });
            stretches.push(stretch.ok_or(CoverageError)?);
        }
        stretches.reverse();
        Ok(Self { stretches })
    }
}

/// Small numbers of either sign as small numbers.
const fn zigzag(number: i64) -> u64 {
    (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests;
