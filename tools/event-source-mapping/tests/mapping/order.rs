//! Order within a partition, concurrency over partitions.

use std::time::Duration;

use crate::scripted::Reply;
use crate::world::{World, offsets};

const SECOND: Duration = Duration::from_secs(1);

/// "A partition's batches come strictly one after the other"
#[tokio::test(start_paused = true)]
async fn a_partition_has_one_batch_in_flight() {
    let world = World::taking(SECOND, 1, |_, _| Reply::done());
    world.append(0, 300);
    world.run().await;
    // The function itself would have refused a second one.
    assert_eq!(world.offsets(), [offsets(0..100), offsets(100..200), offsets(200..300)]);
    assert_eq!(world.times(), [0, 1_000, 2_000]);
}

/// "a poller carries 5 MB/s or 5 concurrent invocations"
#[tokio::test(start_paused = true)]
async fn partitions_go_on_beside_each_other_as_far_as_the_pollers_allow() {
    for (pollers, at_once) in [(1, 5), (2, 8)] {
        let mut world = World::taking(SECOND, 8, |_, _| Reply::done());
        world.settings.pollers = pollers;
        for partition in 0..8 {
            world.append(partition, 200);
        }
        let tally = world.run().await;
        assert_eq!(world.function.most_at_once(), at_once, "{pollers} pollers");
        assert_eq!(tally.succeeded, 1_600);
        assert_eq!(world.log.committed(), [200; 8]);
    }
}

/// "one poison record blocks its partition", and no other.
#[tokio::test(start_paused = true)]
async fn a_batch_that_fails_holds_up_its_own_partition_alone() {
    let world = World::new(2, |_, call| {
        if call.records.iter().any(|(partition, _)| *partition == 0) {
            Reply::error()
        } else {
            Reply::done()
        }
    });
    world.append(0, 100);
    world.append(1, 1_000);
    let tally = world.run_for(Duration::from_mins(1)).await;
    assert_eq!(world.log.committed(), [0, 1_000]);
    assert_eq!((tally.succeeded, tally.abandoned), (1_000, 100));
}

/// "offsets are committed after each batch": never beyond what is done.
#[tokio::test(start_paused = true)]
async fn nothing_is_committed_while_it_is_in_flight() {
    let world = World::taking(SECOND, 1, |_, _| Reply::done());
    world.append(0, 200);
    let look = async {
        tokio::time::sleep(Duration::from_millis(999)).await;
        assert_eq!(world.log.committed(), [0]);
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(world.log.committed(), [100]);
    };
    tokio::join!(world.run(), look);
    assert_eq!(world.log.committed(), [200]);
}

#[tokio::test(start_paused = true)]
async fn a_partition_that_waits_is_paused_and_read_on_later() {
    let mut world = World::taking(SECOND, 2, |_, _| Reply::done());
    world.settings.batch_size = 10;
    world.append(0, 5_000);
    world.append(1, 10);
    let tally = world.run().await;
    assert_eq!(tally.succeeded, 5_010);
    let firsts: Vec<(i32, i64)> =
        world.function.calls().iter().map(|call| call.records[0]).collect();
    assert!(firsts[..2].contains(&(1, 0)), "partition 1 does not wait for partition 0");
    assert_eq!(world.log.committed(), [5_000, 10]);
}

/// Large events do not fill the memory: the next one waits until there is room, and no longer.
#[tokio::test(start_paused = true)]
async fn large_events_wait_until_36_mb_are_no_longer_in_flight() {
    let mut world = World::taking(SECOND, 9, |_, _| Reply::done());
    world.settings.pollers = 2;
    for partition in 0..9 {
        // 6.28 MB in base64, six of which are just below the limit: a seventh is still begun.
        world.append_sized(partition, 4_710_000);
    }
    let tally = world.run().await;
    assert_eq!((tally.succeeded, world.function.most_at_once()), (9, 7));
}
