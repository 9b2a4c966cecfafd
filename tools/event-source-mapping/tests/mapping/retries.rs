//! Batches that fail and come again.

use std::time::Duration;

use millrace_event_source_mapping::{Condition, FunctionFailure};

use crate::scripted::Reply;
use crate::world::{START_MS, World, offsets};

/// "On-demand mode retries a failing batch until it succeeds or the records expire"
#[tokio::test(start_paused = true)]
async fn a_failing_batch_comes_again_whole_after_waits_that_double() {
    let world = World::new(1, |number, _| if number < 4 { Reply::error() } else { Reply::done() });
    world.append(0, 3);
    let tally = world.run().await;
    assert_eq!(world.offsets(), vec![offsets(0..3); 5]);
    assert_eq!(world.times(), [0, 500, 1_500, 3_500, 7_500]);
    assert_eq!((tally.retries, tally.succeeded, tally.dropped), (4, 3, 0));
    assert_eq!(tally.failures, [(FunctionFailure::Error, 4)].into());
    assert_eq!(world.log.committed(), [3]);
}

/// "Maximum retry attempts – The maximum number of times Lambda retries when your function returns
/// an error. This doesn't count the initial invocation attempt."
#[tokio::test(start_paused = true)]
async fn a_batch_is_given_up_after_its_retries_and_the_next_one_comes() {
    let mut world =
        World::new(1, |number, _| if number < 3 { Reply::error() } else { Reply::done() })
            .with_destination();
    world.settings.retries = Some(2);
    world.append(0, 150);
    let tally = world.run().await;
    let first = offsets(0..100);
    assert_eq!(world.offsets(), [first.clone(), first.clone(), first, offsets(100..150)]);
    let stored = world.stored.batches();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].condition, Condition::RetryAttemptsExhausted);
    assert_eq!((stored[0].invocations, stored[0].records.len()), (3, 100));
    assert_eq!(stored[0].request_id, "request-2");
    assert!(stored[0].has_function_error);
    assert_eq!(stored[0].time, START_MS + 1_500);
    assert_eq!((tally.succeeded, tally.stored, tally.dropped), (50, 100, 0));
    assert!(!tally.is_success());
    assert_eq!(world.log.committed(), [150]);
}

/// Without a destination what is given up is gone: `DroppedEventCount`.
#[tokio::test(start_paused = true)]
async fn without_a_destination_what_is_given_up_is_dropped() {
    let mut world = World::new(1, |_, _| Reply::error());
    world.settings.retries = Some(0);
    world.append(0, 7);
    let tally = world.run().await;
    assert_eq!((tally.invocations, tally.dropped, tally.stored), (1, 7, 0));
    assert_eq!(world.log.committed(), [7]);
}

/// "Infinite retries together with any on-failure destination are capped at 10 retries."
#[tokio::test(start_paused = true)]
async fn infinite_retries_end_at_ten_where_there_is_a_destination() {
    let world = World::new(1, |_, _| Reply::error()).with_destination();
    world.append(0, 1);
    let tally = world.run().await;
    assert_eq!((tally.invocations, tally.retries, tally.stored), (11, 10, 1));
}

#[tokio::test(start_paused = true)]
async fn infinite_retries_without_a_destination_have_no_end() {
    let world = World::new(1, |_, _| Reply::error());
    world.append(0, 1);
    let tally = world.run_for(Duration::from_hours(1)).await;
    assert!(tally.invocations > 100, "{}", tally.invocations);
    assert_eq!((tally.dropped, tally.abandoned), (0, 1));
    assert_eq!(world.log.committed(), [0]);
}

/// "Records can come again after a timeout": timeouts, crashes and responses that are too large are
/// failures as errors are.
#[tokio::test(start_paused = true)]
async fn every_way_of_failing_is_retried() {
    use FunctionFailure::{Crashed, Error, ResponseTooLarge, TimedOut};
    let ways = [TimedOut, Crashed, ResponseTooLarge, Error];
    let world = World::new(1, move |number, _| {
        ways.get(number).map_or_else(Reply::done, |way| Reply::Fail(*way))
    });
    world.append(0, 2);
    let tally = world.run().await;
    assert_eq!(world.offsets(), vec![offsets(0..2); 5]);
    assert_eq!(tally.failures, ways.map(|way| (way, 1)).into());
    assert!(tally.is_success());
}

/// "Before invocation: If a Lambda event source mapping is unable to invoke the function due to
/// throttling or other issues, it retries until the records expire": it is no retry.
#[tokio::test(start_paused = true)]
async fn what_was_not_invoked_is_not_counted_as_a_retry() {
    let mut world =
        World::new(1, |number, _| if number < 20 { Reply::NotInvoked } else { Reply::done() });
    world.settings.retries = Some(0);
    world.append(0, 1);
    let tally = world.run().await;
    assert_eq!((tally.not_invoked, tally.invocations, tally.succeeded), (20, 1, 1));
}

/// "Maximum record age – The maximum age of a record that Lambda sends to your function."
#[tokio::test(start_paused = true)]
async fn a_record_that_is_too_old_is_not_handed_over() {
    let mut world = World::new(1, |_, _| Reply::done()).with_destination();
    world.settings.max_record_age = Some(Duration::from_mins(1));
    world.append_at(0, START_MS - 60_001);
    world.append_at(0, START_MS - 60_000);
    // Without a timestamp there is no age.
    world.append_at(0, -1);
    let tally = world.run().await;
    assert_eq!(world.offsets(), [[1, 2]]);
    let stored = world.stored.batches();
    assert_eq!(stored[0].condition, Condition::RecordAgeExceeded);
    assert_eq!((stored[0].invocations, world.stored.records()), (0, vec![(0, 0)]));
    assert_eq!((tally.succeeded, tally.stored), (2, 1));
    assert_eq!(world.log.committed(), [3]);
}

#[tokio::test(start_paused = true)]
async fn a_failing_batch_is_given_up_when_its_records_get_too_old() {
    let mut world =
        World::new(
            1,
            |_, call| {
                if call.records.contains(&(0, 0)) { Reply::error() } else { Reply::done() }
            },
        )
        .with_destination();
    world.settings.max_record_age = Some(Duration::from_mins(1));
    world.settings.retries = Some(10_000);
    world.append_at(0, START_MS - 30_000);
    world.append_at(0, START_MS);
    let tally = world.run().await;
    // Tried for 30 s: at 0, 0.5, 1.5, 3.5, 7.5 and 15.5 s. At 31.5 s one of the two is too old.
    let both = vec![0, 1];
    let expected = [vec![both; 6], vec![vec![1]]].concat();
    assert_eq!(world.offsets(), expected);
    assert_eq!(world.stored.records(), [(0, 0)]);
    assert_eq!(world.stored.batches()[0].invocations, 6);
    assert_eq!((tally.succeeded, tally.stored), (1, 1));
}

/// "Split batch on error – When your function returns an error, split the batch into two smaller
/// batches and retry each separately."
#[tokio::test(start_paused = true)]
async fn halving_finds_the_record_that_fails() {
    let mut world =
        World::new(
            1,
            |_, call| {
                if call.records.contains(&(0, 5)) { Reply::error() } else { Reply::done() }
            },
        )
        .with_destination();
    world.settings.bisect = true;
    world.settings.retries = Some(1);
    world.append(0, 8);
    let tally = world.run().await;
    let calls: [&[i64]; 8] = [
        &[0, 1, 2, 3, 4, 5, 6, 7],
        &[0, 1, 2, 3],
        &[4, 5, 6, 7],
        &[4, 5],
        &[4],
        &[5],
        &[5], // "Splitting batches doesn't consume the retry quota."
        &[6, 7],
    ];
    assert_eq!(world.offsets(), calls);
    assert_eq!(world.stored.records(), [(0, 5)]);
    assert_eq!((tally.bisected, tally.retries, tally.succeeded, tally.stored), (3, 1, 7, 1));
    assert_eq!(world.log.committed(), [8]);
}

/// The first half is committed when it is done, whatever becomes of the second.
#[tokio::test(start_paused = true)]
async fn a_half_that_is_done_is_committed() {
    let mut world =
        World::new(
            1,
            |_, call| {
                if call.records.contains(&(0, 3)) { Reply::error() } else { Reply::done() }
            },
        );
    world.settings.bisect = true;
    world.append(0, 4);
    world.run_for(Duration::from_mins(1)).await;
    assert_eq!(world.log.committed(), [3]);
}
