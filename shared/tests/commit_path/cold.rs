//! The join of user events and payments through the commit path.

use std::collections::BTreeMap;

use millrace_shared::alerts::Alert;
use millrace_shared::state::OutboxEntry;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::lambda::{Redelivery, block_on, deliver, sequential};
use crate::named::{NOON, answer, click};
use crate::properties::{cut, stream};
use crate::stream::{Keying, Record, produce};
use crate::world::{SharedWorld, World};

const MINUTE: i64 = 60_000;

/// Something anna did so many minutes after noon.
fn acts(offset: i64, minutes: i64) -> Record {
    let time = NOON + minutes * MINUTE;
    let value = format!(r#"{{"userId":"anna","eventType":"view","timestamp":{time}}}"#);
    Record { time, value: Some(value), ..click(0, offset, "anna") }
}

/// A payment of anna's.
fn pays(offset: i64, minutes: i64) -> Record {
    let time = NOON + minutes * MINUTE;
    let value = format!(r#"{{"userId":"anna","amount":20,"timestamp":{time}}}"#);
    Record { topic: "transactions", partition: 0, offset, time, value: Some(value) }
}

fn told(world: &SharedWorld) -> Vec<Alert> {
    let rows = world.borrow().rows.clone();
    let alert = |row| match row {
        OutboxEntry::Alert(alert) if alert.detector == "cold_transaction" => Some(alert),
        _ => None,
    };
    rows.into_values().filter_map(alert).collect()
}

#[test]
fn i3_a_cold_payment_has_the_identifier_of_its_own_record_however_it_is_told() {
    block_on(async {
        // Told by a payment, by a user event, and by either with everything in one batch.
        let mut identifiers = BTreeMap::new();
        for later in [pays(1, 70), acts(1, 70)] {
            let records = [acts(0, 0), pays(0, 60), later.clone()];
            for size in [1, 3] {
                let world = World::with_everything();
                for batch in cut(&records, &[size]) {
                    deliver(&world, batch, &mut std::iter::empty(), Redelivery::WholeBatch).await;
                    deliver(&world, batch, &mut std::iter::empty(), Redelivery::WholeBatch).await;
                }
                // Of a single batch the payments come first. Of the second one it is told before anything
                // is known of what the user does.
                let is_told = size == 1 || later.topic == "user-events";
                let told = told(&world);
                assert_eq!(told.len(), usize::from(is_told), "{told:?}");
                for alert in told {
                    assert_eq!(
                        (alert.source.offset.0, alert.event_time.as_millis()),
                        (0, NOON + 60 * MINUTE)
                    );
                    *identifiers.entry(alert.id).or_insert(0) += 1;
                }
            }
        }
        assert_eq!(identifiers.into_values().collect::<Vec<_>>(), [3]);
    });
}

#[test]
fn a_late_user_event_withdraws_a_cold_payment_and_is_counted() {
    block_on(async {
        let world = World::with_everything();
        for batch in [[acts(0, 0)], [pays(0, 60)]] {
            answer(&world, &batch, vec![]).await;
        }
        let (_, tally) = answer(&world, &[acts(1, 40)], vec![]).await;
        let notes: Vec<(&str, u64)> =
            tally.notes.iter().map(|(note, count)| (note.metric(), *count)).collect();
        assert_eq!(notes, [("AlertsWithdrawn", 1)]);
        answer(&world, &[acts(2, 300)], vec![]).await;
        assert!(told(&world).is_empty());
    });
}

/// What the other properties say of alerts they say of these as well.
#[test]
fn the_random_streams_have_payments_that_are_told_of() {
    let mut runner = TestRunner::deterministic();
    let mut found = 0;
    for _ in 0..100 {
        let actions = stream().new_tree(&mut runner).unwrap().current();
        let records = produce(&actions, Keying::ByEntity);
        let settings = World::with_everything().borrow().settings.clone();
        let world = block_on(sequential(&records, &settings));
        let is_cold = |row: &&OutboxEntry| matches!(row, OutboxEntry::Alert(alert) if alert.detector == "cold_transaction");
        found += world.rows.values().filter(is_cold).count();
    }
    assert!(found >= 5, "{found} in a hundred streams");
}
