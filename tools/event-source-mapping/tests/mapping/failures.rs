//! Destinations that refuse, functions that never answer.

use std::future::pending;

use millrace_event_source_mapping::{FunctionFailure, MappingError, Until};

use crate::scripted::Reply;
use crate::stored::Stored;
use crate::world::World;

#[tokio::test(start_paused = true)]
async fn a_destination_that_refuses_is_tried_again() {
    let mut world = World::new(1, |_, _| Reply::error()).with_destination();
    world.settings.retries = Some(0);
    world.stored = Stored::refusing(3).into();
    world.append(0, 2);
    let tally = world.run().await;
    assert_eq!((tally.destination_errors, tally.stored, tally.invocations), (3, 2, 1));
    assert_eq!(world.log.committed(), [2]);
}

/// Nothing that is neither done nor stored is committed, even at the price of standing still.
#[tokio::test(start_paused = true)]
async fn a_destination_that_keeps_refusing_ends_the_mapping_and_nothing_is_lost() {
    let mut world =
        World::new(1, |number, _| if number == 0 { Reply::done() } else { Reply::error() })
            .with_destination();
    world.settings.retries = Some(0);
    world.settings.batch_size = 2;
    world.stored = Stored::refusing(usize::MAX).into();
    world.append(0, 10);
    let error = world.try_run().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "a failed batch could not be stored in s3://failed, tried 5 times: no such bucket; its \
         records are not committed"
    );
    assert_eq!(world.log.committed(), [2]);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_never_answers_ends_a_mapping_without_patience() {
    use FunctionFailure::{Crashed, TimedOut};
    for reply in [Reply::NotInvoked, Reply::Fail(TimedOut), Reply::Fail(Crashed)] {
        let world = World::new(1, move |_, _| reply.clone());
        world.append(0, 10);
        let mapping = world.mapping().with_patience(3);
        let ended = mapping.run(&mut world.log.consumer(), Until::Stopped, pending()).await;
        let Err(MappingError::NoAnswer { attempts: 3, .. }) = ended else { panic!("{ended:?}") };
        assert_eq!((world.function.calls().len(), world.log.committed()), (3, vec![0]));
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_that_has_answered_once_is_waited_for() {
    let world = World::new(1, |number, _| match number {
        0 => Reply::error(),
        1..20 => Reply::Fail(FunctionFailure::TimedOut),
        _ => Reply::done(),
    });
    world.append(0, 1);
    let mapping = world.mapping().with_patience(3);
    let ended = mapping.run(&mut world.log.consumer(), Until::EndOffsets, pending()).await;
    assert!(ended.unwrap().is_success());
}
