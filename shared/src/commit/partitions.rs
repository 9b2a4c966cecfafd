//! What a partition's own state is told besides its events: which records are done for everyone.

use std::sync::Arc;

use super::placed::Events;
use super::work::Work;
use crate::kafka::Offset;

/// Which events, by their place in the list, are not yet part of every state that they concern.
pub(super) fn outstanding<'w>(
    others: impl Iterator<Item = &'w Work>,
    events: &Events<'_>,
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
    // Of all runs: where an event, one made by hand, holds an offset twice, sorting mixes the events of two
    // runs, and neighbours are not all of a run.
    let left_out: Vec<Offset> = places
        .iter()
        .filter(|place| outstanding[**place])
        .map(|place| events[*place].position.offset)
        .collect();
    for of_run in places.chunk_by(|one, next| events[*one].run == events[*next].run) {
        let first = &events[of_run[0]];
        let run = events.run(first);
        let from = left_out.partition_point(|offset| *offset < run.first);
        let within = left_out[from..].iter().copied().take_while(|offset| *offset <= run.last);
        for done in run.without(within) {
            let is_news = state.watermarks.settle(first.position.partition_id(), done);
            attempt.changed |= is_news;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::{applied, payments};
    use super::*;
    use crate::kafka::Batch;
    use crate::state::Body;

    /// An event made by hand: the offsets 5 and 6 of a partition stand in two lists, with another partition between
    /// them. Each is a payment of `anna`.
    fn event() -> String {
        let record = |partition: i32, offset: i64| {
            format!(
                r#"{{"topic":"pay","partition":{partition},"offset":{offset},"timestamp":1767600000000,
                    "value":"eyJ1c2VySWQiOiJhbm5hIiwiYW1vdW50Ijo1fQ=="}}"#
            )
        };
        let (twice, between, once) =
            ([record(0, 5), record(0, 6)].join(","), record(1, 1), record(0, 7));
        format!(
            r#"{{"records":{{"pay-0":[{twice}],"pay-1":[{between}],"again":[{twice},{once}]}}}}"#
        )
    }

    #[test]
    fn what_is_outstanding_is_not_done_because_another_list_holds_its_offset_too() {
        let event = event();
        let batch = Batch::decode(event.as_bytes()).unwrap();
        let triage = payments(&batch);
        let events = triage.events;
        let of_partition = triage.groups.partitions.into_iter().find(|one| one.events.len() == 5);
        let mut work = applied(of_partition.unwrap(), &events, Body::take_in);
        let is_6 = |place: usize| events[place].position.offset == Offset(6);
        let outstanding: Vec<bool> = (0..events.len()).map(is_6).collect();
        settle(&mut work, &events, &outstanding);

        let id = events[work.group.events[0]].position.partition_id();
        let state = &work.stored.as_ref().unwrap().state;
        let settled = state.watermarks.settled(id).unwrap();
        assert_eq!([5, 6, 7].map(|offset| settled.holds(Offset(offset))), [true, false, true]);
    }
}
