//! How a mapping ends.

use std::time::Duration;

use tokio::time::sleep;

use crate::scripted::Reply;
use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn it_ends_at_the_offsets_of_its_start() {
    let world = World::taking(SECOND, 2, |_, _| Reply::done());
    world.append(0, 150);
    let producer = async {
        sleep(SECOND / 2).await;
        world.append(0, 20);
        world.append(1, 20);
    };
    let (tally, ()) = tokio::join!(world.run(), producer);
    assert_eq!(tally.succeeded, 150);
    assert_eq!(world.log.committed(), [150, 0]);
    // It did not wait for its window to end.
    assert_eq!(world.times(), [0, 1_000]);
    // The next run takes up where this one ended.
    assert_eq!(world.run().await.succeeded, 40);
    assert_eq!(world.log.committed(), [170, 20]);
}

#[tokio::test(start_paused = true)]
async fn an_empty_topic_has_ended() {
    let world = World::new(4, |_, _| Reply::done());
    let tally = world.run().await;
    assert!(tally.is_success());
    assert_eq!(tally.invocations, 0);
}

#[tokio::test(start_paused = true)]
async fn when_stopped_it_waits_for_what_is_in_flight_commits_it_and_begins_nothing() {
    let world = World::taking(SECOND, 1, |_, _| Reply::done());
    world.append(0, 500);
    let tally = world.run_for(SECOND * 5 / 2).await;
    // Three batches were begun by then, the third of which is done after 3 s.
    assert_eq!(world.times(), [0, 1_000, 2_000]);
    assert_eq!(world.log.committed(), [300]);
    assert_eq!((tally.succeeded, tally.abandoned), (300, tally.polled - 300));
}

#[tokio::test(start_paused = true)]
async fn when_stopped_it_does_not_try_again() {
    let world = World::taking(SECOND, 1, |_, _| Reply::error());
    world.append(0, 5);
    // Invoked at 0.5 s and at 2 s; stopped in the middle of the second, and in the wait after it.
    for time in [SECOND * 5 / 2, SECOND * 7 / 2] {
        let calls_before = world.function.calls().len();
        let tally = world.run_for(time).await;
        assert_eq!(world.function.calls().len() - calls_before, 2);
        assert_eq!((tally.succeeded, tally.abandoned), (0, 5));
        assert_eq!(world.log.committed(), [0]);
    }
}
