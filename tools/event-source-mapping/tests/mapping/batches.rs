//! What ends a batch.

use std::time::Duration;

use millrace_event_source_mapping::{Condition, MAX_EVENT_BYTES};
use tokio::time::sleep;

use crate::scripted::Reply;
use crate::world::{World, offsets};

/// "Batch ends at `BatchSize` (1 to 10,000; default 100), […] whichever is first."
#[tokio::test(start_paused = true)]
async fn a_batch_ends_at_its_size() {
    let world = World::new(1, |_, _| Reply::done());
    world.append(0, 250);
    let tally = world.run().await;
    assert_eq!(world.offsets(), [offsets(0..100), offsets(100..200), offsets(200..250)]);
    assert_eq!((tally.polled, tally.succeeded, tally.invocations), (250, 250, 3));
    assert_eq!(world.log.committed(), [250]);
}

/// "the window (0 to 300 s; default 500 ms)": from the first record that waits.
#[tokio::test(start_paused = true)]
async fn a_batch_ends_with_its_window() {
    let world = World::new(1, |_, _| Reply::done());
    let producer = async {
        for _ in 0..4 {
            sleep(Duration::from_millis(200)).await;
            world.append(0, 1);
        }
    };
    let mapping = world.run_for(Duration::from_secs(2));
    let (tally, ()) = tokio::join!(mapping, producer);
    // Records at 200, 400, 600 and 800 ms: the window that the first one opens ends at 700 ms.
    assert_eq!(world.offsets(), [offsets(0..3), offsets(3..4)]);
    assert_eq!(world.times(), [700, 1_300]);
    assert_eq!(tally.succeeded, 4);
}

#[tokio::test(start_paused = true)]
async fn without_a_window_records_are_handed_over_as_they_come() {
    let mut world = World::new(1, |_, _| Reply::done());
    world.settings.window = Duration::ZERO;
    let producer = async {
        for _ in 0..3 {
            sleep(Duration::from_millis(10)).await;
            world.append(0, 1);
        }
    };
    tokio::join!(world.run_for(Duration::from_secs(1)), producer);
    assert_eq!(world.times(), [10, 20, 30]);
}

/// "The whole payload is at most 6 MB (base64 included), 10,000 records."
#[tokio::test(start_paused = true)]
async fn a_batch_ends_before_its_event_passes_6_mb() {
    let mut world = World::new(2, |_, _| Reply::done());
    world.settings.batch_size = 10_000;
    for _ in 0..20 {
        world.append_sized(0, 700_000);
        world.append_sized(1, 650_000);
    }
    world.run().await;
    let calls = world.function.calls();
    let records: usize = calls.iter().map(|call| call.records.len()).sum();
    assert_eq!(records, 40);
    for call in &calls {
        assert!(call.bytes <= MAX_EVENT_BYTES, "{}", call.bytes);
    }
    // Six of 934 KB in base64 fit, and a seventh does not.
    assert!(calls.iter().filter(|call| call.records.len() >= 6).count() >= 4, "{calls:?}");
}

/// The limit to the byte: an event of 6 MB is handed over, and one byte more is not.
#[tokio::test(start_paused = true)]
async fn six_mb_are_counted_to_the_byte() {
    let envelope = {
        let world = World::new(1, |_, _| Reply::done());
        world.append_sized(0, 3);
        world.append_sized(0, 3);
        world.run().await;
        world.function.calls()[0].bytes - 4
    };
    // Two records with base64 of 4 bytes in the first and of the rest in the second.
    for (over, calls) in [(0, 1), (4, 2)] {
        let mut world = World::new(1, |_, _| Reply::done());
        world.settings.batch_size = 2;
        world.append_sized(0, 3);
        let room = (MAX_EVENT_BYTES - envelope) / 4 * 4 + over;
        world.append_sized(0, room / 4 * 3);
        world.run().await;
        assert_eq!(world.function.calls().len(), calls, "{over} bytes over");
    }
}

/// "`requestContext.condition` (`RetryAttemptsExhausted`, `MaximumPayloadSizeExceeded` […])": a
/// record that alone makes too large an event is given up without being handed over.
#[tokio::test(start_paused = true)]
async fn a_record_that_is_too_large_goes_to_the_destination_and_the_rest_goes_on() {
    let world = World::new(1, |_, _| Reply::done()).with_destination();
    world.append(0, 2);
    world.append_sized(0, 5_000_000);
    world.append(0, 2);
    let tally = world.run().await;
    assert_eq!(world.offsets(), [offsets(0..2), offsets(3..5)]);
    let stored = world.stored.batches();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].condition, Condition::MaximumPayloadSizeExceeded);
    assert_eq!((stored[0].invocations, stored[0].records.len()), (0, 1));
    assert!(stored[0].event.len() > MAX_EVENT_BYTES);
    assert_eq!((tally.succeeded, tally.stored), (4, 1));
    assert_eq!(world.log.committed(), [5]);
}

/// "One invocation can hold several partitions."
#[tokio::test(start_paused = true)]
async fn partitions_share_a_batch() {
    let world = World::new(3, |_, _| Reply::done());
    world.append(0, 2);
    world.append(2, 1);
    world.run().await;
    let calls = world.function.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].records, [(0, 0), (0, 1), (2, 0)]);
    assert_eq!(world.log.committed(), [2, 0, 1]);
}
