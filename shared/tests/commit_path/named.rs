//! One story each, named after what must hold.

use std::rc::Rc;
use std::time::Duration;

use millrace_shared::commit::{OnSuspiciousDuplicate, Tally, TopicRule, Topics};
use millrace_shared::delivery::Deadline;
use millrace_shared::detectors::Note;
use millrace_shared::events::EventKind;
use millrace_shared::kafka::Batch;
use millrace_shared::state::{Body, Epoch, OutboxEntry};

use crate::lambda::{Ending, Redelivery, block_on, deliver, invoke, path};
use crate::stream::{Record, event};
use crate::world::{Client, Fault, SharedWorld, World};

pub(crate) const NOON: i64 = 1_767_614_400_000;

/// A payment far above the limit: one write of the user, one of the partition, one alert.
pub(crate) fn payment(offset: i64, time: i64) -> Record {
    let value =
        format!(r#"{{"userId":"anna","amount":50000,"currency":"EUR","timestamp":{NOON}}}"#);
    Record { topic: "transactions", partition: 0, offset, time, value: Some(value) }
}

pub(crate) fn click(partition: i32, offset: i64, user: &str) -> Record {
    let value = format!(r#"{{"userId":"{user}","eventType":"click","timestamp":{NOON}}}"#);
    Record { topic: "user-events", partition, offset, time: NOON, value: Some(value) }
}

pub(crate) async fn answer(
    world: &SharedWorld,
    records: &[Record],
    faults: Vec<Fault>,
) -> (usize, Tally) {
    let client = Client::new(world, faults);
    match invoke(&client, &path(&client), records).await {
        Ending::Answered { reported, tally } => (reported.len(), *tally),
        Ending::Crashed => panic!("the invocation was to answer"),
    }
}

pub(crate) fn payments_of_anna(world: &SharedWorld) -> u64 {
    match &world.borrow().states["user#anna"].1.body {
        Body::User(user) => user.profile.transactions,
        other => panic!("anna is no user: {other:?}"),
    }
}

#[test]
pub(crate) fn i1_a_dead_record_that_does_not_reach_the_queue_is_reported() {
    block_on(async {
        let world = SharedWorld::default();
        let poison = Record { value: Some("{".to_owned()), ..click(0, 7, "anna") };
        let (reported, tally) =
            answer(&world, std::slice::from_ref(&poison), vec![Fault::Fails]).await;
        assert_eq!((reported, tally.failed, tally.dead_records()), (1, 1, 0));
        let (reported, tally) = answer(&world, &[poison], vec![]).await;
        assert_eq!((reported, tally.failed, tally.dead["not_json"]), (0, 0, 1));
    });
}

#[test]
pub(crate) fn i1_with_no_time_left_everything_is_reported_and_nothing_written() {
    block_on(async {
        let world = SharedWorld::default();
        let client = Client::new(&world, vec![]);
        let body = event(&[payment(0, NOON), click(0, 0, "bert")]);
        let batch = Batch::decode(&body).unwrap();
        let done = path(&client).run(&batch, Deadline::after(Duration::ZERO)).await;
        assert_eq!(done.failed.len(), 2);
        assert!(world.borrow().states.is_empty());
    });
}

#[test]
pub(crate) fn i2_a_write_whose_answer_was_lost_is_not_done_twice() {
    block_on(async {
        let world = SharedWorld::default();
        let (reported, _) = answer(&world, &[payment(0, NOON)], vec![Fault::AnswerLost]).await;
        assert_eq!(reported, 1);
        let (reported, tally) = answer(&world, &[payment(0, NOON)], vec![]).await;
        assert_eq!((reported, tally.duplicates), (0, 1));
        assert_eq!(payments_of_anna(&world), 1);
    });
}

#[test]
pub(crate) fn i2_a_record_that_stands_twice_in_one_event_counts_once() {
    block_on(async {
        let world = SharedWorld::default();
        let records = [payment(0, NOON), payment(1, NOON), payment(1, NOON)];
        let (_, tally) = answer(&world, &records, vec![]).await;
        assert_eq!((tally.applied, tally.duplicates), (2, 1));
        assert_eq!(payments_of_anna(&world), 2);
    });
}

#[test]
pub(crate) fn i2_a_lost_race_is_read_again_and_applied_again() {
    block_on(async {
        let world = SharedWorld::default();
        answer(&world, &[click(0, 0, "anna")], vec![]).await;
        let slow = Client::new(&world, vec![Fault::Pause]);
        let slow_path = path(&slow);
        let records = [click(1, 0, "anna")];
        let fast = async {
            slow.paused.notified().await;
            answer(&world, &[click(2, 0, "anna")], vec![]).await;
            slow.wake();
        };
        let (ending, ()) = futures::join!(invoke(&slow, &slow_path, &records), fast);
        let Ending::Answered { reported, tally } = ending else { panic!("{ending:?}") };
        assert_eq!((reported.len(), tally.applied, tally.conflicts), (0, 1, 1));
        assert_eq!(world.borrow().lost_races, 1);
        match &world.borrow().states["user#anna"].1.body {
            Body::User(user) => assert_eq!(user.profile.events, 3),
            other => panic!("anna is no user: {other:?}"),
        }
    });
}

#[test]
pub(crate) fn i2_a_zombie_does_not_put_old_features_in_the_place_of_newer_ones() {
    block_on(async {
        let world = World::with_everything();
        // The user's state is written, and then the invocation stands still.
        let zombie = Client::new(&world, vec![Fault::None, Fault::Pause]);
        let zombie_path = path(&zombie);
        let first = [click(0, 0, "anna")];
        let meanwhile = async {
            zombie.paused.notified().await;
            answer(&world, &[click(0, 0, "anna"), click(0, 1, "anna")], vec![]).await;
            zombie.wake();
        };
        futures::join!(invoke(&zombie, &zombie_path, &first), meanwhile);
        match &world.borrow().rows["features user#anna"] {
            OutboxEntry::Features(features) => assert_eq!(features.events, 2),
            other => panic!("no features: {other:?}"),
        }
    });
}

#[test]
pub(crate) fn one_row_of_features_a_batch_and_none_for_what_was_applied_before() {
    block_on(async {
        let world = World::with_everything();
        let records: Vec<Record> = (0..5).map(|offset| click(0, offset, "anna")).collect();
        // The state, the features, the partition and the clearing; then nothing at all.
        for writes in [4, 0] {
            let client = Client::new(&world, vec![]);
            invoke(&client, &path(&client), &records).await;
            assert_eq!(client.writes(), writes);
        }
        let rows = world.borrow().rows.clone();
        assert!(
            matches!(&rows["features user#anna"], OutboxEntry::Features(one) if one.events == 5)
        );
    });
}

#[test]
pub(crate) fn i3_an_outbox_found_on_reading_is_delivered_and_cleared() {
    block_on(async {
        let world = SharedWorld::default();
        // The user's state is committed first; then the invocation ends.
        let client = Client::new(&world, vec![Fault::CrashAfter]);
        let ending = invoke(&client, &path(&client), &[payment(0, NOON)]).await;
        assert!(matches!(ending, Ending::Crashed));
        assert!(world.borrow().published.is_empty());
        assert!(!world.borrow().states["user#anna"].1.outbox.is_empty());

        let (reported, tally) = answer(&world, &[payment(0, NOON)], vec![]).await;
        assert_eq!((reported, tally.duplicates), (0, 1));
        assert_eq!(world.borrow().published.len(), 1);
        assert!(world.borrow().states["user#anna"].1.outbox.is_empty());
    });
}

#[test]
pub(crate) fn i3_alerts_are_published_once_when_nothing_goes_wrong() {
    block_on(async {
        let world = SharedWorld::default();
        let records: Vec<Record> = (0..50).map(|offset| payment(offset, NOON)).collect();
        deliver(&world, &records, &mut std::iter::empty(), Redelivery::WholeBatch).await;
        deliver(&world, &records, &mut std::iter::empty(), Redelivery::WholeBatch).await;
        let published = world.borrow().published.clone();
        let mut distinct = published.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!((published.len(), distinct.len()), (50, 50));
    });
}

#[test]
pub(crate) fn i3_a_failed_delivery_is_reported_until_it_succeeds() {
    block_on(async {
        let world = SharedWorld::default();
        // The user's state, then the alert's row.
        let faults = vec![Fault::None, Fault::Fails];
        let (reported, tally) = answer(&world, &[payment(0, NOON)], faults).await;
        assert_eq!((reported, tally.failed), (1, 1));
        let (reported, _) = answer(&world, &[payment(0, NOON)], vec![]).await;
        assert_eq!((reported, world.borrow().published.len()), (0, 1));
    });
}

#[test]
pub(crate) fn i4_an_event_whose_offsets_are_out_of_order_loses_no_record() {
    block_on(async {
        let world = SharedWorld::default();
        let records = [payment(2, NOON), payment(0, NOON), payment(1, NOON)];
        let (_, tally) = answer(&world, &records, vec![]).await;
        assert_eq!((tally.applied, tally.duplicates), (3, 0));
    });
}

#[test]
fn i4_of_an_event_whose_offsets_are_out_of_order_every_entity_gets_its_own_records() {
    block_on(async {
        let world = SharedWorld::default();
        let mut later = click(0, 0, "bert");
        later.value = later.value.map(|value| value.replace("614400000", "614400009"));
        let (_, tally) = answer(&world, &[click(0, 1, "anna"), later], vec![]).await;
        assert_eq!(tally.applied, 2);
        for (user, newest) in [("user#anna", NOON), ("user#bert", NOON + 9)] {
            match &world.borrow().states[user].1.body {
                Body::User(known) => assert_eq!(known.profile.newest.as_millis(), newest, "{user}"),
                other => panic!("{user} is no user: {other:?}"),
            }
        }
    });
}

#[test]
pub(crate) fn i5_later_records_of_an_entity_that_failed_are_reported() {
    block_on(async {
        let world = SharedWorld::default();
        let batch = [click(0, 0, "anna"), click(0, 1, "bert"), click(0, 2, "anna")];
        // Anna's state is the first to be written.
        deliver(&world, &batch, &mut std::iter::once(vec![Fault::Fails]), Redelivery::OnlyReported)
            .await;
        match &world.borrow().states["user#anna"].1.body {
            Body::User(user) => assert_eq!(user.profile.events, 2),
            other => panic!("anna is no user: {other:?}"),
        }
    });
}

#[test]
pub(crate) fn i6_thousands_of_alerts_of_one_entity_are_committed_in_rounds() {
    block_on(async {
        let world = SharedWorld::default();
        let records: Vec<Record> = (0..3_000).map(|offset| payment(offset, NOON)).collect();
        let (reported, tally) = answer(&world, &records, vec![]).await;
        assert_eq!((reported, tally.applied, payments_of_anna(&world)), (0, 3_000, 3_000));
        assert_eq!(world.borrow().published.len(), 3_000);
        // Each round's commit raises the version, and so does the clearing at the end.
        assert!(world.borrow().states["user#anna"].0.0 > 3);
        assert!(world.borrow().states["user#anna"].1.outbox.is_empty());
    });
}

#[test]
pub(crate) fn a_topic_created_again_is_noticed_and_its_records_are_kept() {
    block_on(async {
        let world = SharedWorld::default();
        answer(&world, &[payment(5, NOON)], vec![]).await;
        let (reported, tally) = answer(&world, &[payment(0, NOON + 1)], vec![]).await;
        assert_eq!((reported, tally.suspicious, tally.applied), (0, 1, 0));
        assert_eq!(tally.dead["suspicious_duplicate"], 1);
        assert_eq!(payments_of_anna(&world), 1);
    });
}

#[test]
pub(crate) fn a_topic_created_again_is_applied_where_the_configuration_says_so() {
    block_on(async {
        let world = SharedWorld::default();
        answer(&world, &[payment(5, NOON)], vec![]).await;
        let client = Client::new(&world, vec![]);
        let mut path = path(&client);
        path.on_suspicious = OnSuspiciousDuplicate::Apply;
        invoke(&client, &path, &[payment(0, NOON + 1), payment(1, NOON + 2)]).await;
        assert_eq!(payments_of_anna(&world), 3);
        // The alert of offset 5 of the old life and of offset 5 of the new one are two alerts.
        let records: Vec<Record> = (2..6).map(|offset| payment(offset, NOON + 3)).collect();
        invoke(&client, &path, &records).await;
        let mut published = world.borrow().published.clone();
        published.sort_unstable();
        published.dedup();
        assert_eq!(published.len(), 7);
    });
}

#[test]
pub(crate) fn raising_the_epoch_starts_a_topic_afresh() {
    block_on(async {
        let world = SharedWorld::default();
        answer(&world, &[payment(5, NOON)], vec![]).await;
        let client = Client::new(&world, vec![]);
        let mut path = path(&client);
        let rule = TopicRule { kind: EventKind::Transaction, epoch: Epoch(1) };
        path.topics = Topics::new([("transactions".to_owned(), rule)]);
        invoke(&client, &path, &[payment(0, NOON)]).await;
        assert_eq!(payments_of_anna(&world), 2);
        // And what was applied in the new epoch is a duplicate in it.
        invoke(&client, &path, &[payment(0, NOON)]).await;
        assert_eq!(payments_of_anna(&world), 2);
    });
}

#[test]
pub(crate) fn events_more_than_an_hour_ahead_of_their_records_are_counted() {
    block_on(async {
        let world = SharedWorld::default();
        let reading = |offset, time| {
            let value =
                format!(r#"{{"sensor_id":"s","timestamp":{NOON},"data":{{"temperature":20}}}}"#);
            Record { topic: "sensor-data", value: Some(value), ..payment(offset, time) }
        };
        let hour_before = NOON - 3_600_000;
        let records = [
            payment(0, hour_before),
            payment(1, hour_before - 1),
            reading(0, hour_before),
            reading(1, hour_before - 1),
            reading(2, hour_before - 2),
        ];
        let (_, tally) = answer(&world, &records, vec![]).await;
        let ahead = |kind| tally.notes.get(&Note::Ahead(kind)).copied().unwrap_or_default();
        assert_eq!(["user", "sensor"].map(ahead), [1, 2]);
    });
}

#[test]
pub(crate) fn a_topic_that_nobody_configured_makes_dead_records() {
    block_on(async {
        let world = SharedWorld::default();
        let stray = Record { topic: "user-events", ..payment(0, NOON) };
        let client = Client::new(&world, vec![]);
        let mut path = path(&client);
        path.topics = Topics::default();
        let ending = invoke(&client, &path, &[stray]).await;
        let Ending::Answered { tally, .. } = ending else { panic!("{ending:?}") };
        assert_eq!(tally.dead["unknown_topic"], 1);
        assert_eq!(Rc::clone(&world).borrow().buried.len(), 1);
    });
}
