//! What a partition's own state is told besides its events: which records are done for everyone.

use std::sync::Arc;

use super::placed::{Events, Placed};
use super::work::Work;

/// Which events, by their place in the list, are not yet part of every state that they concern.
pub(super) fn outstanding<'w>(
    others: impl Iterator<Item = &'w Work>,
    events: &[Placed<'_>],
) -> Vec<bool> {
    let mut outstanding = vec![false; events.len()];
    for place in others.flat_map(Work::outstanding) {
        outstanding[place] = true;
    }
    outstanding
}

/// Notes in a partition's applied state where every record is done for every entity. Other states
/// close their holes with it, so it must never say too much.
pub(super) fn settle(partition: &mut Work, events: &Events<'_>, outstanding: &[bool]) {
    let (Some(stored), Some(attempt)) = (&mut partition.stored, &mut partition.attempt) else {
        return;
    };
    let state = Arc::make_mut(&mut stored.state);
    let places = &partition.group.events;
    for of_run in places.chunk_by(|one, next| events[*one].run == events[*next].run) {
        let first = &events[of_run[0]];
        let left_out = of_run.iter().filter(|place| outstanding[**place]);
        for done in events.run(first).without(left_out.map(|place| events[*place].position.offset))
        {
            let is_news = state.watermarks.settle(first.position.partition_id(), done);
            attempt.changed |= is_news;
        }
    }
}
