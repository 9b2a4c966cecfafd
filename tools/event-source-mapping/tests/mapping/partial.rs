//! Answers that list failed records.

use std::time::Duration;

use millrace_event_source_mapping::{Condition, PartialFailures};

use crate::scripted::{Call, Reply};
use crate::world::{World, offsets};

fn reporting(world: World, reading: PartialFailures) -> World {
    let mut world = world.with_destination();
    world.settings.partial_failures = Some(reading);
    world
}

/// "The documents can be read two ways (only the listed records come again, …)"
#[tokio::test(start_paused = true)]
async fn only_the_listed_records_come_again() {
    let script = |number, _: &_| match number {
        0 => Reply::listed(&[(0, 7), (0, 2)]),
        1 => Reply::listed(&[(0, 2)]),
        _ => Reply::done(),
    };
    let world = reporting(World::new(1, script), PartialFailures::ListedOnly);
    world.append(0, 10);
    let tally = world.run().await;
    assert_eq!(world.offsets(), [offsets(0..10), vec![2, 7], vec![2]]);
    assert_eq!((tally.partial_failures, tally.retries, tally.succeeded), (2, 2, 10));
    assert_eq!(world.log.committed(), [10]);
}

/// "(…, or all from the lowest listed offset on)"
#[tokio::test(start_paused = true)]
async fn all_from_the_lowest_listed_record_on_come_again() {
    let script = |number, _: &_| match number {
        0 => Reply::listed(&[(0, 7), (0, 2)]),
        1 => Reply::listed(&[(0, 9)]),
        _ => Reply::done(),
    };
    let world = reporting(World::new(1, script), PartialFailures::FromLowestListed);
    world.append(0, 10);
    let tally = world.run().await;
    assert_eq!(world.offsets(), [offsets(0..10), offsets(2..10), vec![9]]);
    assert_eq!(tally.succeeded, 10);
}

/// The lowest offset is each partition's own, and one that is not listed is done.
#[tokio::test(start_paused = true)]
async fn partitions_are_read_each_by_itself() {
    let script = |number, _: &_| match number {
        0 => Reply::listed(&[(0, 1), (2, 2)]),
        _ => Reply::done(),
    };
    for (reading, again) in [
        (PartialFailures::ListedOnly, vec![(0, 1), (2, 2)]),
        (PartialFailures::FromLowestListed, vec![(0, 1), (0, 2), (2, 2)]),
    ] {
        let world = reporting(World::new(3, script), reading);
        for partition in 0..3 {
            world.append(partition, 3);
        }
        world.run().await;
        let calls = world.function.calls();
        assert_eq!(calls.len(), 2);
        assert_eq!(calls[1].records, again);
        assert_eq!(world.log.committed(), [3, 3, 3]);
    }
}

/// What is below the lowest failed record is committed, and a partition without one goes on.
#[tokio::test(start_paused = true)]
async fn what_is_done_is_committed_while_the_rest_is_tried_again() {
    let script = |_, call: &Call| {
        if call.records.contains(&(0, 4)) { Reply::listed(&[(0, 4)]) } else { Reply::done() }
    };
    let mut world = reporting(World::new(2, script), PartialFailures::ListedOnly);
    world.settings.retries = Some(10_000);
    world.append(0, 10);
    world.append(1, 10);
    let producer = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        world.append(1, 5);
    };
    tokio::join!(world.run_for(Duration::from_mins(1)), producer);
    assert_eq!(world.log.committed(), [4, 15]);
}

/// "one identifier that was not in the event makes Lambda retry the **entire** batch"
#[tokio::test(start_paused = true)]
async fn an_unknown_identifier_brings_the_whole_batch_again() {
    let script = |number, _: &_| match number {
        0 => Reply::listed(&[(0, 2), (0, 3)]),
        1 => Reply::listed(&[(1, 0)]),
        2 => Reply::Answer("<html>".to_owned()),
        _ => Reply::done(),
    };
    let world = reporting(World::new(1, script), PartialFailures::ListedOnly);
    world.append(0, 3);
    let tally = world.run().await;
    assert_eq!(world.offsets(), vec![offsets(0..3); 4]);
    assert_eq!((tally.bad_answers, tally.retries, tally.succeeded), (3, 3, 3));
}

/// "Where `ReportBatchItemFailures` is off the list is ignored and the offsets are committed"
#[tokio::test(start_paused = true)]
async fn a_list_is_ignored_where_it_is_not_asked_for() {
    for answer in
        [Reply::listed(&[(0, 0)]), Reply::listed(&[(9, 9)]), Reply::Answer("<".to_owned())]
    {
        let world = World::new(1, move |_, _| answer.clone());
        world.append(0, 3);
        let tally = world.run().await;
        assert_eq!((tally.invocations, tally.succeeded), (1, 3));
        assert_eq!(world.log.committed(), [3]);
    }
}

/// "`null`, `{}` or an empty list is success"
#[tokio::test(start_paused = true)]
async fn an_empty_answer_is_success() {
    for answer in ["null", "{}", "[]", r#"{"batchItemFailures":[]}"#, ""] {
        let script = move |_, _: &_| Reply::Answer(answer.to_owned());
        let world = reporting(World::new(1, script), PartialFailures::ListedOnly);
        world.append(0, 3);
        assert_eq!(world.run().await.invocations, 1, "{answer}");
        assert_eq!(world.log.committed(), [3]);
    }
}

/// What is listed again and again is given up, and nothing else.
#[tokio::test(start_paused = true)]
async fn listed_records_are_given_up_after_their_retries() {
    let script = |_, call: &Call| {
        let failing: Vec<(i32, i64)> =
            call.records.iter().copied().filter(|(_, offset)| offset % 4 == 1).collect();
        Reply::listed(&failing)
    };
    let mut world = reporting(World::new(1, script), PartialFailures::ListedOnly);
    world.settings.retries = Some(2);
    // A list is no error of the function: nothing is halved.
    world.settings.bisect = true;
    world.append(0, 8);
    let tally = world.run().await;
    assert_eq!(world.offsets(), [offsets(0..8), vec![1, 5], vec![1, 5]]);
    assert_eq!(world.stored.records(), [(0, 1), (0, 5)]);
    let stored = &world.stored.batches()[0];
    assert_eq!(stored.condition, Condition::RetryAttemptsExhausted);
    assert!(!stored.has_function_error);
    assert_eq!(crate::scripted::records(&stored.event), [(0, 1), (0, 5)]);
    assert_eq!((tally.succeeded, tally.stored, tally.bisected), (6, 2, 0));
    assert_eq!(world.log.committed(), [8]);
}
