use std::collections::BTreeSet;

use proptest::prelude::*;

use super::stored::tests::version_1;
use super::*;

fn at(partition: i32, offset: i64, time: i64) -> Position {
    Position {
        source: SourceId(7),
        partition: Partition(partition),
        epoch: Epoch(0),
        offset: Offset(offset),
        time: Some(Timestamp(time)),
    }
}

fn stretch(first: i64, last: i64) -> Stretch {
    Stretch { first: Offset(first), last: Offset(last) }
}

impl Watermarks {
    fn live(&self, position: &Position) -> Verdict {
        self.judge(position, Origin::Live)
    }

    fn redriven(&self, position: &Position) -> Verdict {
        self.judge(position, Origin::Redriven)
    }

    /// Applies the last record of an event that holds these offsets of partition 0.
    fn take(&mut self, first: i64, last: i64) {
        let position = at(0, last, 100);
        self.advance(&position, Offset(first));
        self.cover(position.partition_id(), stretch(first, last), None);
    }
}

#[test]
fn every_case_of_the_table() {
    let mut marks = Watermarks::default();
    assert_eq!(marks.live(&at(0, 10, 500)), Verdict::New);
    marks.advance(&at(0, 10, 500), Offset(5));
    assert_eq!(marks.live(&at(0, 11, 400)), Verdict::New);
    assert_eq!(marks.live(&at(0, 10, 500)), Verdict::Duplicate);
    assert_eq!(marks.live(&at(0, 5, 499)), Verdict::Duplicate);
    assert_eq!(marks.live(&at(0, 5, 501)), Verdict::Suspicious);
    assert_eq!(marks.redriven(&at(0, 5, 501)), Verdict::Suspicious);
    assert_eq!(marks.live(&Position { time: None, ..at(0, 5, 0) }), Verdict::Duplicate);
    // Below what the first event of this entity held nothing of it was ever applied.
    assert_eq!(marks.live(&at(0, 4, 499)), Verdict::New);
    assert_eq!(marks.live(&at(0, 4, 501)), Verdict::Suspicious);
    assert_eq!(marks.redriven(&at(0, 4, 501)), Verdict::New);
    assert_eq!(marks.live(&at(1, 0, 0)), Verdict::New);
    assert_eq!(marks.live(&Position { epoch: Epoch(1), ..at(0, 0, 0) }), Verdict::New);
    let elsewhere = Position { source: SourceId(8), ..at(0, 0, 0) };
    assert_eq!(marks.live(&elsewhere), Verdict::New);
}

#[test]
fn a_batch_that_was_given_up_leaves_a_hole_and_fills_it_when_it_comes_after_all() {
    let mut marks = Watermarks::default();
    marks.take(0, 99);
    marks.take(200, 299);
    assert_eq!(marks.redriven(&at(0, 150, 50)), Verdict::New);
    assert_eq!(marks.redriven(&at(0, 250, 50)), Verdict::Duplicate);
    let is_done = |marks: &Watermarks| marks.is_done(SourceId(7), Partition(0), Offset(150));
    assert!(!is_done(&marks));
    marks.take(100, 199);
    assert!(is_done(&marks));
    assert_eq!(marks.redriven(&at(0, 150, 50)), Verdict::Duplicate);
    assert_eq!(marks.marks[0].covered.stretches(), [stretch(0, 299)]);
}

#[test]
fn what_is_settled_for_every_entity_closes_holes_and_nothing_else() {
    let mut partition = Watermarks::default();
    partition.take(0, 999);
    let id = at(0, 0, 0).partition_id();
    assert!(partition.settle(id, stretch(0, 499)) && !partition.settle(id, stretch(3, 9)));
    assert!(partition.settle(id, stretch(600, 999)));

    // Two events with this entity, many without it between them.
    let mut marks = Watermarks::default();
    marks.take(100, 109);
    marks.take(900, 909);
    marks.cover(id, stretch(900, 909), partition.settled(id));
    let expected = [stretch(100, 499), stretch(600, 909)];
    assert_eq!(marks.marks[0].covered.stretches(), expected);
    assert_eq!(marks.live(&at(0, 550, 50)), Verdict::New);

    // Of another life of the topic nothing is said.
    let reborn = PartitionId { epoch: Epoch(1), ..id };
    assert_eq!(partition.settled(reborn), None);
    assert!(!partition.settle(reborn, stretch(0, 9)));
}

#[test]
fn beyond_fifteen_holes_the_smallest_is_closed_and_redriven_records_from_there_are_not_sure() {
    let mut marks = Watermarks::default();
    // A large hole at the bottom, then holes of one offset.
    marks.take(0, 9);
    for first in (100..).step_by(10).take(15) {
        marks.take(first, first + 8);
    }
    assert_eq!(marks.redriven(&at(0, 109, 50)), Verdict::New);
    marks.take(250, 258);
    assert_eq!(marks.redriven(&at(0, 109, 50)), Verdict::Unsure);
    assert_eq!(marks.live(&at(0, 109, 50)), Verdict::Duplicate);
    assert_eq!(marks.redriven(&at(0, 108, 50)), Verdict::Unsure);
    assert_eq!(marks.redriven(&at(0, 110, 50)), Verdict::Duplicate);
    assert_eq!(marks.redriven(&at(0, 119, 50)), Verdict::New);
    assert_eq!(marks.redriven(&at(0, 50, 50)), Verdict::New);
}

/// A record's time may be older than its predecessor's; the newest counts, so that a real
/// duplicate of the predecessor is never suspicious.
#[test]
fn a_duplicate_of_a_record_that_was_newer_than_the_last_one_is_no_suspicion() {
    let mut marks = Watermarks::default();
    marks.advance(&at(0, 1, 900), Offset(1));
    marks.advance(&at(0, 2, 100), Offset(1));
    assert_eq!(marks.live(&at(0, 1, 900)), Verdict::Duplicate);
}

#[test]
fn a_raised_epoch_forgets_what_was_known_of_the_old_life() {
    let mut marks = Watermarks::default();
    marks.advance(&at(0, 100, 900), Offset(0));
    let reborn = |offset, time| Position { epoch: Epoch(2), ..at(0, offset, time) };
    assert_eq!(marks.advance(&reborn(0, 50), Offset(0)), Epoch(2));
    assert_eq!(marks.live(&reborn(0, 60)), Verdict::Suspicious);
    assert_eq!(marks.live(&reborn(1, 10)), Verdict::New);
    assert_eq!(marks.open_epoch(&reborn(0, 70), Offset(0)), Epoch(3));
    assert_eq!(marks.live(&reborn(0, 70)), Verdict::Duplicate);
}

#[test]
fn beyond_the_limit_the_oldest_partition_is_forgotten_but_not_its_time() {
    let mut marks = Watermarks::default();
    for partition in 0..1_024 {
        marks.advance(&at(partition, 5, 1_000 + i64::from(partition)), Offset(5));
    }
    assert_eq!(marks.live(&at(5_000, 0, 1)), Verdict::New);
    marks.advance(&at(5_000, 0, 9_000), Offset(0));
    // Partition 0 was forgotten, and with it everything up to the time 1,000.
    assert_eq!(marks.live(&at(0, 5, 1_000)), Verdict::Forgotten);
    assert_eq!(marks.live(&at(0, 6, 1_001)), Verdict::New);
    assert_eq!(marks.live(&at(1, 5, 1_001)), Verdict::Duplicate);
    assert!(marks.encode().len() < 40_000);
    assert_eq!(marks.marks.len(), Watermarks::LIMIT);

    // Once it has a watermark again nobody knows what was applied below it.
    marks.advance(&at(0, 6, 1_001), Offset(3));
    assert_eq!(marks.live(&at(0, 5, 1_000)), Verdict::Duplicate);
    assert_eq!(marks.redriven(&at(0, 5, 1_000)), Verdict::Unsure);
    assert_eq!(marks.redriven(&at(0, 6, 1_001)), Verdict::Duplicate);
}

#[test]
fn of_many_partitions_each_keeps_fewer_holes() {
    let mut marks = Watermarks::default();
    for partition in 0..1_024 {
        for offset in (1_000_000_000..).step_by(1_000).take(16) {
            let position = at(partition, offset, 100);
            marks.advance(&position, Offset(offset));
            marks.cover(position.partition_id(), stretch(offset, offset + 9), None);
        }
    }
    let bytes = marks.encode().len();
    assert!(bytes < 80_000, "{bytes}");
}

#[test]
fn what_version_1_stored_is_read_and_counts_as_not_sure() {
    let marks = Watermarks::decode(&version_1(0, 10, 500)).unwrap();
    assert_eq!(marks.live(&at(0, 11, 400)), Verdict::New);
    assert_eq!(marks.live(&at(0, 3, 499)), Verdict::Duplicate);
    assert_eq!(marks.live(&at(0, 3, 501)), Verdict::Suspicious);
    assert_eq!(marks.redriven(&at(0, 3, 499)), Verdict::Unsure);
    // And it is written in the new form.
    assert_eq!(Watermarks::decode(&marks.encode()).unwrap(), marks);
    assert_eq!(marks.encode()[0], 2);
}

#[test]
fn the_watermarks_of_a_usual_user_take_some_thirty_bytes() {
    let mut marks = Watermarks::default();
    let position = Position { time: Some(Timestamp(1_767_600_000_000)), ..at(3, 1_000_500, 0) };
    marks.advance(&position, Offset(1_000_000));
    marks.marks[0].source = SourceId(u64::MAX);
    let bytes = marks.encode().len();
    assert!(bytes <= 32, "{bytes}");
}

/// An event: the offsets from the first on, those left out, whether somebody sends it again, and
/// how many of the entity's records are applied before the invocation ends.
#[derive(Clone, Debug)]
struct Delivery {
    first: i64,
    len: i64,
    left_out: BTreeSet<i64>,
    origin: Origin,
    applied: usize,
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let origin = prop_oneof![Just(Origin::Live), Just(Origin::Redriven)];
    let left_out = prop::collection::btree_set(0_i64..300, 0..60);
    let applied = prop_oneof![Just(usize::MAX), 0_usize..4];
    (0_i64..300, 1_i64..30, left_out, origin, applied).prop_map(
        |(first, len, left_out, origin, applied)| Delivery {
            first,
            len,
            left_out,
            origin,
            applied,
        },
    )
}

proptest! {
    /// Whatever is delivered in whatever order, in part or twice: nothing is applied twice, and
    /// what was never applied is not called a duplicate when it is sent again.
    #[test]
    fn the_verdict_is_never_wrong_about_what_was_applied(
        records in prop::collection::btree_set(0_i64..330, 0..150),
        deliveries in prop::collection::vec(delivery(), 0..60),
    ) {
        let (mut marks, mut partition) = (Watermarks::default(), Watermarks::default());
        let mut applied: BTreeSet<i64> = BTreeSet::new();
        let id = at(0, 0, 0).partition_id();
        partition.advance(&at(0, 400, 100), Offset(400));
        for delivery in deliveries {
            let whole = stretch(delivery.first, delivery.first + delivery.len - 1);
            let runs = whole.without(delivery.left_out.iter().copied().map(Offset));
            let mut budget = delivery.applied;
            let mut is_news = false;
            for run in &runs {
                for &offset in records.range(run.first.0..=run.last.0) {
                    let position = at(0, offset, 100);
                    if budget > 0 && marks.judge(&position, delivery.origin) == Verdict::New {
                        prop_assert!(applied.insert(offset), "{offset} was applied twice");
                        marks.advance(&position, run.first);
                        is_news = true;
                    }
                    budget = budget.saturating_sub(1);
                }
            }
            if budget > 0 {
                for run in &runs {
                    if is_news {
                        marks.cover(id, *run, partition.settled(id));
                    }
                    let unsure = records.range(run.first.0..=run.last.0).any(|one| !applied.contains(one));
                    if !unsure {
                        partition.settle(id, *run);
                    }
                }
            }
            for &offset in &records {
                let verdict = marks.redriven(&at(0, offset, 100));
                if applied.contains(&offset) {
                    prop_assert!(verdict != Verdict::New, "{offset} would be applied again");
                } else {
                    prop_assert!(verdict != Verdict::Duplicate, "{offset} would be lost");
                }
            }
            prop_assert_eq!(&Watermarks::decode(&marks.encode()).unwrap(), &marks);
        }
    }

    #[test]
    fn what_was_stored_is_read_again(positions in prop::collection::vec((0_i32..9, any::<i64>(), any::<i64>(), any::<i64>()), 0..40)) {
        let mut marks = Watermarks::default();
        for (partition, offset, from, time) in positions {
            marks.advance(&at(partition, offset, time), Offset(from));
        }
        prop_assert_eq!(Watermarks::decode(&marks.encode()).unwrap(), marks);
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(version in 0_u8..4, mut bytes: Vec<u8>) {
        bytes.insert(0, version);
        if let Ok(mut marks) = Watermarks::decode(&bytes) {
            let position = at(0, 5, 100);
            marks.judge(&position, Origin::Redriven);
            marks.advance(&position, Offset(i64::MIN));
            marks.cover(position.partition_id(), stretch(i64::MIN, i64::MAX), None);
        }
    }
}
