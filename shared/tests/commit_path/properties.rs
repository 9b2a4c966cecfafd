//! I1, I2, I3 and I5 for random streams, cuts, faults, crashes, redeliveries and zombies.

use std::collections::BTreeMap;

use millrace_shared::entity::EntityKey;
use millrace_shared::settings::Settings;
use proptest::prelude::*;

use crate::lambda::{Ending, Redelivery, block_on, deliver, invoke, path, sequential};
use crate::stream::{Action, Keying, Record, action, produce};
use crate::world::{Client, Fault, SharedWorld, World};

pub(crate) fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        10 => Just(Fault::None),
        1 => Just(Fault::Fails),
        1 => Just(Fault::AnswerLost),
        1 => Just(Fault::CrashBefore),
        1 => Just(Fault::CrashAfter),
    ]
}

pub(crate) fn redelivery() -> impl Strategy<Value = Redelivery> {
    prop_oneof![
        Just(Redelivery::OnlyReported),
        Just(Redelivery::FromLowestReported),
        Just(Redelivery::WholeBatch),
    ]
}

pub(crate) fn stream() -> impl Strategy<Value = Vec<Action>> {
    prop::collection::vec(action(), 1..40)
}

/// Cuts a stream into batches of these sizes, in turn.
pub(crate) fn cut<'a>(records: &'a [Record], sizes: &[usize]) -> Vec<&'a [Record]> {
    let mut batches = Vec::new();
    let mut rest = records;
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (batch, later) = rest.split_at((*size).min(rest.len()));
        batches.push(batch);
        rest = later;
    }
    batches
}

/// The order in which the function sees the records of these batches: between partitions Kafka
/// promises none, and an event lists them by the key of its map.
fn in_event_order(batches: Vec<&[Record]>) -> Vec<Record> {
    let mut ordered = Vec::new();
    for batch in batches {
        let mut batch = batch.to_vec();
        batch.sort_by_key(|record| format!("{}-{}", record.topic, record.partition));
        ordered.extend(batch);
    }
    ordered
}

fn settings_of(world: &SharedWorld) -> Settings {
    world.borrow().settings.clone()
}

/// A thousand cases each, or as many as `PROPTEST_CASES` says.
pub(crate) fn config() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let default = ProptestConfig::default();
    ProptestConfig { cases: if asked { default.cases } else { 1_000 }, ..default }
}

proptest! {
    #![proptest_config(config())]

    /// I1, I2, I3: whatever fails and crashes, after delivery has caught up the world equals that
    /// of one sequential pass.
    #[test]
    fn faults_and_crashes_leave_the_world_of_one_sequential_pass(
        actions in stream(),
        sizes in prop::collection::vec(1_usize..12, 1..5),
        faults in prop::collection::vec(prop::collection::vec(fault(), 0..40), 0..6),
        redelivery in redelivery(),
    ) {
        let records = produce(&actions, Keying::ByEntity);
        block_on(async {
            let world = World::with_everything();
            let mut faults = faults.into_iter();
            for batch in cut(&records, &sizes) {
                deliver(&world, batch, &mut faults, redelivery).await;
            }
            let expected = sequential(&in_event_order(cut(&records, &sizes)), &settings_of(&world)).await;
            let caught_up = world.borrow().picture().without_outboxes();
            assert_eq!(caught_up, expected.picture().without_outboxes());
            world.borrow().assert_all_known(&records);
        });
    }

    /// I2, I3 with a zombie: an invocation stands still before any of its writes, its batch is
    /// delivered again and goes through, later batches too, and then it wakes and goes on.
    #[test]
    fn a_zombie_changes_nothing(
        actions in stream(),
        size in 1_usize..12,
        pause_at in 0_usize..30,
    ) {
        let records = produce(&actions, Keying::ByEntity);
        block_on(async {
            let world = World::with_everything();
            let (batch, later) = records.split_at(size.min(records.len()));
            let mut faults = vec![Fault::None; pause_at];
            faults.push(Fault::Pause);
            let zombie = Client::new(&world, faults);
            let zombie_path = path(&zombie);
            let sleeper = invoke(&zombie, &zombie_path, batch);
            let meanwhile = async {
                // If it ends before it gets that far, it was no zombie, and its end wakes us.
                zombie.paused.notified().await;
                let none = || std::iter::empty();
                deliver(&world, batch, &mut none(), Redelivery::WholeBatch).await;
                deliver(&world, later, &mut none(), Redelivery::WholeBatch).await;
                zombie.wake();
            };
            let sleeper = async { let ending = sleeper.await; zombie.paused.notify_one(); ending };
            let (ending, ()) = futures::join!(sleeper, meanwhile);
            prop_assert!(matches!(ending, Ending::Answered { .. }), "{ending:?}");
            let expected = sequential(&in_event_order(vec![batch, later]), &settings_of(&world)).await;
            prop_assert_eq!(world.borrow().picture(), expected.picture());
            world.borrow().assert_all_known(&records);
            Ok(())
        })?;
    }

    /// I2 with two writers at a time on the same entities, as when a partition moves from one
    /// poller to another, and producers that do not key: sums and counts come out the same.
    #[test]
    fn two_writers_of_one_entity_lose_nothing(actions in stream(), size in 1_usize..20) {
        let records = produce(&actions, Keying::RoundRobin);
        block_on(async {
            let world = SharedWorld::default();
            let (one, other) = split_by_partition(&records);
            let write = async |records: Vec<Record>| {
                for batch in records.chunks(size) {
                    deliver(&world, batch, &mut std::iter::empty(), Redelivery::WholeBatch).await;
                }
            };
            futures::join!(write(one), write(other));
            prop_assert_eq!(world.borrow().counts(), sequential(&records, &settings_of(&world)).await.counts());
            world.borrow().assert_all_known(&records);
            Ok(())
        })?;
    }

    /// I5: what is reported of an entity in a partition is everything from some offset on.
    #[test]
    fn later_records_of_a_failed_entity_are_reported_too(
        actions in stream(),
        faults in prop::collection::vec(fault(), 0..40),
    ) {
        let records = produce(&actions, Keying::ByEntity);
        block_on(async {
            let world = SharedWorld::default();
            let client = Client::new(&world, faults);
            let path = path(&client);
            let Ending::Answered { reported, .. } = invoke(&client, &path, &records).await else {
                return Ok(());
            };
            let is_reported = |record: &Record| reported.iter().any(|one| {
                (one.topic, one.partition, one.offset) == (record.topic, record.partition, record.offset)
            });
            let mut failed: BTreeMap<(&str, i32, Vec<EntityKey>), i64> = BTreeMap::new();
            for record in &records {
                // A label may have failed for its merchant alone.
                let place = (record.topic, record.partition, record.entities());
                if place.2.is_empty() {
                    continue;
                }
                if is_reported(record) {
                    failed.entry(place).or_insert(record.offset);
                } else {
                    prop_assert!(!failed.contains_key(&place), "skipped {record:?}");
                }
            }
            Ok(())
        })?;
    }
}

/// Partition 0 goes to one writer, the others to the other.
fn split_by_partition(records: &[Record]) -> (Vec<Record>, Vec<Record>) {
    records.iter().cloned().partition(|record| record.partition == 0)
}
