//! Partitions that come and go.

use std::time::Duration;

use crate::scripted::Reply;
use crate::world::{World, offsets};
use tokio::time::sleep;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn what_is_in_flight_is_committed_before_a_partition_is_given_back() {
    let world = World::taking(SECOND, 2, |_, _| Reply::done());
    world.append(0, 300);
    world.append(1, 300);
    let group = async {
        sleep(SECOND / 2).await;
        world.log.revoke(&[0]);
        sleep(SECOND).await;
        assert_eq!(world.log.committed()[0], 100, "committed, and no further");
    };
    tokio::join!(world.run_for(SECOND * 10), group);
    assert_eq!(world.log.committed(), [100, 300]);
}

#[tokio::test(start_paused = true)]
async fn a_partition_whose_batch_waits_to_be_tried_again_is_given_back_at_once() {
    let world = World::new(1, |_, _| Reply::error());
    world.append(0, 10);
    let group = async {
        sleep(SECOND * 20).await;
        world.log.revoke(&[0]);
    };
    let (tally, ()) = tokio::join!(world.run_for(SECOND * 100), group);
    assert!(world.times().last().unwrap() < &20_000);
    assert_eq!((world.log.committed(), tally.abandoned), (vec![0], 10));
}

/// "Records can come again after a timeout, a rebalance or a partial failure."
#[tokio::test(start_paused = true)]
async fn records_of_a_partition_that_was_lost_come_again() {
    let world = World::taking(SECOND, 1, |_, _| Reply::done());
    world.append(0, 250);
    let group = async {
        sleep(SECOND * 3 / 2).await;
        world.log.lose(&[0]);
        sleep(SECOND / 4).await;
        world.log.assign(&[0]);
        sleep(SECOND / 8).await;
        assert_eq!(world.log.committed(), [100]);
    };
    let (tally, ()) = tokio::join!(world.run_for(SECOND * 10), group);
    // The second batch was in flight when the partition was lost: it comes again, but not before
    // that first invocation is over, and its outcome is not committed.
    let (first, second, third) = (offsets(0..100), offsets(100..200), offsets(200..250));
    assert_eq!(world.offsets(), [first, second.clone(), second, third]);
    assert_eq!(world.times()[..3], [0, 1_000, 2_000]);
    assert_eq!(world.log.committed(), [250]);
    assert_eq!(tally.polled, tally.succeeded + tally.abandoned);
}

#[tokio::test(start_paused = true)]
async fn a_partition_that_was_lost_is_not_committed() {
    let world = World::taking(SECOND, 2, |_, _| Reply::done());
    world.append(0, 10);
    world.append(1, 10);
    let group = async {
        sleep(SECOND).await;
        world.log.lose(&[0]);
    };
    tokio::join!(world.run_for(SECOND * 10), group);
    let calls = world.function.calls();
    assert_eq!(calls.len(), 1, "both are in one batch");
    assert_eq!(world.log.committed(), [0, 10]);
}
