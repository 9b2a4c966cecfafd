use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn stretch(first: i64, last: i64) -> Stretch {
    Stretch { first: Offset(first), last: Offset(last) }
}

fn coverage(stretches: &[(i64, i64)]) -> Coverage {
    let mut coverage = Coverage::default();
    for &(first, last) in stretches {
        coverage.add(stretch(first, last));
    }
    coverage
}

fn shown(coverage: &Coverage) -> Vec<(i64, i64)> {
    coverage.stretches().iter().map(|one| (one.first.0, one.last.0)).collect()
}

fn offsets(coverage: &Coverage) -> BTreeSet<i64> {
    coverage.stretches().iter().flat_map(|one| one.first.0..=one.last.0).collect()
}

#[test]
fn stretches_that_touch_become_one() {
    assert_eq!(shown(&coverage(&[(0, 4), (5, 9)])), [(0, 9)]);
    assert_eq!(shown(&coverage(&[(5, 9), (0, 4)])), [(0, 9)]);
    assert_eq!(shown(&coverage(&[(0, 4), (6, 9)])), [(0, 4), (6, 9)]);
    assert_eq!(shown(&coverage(&[(0, 4), (6, 9), (5, 5)])), [(0, 9)]);
    assert_eq!(shown(&coverage(&[(0, 1), (3, 4), (6, 7), (2, 20)])), [(0, 20)]);
}

#[test]
fn a_hole_is_not_held() {
    let coverage = coverage(&[(0, 4), (8, 9)]);
    let held: Vec<i64> = (-2..12).filter(|offset| coverage.holds(Offset(*offset))).collect();
    assert_eq!(held, [0, 1, 2, 3, 4, 8, 9]);
    assert!(coverage.holds_all(stretch(1, 4)) && !coverage.holds_all(stretch(4, 8)));
}

#[test]
fn a_stretch_without_some_of_its_offsets_is_in_pieces() {
    let without = |left_out: &[i64]| {
        let pieces = stretch(3, 9).without(left_out.iter().copied().map(Offset));
        pieces.into_iter().map(|one| (one.first.0, one.last.0)).collect::<Vec<_>>()
    };
    assert_eq!(without(&[]), [(3, 9)]);
    assert_eq!(without(&[5, 5, 6, 20]), [(3, 4), (7, 9)]);
    assert_eq!(without(&[1, 3, 9]), [(4, 8)]);
    assert_eq!(without(&[3, 4, 5, 6, 7, 8, 9]), []);
    assert_eq!(stretch(i64::MAX, i64::MAX).without([Offset(i64::MAX)]), []);
}

#[test]
fn holes_are_filled_from_others_and_nothing_beyond() {
    let mut some = coverage(&[(10, 20), (30, 40)]);
    some.fill_from(&coverage(&[(0, 12), (18, 25), (28, 99)]));
    assert_eq!(shown(&some), [(10, 25), (28, 40)]);
    let mut none = Coverage::default();
    none.fill_from(&coverage(&[(0, 12)]));
    assert_eq!(none, Coverage::default());
}

#[test]
fn the_smallest_and_lowest_holes_are_closed_first() {
    let mut some = coverage(&[(0, 0), (2, 2), (10, 10), (12, 12), (20, 20)]);
    assert_eq!(some.close_small_holes(4), Some(Offset(1)));
    assert_eq!(shown(&some), [(0, 2), (10, 10), (12, 12), (20, 20)]);
    assert_eq!(some.close_small_holes(2), Some(Offset(11)));
    assert_eq!(shown(&some), [(0, 12), (20, 20)]);
    assert_eq!(some.close_small_holes(2), None);
    assert_eq!(some.close_small_holes(0), Some(Offset(19)));
    assert_eq!(shown(&some), [(0, 20)]);
}

#[test]
fn the_smallest_stretches_are_dropped_but_never_the_topmost() {
    let mut some = coverage(&[(0, 9), (20, 21), (30, 39), (50, 50)]);
    some.drop_small_stretches(3);
    assert_eq!(shown(&some), [(0, 9), (30, 39), (50, 50)]);
    some.drop_small_stretches(2);
    assert_eq!(shown(&some), [(30, 39), (50, 50)]);
    some.drop_small_stretches(0);
    assert_eq!(shown(&some), [(50, 50)]);
}

#[test]
fn one_stretch_of_a_large_topic_takes_ten_bytes() {
    let bytes = postcard::to_stdvec(&coverage(&[(1_000_000_000, 2_000_000_000)])).unwrap();
    assert!(bytes.len() <= 11, "{bytes:?}");
    assert_eq!(postcard::to_stdvec(&Coverage::default()).unwrap(), [0]);
}

#[test]
fn numbers_that_are_no_stretches_are_refused() {
    let read = |numbers: &[u64]| Coverage::try_from(SmallVec::from_slice(numbers));
    assert_eq!(read(&[]), Ok(Coverage::default()));
    assert_eq!(shown(&read(&[20, 3]).unwrap()), [(7, 10)]);
    assert_eq!(read(&[20]), Err(CoverageError), "half a pair");
    assert_eq!(read(&[20, 3, 0, 1]), Err(CoverageError), "no hole between");
    assert_eq!(read(&[u64::MAX, 1]), Err(CoverageError), "below the lowest number");
    assert_eq!(read(&[0, 1 << 63, 5, 5]), Err(CoverageError), "further below it");
}

/// Stretches of small numbers, so that they meet often.
fn stretches() -> impl Strategy<Value = Vec<(i64, i64)>> {
    let one = (0_i64..60, 0_i64..6).prop_map(|(first, length)| (first, first + length));
    prop::collection::vec(one, 0..12)
}

proptest! {
    #[test]
    fn it_is_the_set_of_its_offsets(ours in stretches(), theirs in stretches()) {
        let (mut some, others) = (coverage(&ours), coverage(&theirs));
        let mut model: BTreeSet<i64> = ours.iter().flat_map(|(first, last)| *first..=*last).collect();
        prop_assert_eq!(offsets(&some), model.clone());
        for pair in some.stretches().windows(2) {
            prop_assert!(pair[0].last.0 + 1 < pair[1].first.0, "{:?}", some);
        }
        if let (Some(&lowest), Some(&highest)) = (model.first(), model.last()) {
            model.extend(offsets(&others).range(lowest..=highest));
        }
        some.fill_from(&others);
        prop_assert_eq!(offsets(&some), model.clone());
        for offset in -1..70 {
            prop_assert_eq!(some.holds(Offset(offset)), model.contains(&offset));
        }
    }

    #[test]
    fn closing_holes_only_adds_and_dropping_stretches_only_removes(ours in stretches(), limit in 0_usize..5) {
        let before = coverage(&ours);
        let mut closed = before.clone();
        let highest = closed.close_small_holes(limit);
        prop_assert!(offsets(&closed).is_superset(&offsets(&before)));
        prop_assert!(closed.stretches().len() <= limit.max(1));
        let added: Vec<i64> = offsets(&closed).difference(&offsets(&before)).copied().collect();
        prop_assert_eq!(highest, added.last().map(|offset| Offset(*offset)));
        let mut dropped = before.clone();
        dropped.drop_small_stretches(limit);
        prop_assert!(offsets(&dropped).is_subset(&offsets(&before)));
        prop_assert!(dropped.stretches().len() <= limit.max(1));
        prop_assert_eq!(dropped.last(), before.last());
    }

    #[test]
    fn what_was_stored_is_read_again(offsets in prop::collection::vec((any::<i64>(), any::<i64>()), 0..9)) {
        let mut some = Coverage::default();
        for (one, other) in offsets {
            some.add(Stretch::between(Offset(one), Offset(other)));
            some.add(Stretch::between(Offset(one), Offset(one)));
        }
        let bytes = postcard::to_stdvec(&some).unwrap();
        prop_assert_eq!(postcard::from_bytes::<Coverage>(&bytes).unwrap(), some);
    }
}
