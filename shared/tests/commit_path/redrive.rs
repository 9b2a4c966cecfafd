//! Stories of batches and records that were given up and sent again.

use millrace_shared::commit::{Tally, TopicRule, Topics};
use millrace_shared::events::EventKind;
use millrace_shared::state::Epoch;

use crate::lambda::{Ending, block_on, invoke_sent_by, path};
use crate::named::{NOON, answer, click, payment, payments_of_anna};
use crate::stream::Record;
use crate::world::{Client, Fault, SharedWorld};

async fn redrive(world: &SharedWorld, records: &[Record], how: &str) -> Tally {
    let client = Client::new(world, vec![]);
    match invoke_sent_by(&client, &path(&client), records, Some(how)).await {
        Ending::Answered { tally, .. } => *tally,
        Ending::Crashed => panic!("the invocation was to answer"),
    }
}

fn payments(offsets: impl IntoIterator<Item = i64>) -> Vec<Record> {
    offsets.into_iter().map(|offset| payment(offset, NOON)).collect()
}

#[test]
pub(crate) fn i1_a_batch_that_was_given_up_is_applied_when_it_comes_after_later_ones() {
    block_on(async {
        let world = SharedWorld::default();
        answer(&world, &payments(0..3), vec![]).await;
        // 3 to 5 are given up; the partition goes on.
        answer(&world, &payments(6..9), vec![]).await;
        let tally = redrive(&world, &payments(3..6), "ask").await;
        assert_eq!((tally.applied, tally.duplicates), (3, 0));
        assert_eq!(payments_of_anna(&world), 9);
        assert_eq!(world.borrow().published.len(), 9);
        // And a second time nothing of it.
        let tally = redrive(&world, &payments(3..6), "ask").await;
        assert_eq!((tally.applied, tally.duplicates), (0, 3));
        assert_eq!(payments_of_anna(&world), 9);
    });
}

#[test]
pub(crate) fn i2_of_a_batch_that_was_done_in_part_only_the_rest_is_applied() {
    block_on(async {
        let world = SharedWorld::default();
        let bert = |offset| Record { topic: "transactions", ..payment_of("bert", offset) };
        let batch = [payment(0, NOON), bert(1), payment(2, NOON), bert(3)];
        // Anna's state cannot be written; bert's can.
        let (reported, _) = answer(&world, &batch, vec![Fault::Fails]).await;
        assert_eq!(reported, 2);
        answer(&world, &payments(4..6), vec![]).await;
        assert_eq!(payments_of_anna(&world), 2);
        let tally = redrive(&world, &batch, "ask").await;
        assert_eq!((tally.applied, tally.duplicates), (2, 2));
        assert_eq!(payments_of_anna(&world), 4);
    });
}

/// Anna's part of a batch was never done. The batches after it are, also for her; and between them
/// the partition must not have said that it was.
#[test]
pub(crate) fn i2_of_a_batch_that_was_done_in_part_only_the_rest_is_applied_though_others_went_on() {
    block_on(async {
        let world = SharedWorld::default();
        answer(&world, &payments(0..1), vec![]).await;
        let batch = [payment(1, NOON), payment_of("bert", 2), payment(3, NOON)];
        let (reported, _) = answer(&world, &batch, vec![Fault::Fails]).await;
        assert_eq!(reported, 2);
        for offset in 4..10 {
            answer(&world, &payments([offset]), vec![]).await;
        }
        let tally = redrive(&world, &batch, "ask").await;
        assert_eq!((tally.applied, tally.duplicates), (2, 1));
        assert_eq!(payments_of_anna(&world), 9);
    });
}

/// Nine batches without anna between two of hers, and one of them given up: the partition's state
/// knows which, so anna's has one hole and not nine.
#[test]
pub(crate) fn i1_batches_between_that_were_done_are_no_holes_and_the_one_given_up_is() {
    block_on(async {
        let world = SharedWorld::default();
        answer(&world, &[click(0, 0, "anna")], vec![]).await;
        for offset in 1..200 {
            if offset == 77 {
                continue; // anna's, given up
            }
            let user = if offset % 10 == 0 { "anna" } else { "bert" };
            answer(&world, &[click(0, offset, user)], vec![]).await;
        }
        let tally = redrive(&world, &[click(0, 77, "anna")], "ask").await;
        assert_eq!((tally.applied, tally.dead_records()), (1, 0));
        let tally = redrive(&world, &[click(0, 77, "anna"), click(0, 60, "anna")], "ask").await;
        assert_eq!((tally.duplicates, tally.dead_records()), (2, 0));
    });
}

#[test]
pub(crate) fn i1_a_dead_record_that_was_mended_is_applied_although_later_ones_were() {
    block_on(async {
        let world = SharedWorld::default();
        let poison = Record { value: Some("{".to_owned()), ..payment(1, NOON) };
        answer(&world, &[payment(0, NOON), poison, payment(2, NOON)], vec![]).await;
        answer(&world, &payments(3..5), vec![]).await;
        assert_eq!(payments_of_anna(&world), 4);
        let tally = redrive(&world, &payments(1..2), "ask").await;
        assert_eq!((tally.applied, payments_of_anna(&world)), (1, 5));
        let tally = redrive(&world, &payments(1..2), "ask").await;
        assert_eq!((tally.duplicates, payments_of_anna(&world)), (1, 5));
    });
}

/// Sixteen holes are one more than a state keeps.
#[test]
pub(crate) fn what_nobody_can_tell_any_more_is_a_letter_until_somebody_vouches_for_it() {
    block_on(async {
        let world = SharedWorld::default();
        for offset in (0..).step_by(2).take(17) {
            answer(&world, &payments([offset]), vec![]).await;
        }
        assert_eq!(payments_of_anna(&world), 17);
        let tally = redrive(&world, &payments([1]), "ask").await;
        assert_eq!((tally.applied, tally.dead["maybe_applied"]), (0, 1));
        assert_eq!(payments_of_anna(&world), 17);
        // The next hole is still known.
        assert_eq!(redrive(&world, &payments([3]), "ask").await.applied, 1);
        // Somebody knows that it was never applied, and says so twice.
        assert_eq!(redrive(&world, &payments([1]), "apply").await.applied, 1);
        assert_eq!(redrive(&world, &payments([1]), "apply").await.duplicates, 1);
        assert_eq!(payments_of_anna(&world), 19);
    });
}

#[test]
pub(crate) fn letters_of_a_topic_that_was_created_again_are_applied_once_its_epoch_is_raised() {
    block_on(async {
        let world = SharedWorld::default();
        answer(&world, &payments(0..10), vec![]).await;
        let reborn: Vec<Record> = (0..3).map(|offset| payment(offset, NOON + 1)).collect();
        let (reported, tally) = answer(&world, &reborn, vec![]).await;
        assert_eq!((reported, tally.dead["suspicious_duplicate"]), (0, 3));
        let client = Client::new(&world, vec![]);
        let mut path = path(&client);
        let rule = TopicRule { kind: EventKind::Transaction, epoch: Epoch(1) };
        path.topics = Topics::new([("transactions".to_owned(), rule)]);
        let later: Vec<Record> = (3..6).map(|offset| payment(offset, NOON + 2)).collect();
        for (records, how) in [(&later, None), (&reborn, Some("ask")), (&reborn, Some("ask"))] {
            invoke_sent_by(&client, &path, records, how).await;
        }
        assert_eq!(payments_of_anna(&world), 16);
    });
}

/// Once a later record has been applied, a suspicious one would pass for a duplicate. So it must be
/// in the queue before that, whichever write fails.
#[test]
pub(crate) fn i1_a_record_held_back_reaches_the_queue_before_anything_later_is_applied() {
    block_on(async {
        let batch = [payment(3, NOON + 1), payment(7, NOON + 2)];
        for place in 0..6 {
            let world = SharedWorld::default();
            answer(&world, &payments([5]), vec![]).await;
            answer(&world, &payments([3, 4]), vec![]).await;
            let mut faults = vec![Fault::None; place];
            faults.push(Fault::Fails);
            let (reported, tally) = answer(&world, &batch, faults).await;
            if place == 0 {
                assert_eq!((reported, tally.applied), (2, 0), "the queue did not take the letter");
            }
            let (reported, _) = answer(&world, &batch, vec![]).await;
            let letters: Vec<&str> = world.borrow().buried.values().copied().collect();
            assert_eq!((reported, letters), (0, vec!["suspicious_duplicate"]), "write {place}");
            assert_eq!(payments_of_anna(&world), 4, "write {place}");
        }
    });
}

/// A record that was held back is not done, although those around it in its batch are.
#[test]
pub(crate) fn i1_a_record_held_back_is_applied_when_it_is_sent_again_after_later_ones() {
    block_on(async {
        let world = SharedWorld::default();
        answer(&world, &payments([5]), vec![]).await;
        // Newer than anything applied, and then one that is not: only the first is suspicious.
        let batch = [payment(3, NOON + 1), payment(4, NOON)];
        let (_, tally) = answer(&world, &batch, vec![]).await;
        assert_eq!((tally.applied, tally.dead["suspicious_duplicate"]), (1, 1));
        let tally = redrive(&world, &batch[..1], "ask").await;
        assert_eq!((tally.applied, payments_of_anna(&world)), (1, 3));
        let tally = redrive(&world, &batch[..1], "ask").await;
        assert_eq!((tally.duplicates, payments_of_anna(&world)), (1, 3));
    });
}

fn payment_of(user: &str, offset: i64) -> Record {
    let mut record = payment(offset, NOON);
    record.value = record.value.map(|value| value.replace("anna", user));
    record
}
