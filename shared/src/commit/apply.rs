use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use smallvec::SmallVec;

use super::CommitContext;
use super::labels::{Counted, source};
use super::placed::{Events, Placed};
use super::surroundings::Surroundings;
use super::topics::OnSuspiciousDuplicate;
use super::work::Progress;
use crate::alerts::{Alert, Cause, Evidence, Fact, PastRecord};
use crate::circumstances::Circumstances;
use crate::detectors::{Note, Raised};
use crate::entity::EntityKind;
use crate::events::Event;
use crate::fraud::{LabelFate, REMEMBERED_LABELS};
use crate::kafka::{Offset, Redrive};
use crate::state::{Body, EntityState, Epoch, Origin, OutboxEntry, Position, Stretch, Verdict};
use crate::time::EventTime;

/// The longest message, the longest text and the most facts that an alert may hold, so that no
/// detector can make a state too large to be written.
const MESSAGE_LIMIT: usize = 1_024;
const TEXT_LIMIT: usize = 256;
const FACT_LIMIT: usize = 32;
/// How far an event may be ahead of its record before that is counted.
const AHEAD: Duration = Duration::from_hours(1);

/// What came of applying events to one state, which holds only once that state is committed.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    /// One verdict per event, for as many events as could be applied at once.
    pub(super) verdicts: Verdicts,
    /// How many entries the outbox held before.
    pub(super) carried: usize,
    /// Whether the state changed, and so has to be committed.
    pub(super) changed: bool,
    /// What is to be counted besides what is in the outbox.
    pub(super) notes: Vec<Note>,
}

/// One per event, in order: nearly every entity has so few that they stand here.
pub(super) type Verdicts = SmallVec<[Verdict; 16]>;

/// A detector panicked on the event at this place of the list.
#[derive(Debug)]
pub(super) struct Panicked(pub(super) usize);

/// How an event is noted as applied.
#[derive(Clone, Copy, Debug)]
enum Advance {
    Usual,
    /// As the first one of its topic's next life.
    OpenEpoch,
    /// As one that somebody says was never applied.
    Vouched,
}

/// Applies the remaining events of an entity, in order, to its state.
///
/// Stops when the outbox is full, and before a new event once one has been held back: it could
/// change the verdict on that one, which therefore has to be in the dead-letter queue first. A
/// customer stops after as many labels as it remembers, those it had counted before included, and a
/// calibrator before a label that its customer has not been committed with.
///
/// A panic leaves the state half changed: the caller must throw it away.
pub(super) fn apply(
    state: &mut EntityState,
    progress: Progress<'_>,
    events: &Events<'_>,
    context: &CommitContext<'_>,
    surroundings: &Surroundings<'_>,
) -> Result<Attempt, Panicked> {
    let mut attempt = Attempt { carried: state.outbox.entries().len(), ..Attempt::default() };
    attempt.verdicts.reserve_exact(progress.remaining().len());
    let mut held_back = progress.held_back(events);
    let mut is_waiting = false;
    let mut counted = 0;
    for &place in progress.remaining() {
        if state.outbox.is_full() || counted >= REMEMBERED_LABELS {
            return Ok(attempt);
        }
        let Some(Counted(labelled)) = labelled(state, place, surroundings) else {
            return Ok(attempt);
        };
        let placed = &events[place];
        match decide(state, &placed.position, context) {
            Ok(_) if is_waiting => return Ok(attempt),
            Ok(how) => {
                let from = covers_from(placed, events.run(placed), &held_back);
                let applied = catch_unwind(AssertUnwindSafe(|| {
                    let epoch = advance(state, placed, how, from);
                    let circumstances = Circumstances {
                        settings: context.settings,
                        source: source(placed, epoch),
                        learnt: surroundings.elsewhere.learnt(&placed.event),
                        labelled,
                    };
                    take(state, placed, epoch, &circumstances, context)
                }));
                let notes = applied.map_err(|_| Panicked(place))?;
                counted += usize::from(notes.contains(&Note::Label(LabelFate::Counted)));
                attempt.notes.extend(notes);
                attempt.changed = true;
                attempt.verdicts.push(Verdict::New);
            }
            Err(known) => {
                counted += usize::from(is_customers_label(state, placed));
                if known.is_held_back() {
                    is_waiting = true;
                    held_back.push(placed.position);
                }
                attempt.verdicts.push(known);
            }
        }
    }
    if attempt.changed {
        cover(state, progress, events, &held_back, surroundings);
    }
    Ok(attempt)
}

/// For a calibrator what the label at this place counts for; nothing if that is not known yet. All
/// others need not know.
fn labelled(state: &EntityState, place: usize, surroundings: &Surroundings<'_>) -> Option<Counted> {
    match state.body {
        Body::Calibrator(_) => surroundings.labels.counted(place),
        _ => Some(Counted(None)),
    }
}

/// Whether this is a label, and the state its customer's.
fn is_customers_label(state: &EntityState, placed: &Placed<'_>) -> bool {
    matches!((&state.body, &placed.event), (Body::User(_), Event::TransactionLabel(_)))
}

/// How to apply an event, or why not to.
fn decide(
    state: &EntityState,
    position: &Position,
    context: &CommitContext<'_>,
) -> Result<Advance, Verdict> {
    let origin = if context.redrive.is_some() { Origin::Redriven } else { Origin::Live };
    match state.watermarks.judge(position, origin) {
        Verdict::New => Ok(Advance::Usual),
        Verdict::Suspicious if context.on_suspicious == OnSuspiciousDuplicate::Apply => {
            Ok(Advance::OpenEpoch)
        }
        Verdict::Unsure if context.redrive == Some(Redrive::Apply) => {
            match state.watermarks.judge(&position.vouched(), origin) {
                Verdict::New => Ok(Advance::Vouched),
                known => Err(known),
            }
        }
        known => Err(known),
    }
}

/// From which offset on every record of the entity is done once this one is. A partition's records
/// come by offset, so that of those held back the last one is the closest below.
fn covers_from(placed: &Placed<'_>, run: Stretch, held_back: &[Position]) -> Offset {
    let partition = placed.position.partition_id();
    let before = held_back.iter().rfind(|one| one.partition_id() == partition);
    let behind_it = before.map(|one| Offset(one.offset.0.saturating_add(1)));
    behind_it.map_or(run.first, |behind_it| run.first.max(behind_it))
}

/// Notes an event as applied, and returns the epoch that it counts to.
fn advance(state: &mut EntityState, placed: &Placed<'_>, how: Advance, from: Offset) -> Epoch {
    let position = &placed.position;
    match how {
        Advance::Usual => state.watermarks.advance(position, from),
        Advance::OpenEpoch => state.watermarks.open_epoch(position, from),
        Advance::Vouched => {
            let vouched = position.vouched();
            let epoch = state.watermarks.advance(&vouched, vouched.offset);
            let only_it = Stretch::between(vouched.offset, vouched.offset);
            state.watermarks.cover(vouched.partition_id(), only_it, None);
            epoch
        }
    }
}

fn take(
    state: &mut EntityState,
    placed: &Placed<'_>,
    epoch: Epoch,
    circumstances: &Circumstances<'_>,
    context: &CommitContext<'_>,
) -> Vec<Note> {
    let emitted = (context.take)(&mut state.body, &placed.event, circumstances);
    for closed in emitted.closed {
        state.outbox.push(OutboxEntry::Closed(closed));
    }
    for raised in emitted.raised {
        let alert = alert(raised, placed, epoch, context);
        state.outbox.push(OutboxEntry::Alert(alert));
    }
    let mut notes = emitted.notes;
    notes.extend(ahead(state, placed));
    notes
}

/// What there is to count of an event whose time is well after its record's own: of a clock that runs
/// ahead, or of nonsense.
fn ahead(state: &EntityState, placed: &Placed<'_>) -> Option<Note> {
    let entity = match &state.body {
        Body::User(_) => EntityKind::User,
        Body::Sensor(_) => EntityKind::Sensor,
        _ => return None,
    };
    let recorded = EventTime::from_millis(placed.position.time?.0);
    let is_ahead = placed.event.time().since(recorded) > AHEAD;
    is_ahead.then_some(Note::Ahead(entity.name()))
}

/// Nothing of the event is left for this entity: all it tells of a partition is done, but for what
/// was held back.
fn cover(
    state: &mut EntityState,
    progress: Progress<'_>,
    events: &Events<'_>,
    held_back: &[Position],
    surroundings: &Surroundings<'_>,
) {
    let mut before = None;
    for placed in progress.events.iter().map(|&place| &events[place]) {
        let partition = placed.position.partition_id();
        if before.replace((partition, placed.run)) == Some((partition, placed.run)) {
            continue;
        }
        let of_partition = held_back.iter().filter(|one| one.partition_id() == partition);
        for done in events.run(placed).without(of_partition.map(|one| one.offset)) {
            let settled = surroundings.settled.get(&partition).copied();
            state.watermarks.cover(partition, done, settled);
        }
    }
}

/// The alert of the record that raised it, or of the earlier one that it is about.
fn alert(raised: Raised, placed: &Placed<'_>, epoch: Epoch, context: &CommitContext<'_>) -> Alert {
    let this = || source(placed, epoch).past(placed.event.time());
    let PastRecord { source, epoch, time } = raised.of.unwrap_or_else(this);
    let cause = Cause {
        cluster: context.cluster,
        topic: &source.topic,
        partition: source.partition,
        epoch: epoch.0,
        offset: source.offset,
        detector: raised.detector,
        qualifier: &raised.qualifier,
    };
    Alert {
        id: cause.id(),
        detector: raised.detector.into(),
        severity: raised.severity,
        event_time: time,
        message: cut(raised.message, MESSAGE_LIMIT),
        evidence: raised.evidence.into_iter().take(FACT_LIMIT).map(bounded).collect(),
        source,
        merged: raised.merged,
        shadow: context.settings.detectors_shadow.contains(raised.detector),
    }
}

fn bounded(fact: Fact) -> Fact {
    match fact.value {
        Evidence::Text(text) => Fact { value: Evidence::Text(cut(text, TEXT_LIMIT)), ..fact },
        _ => fact,
    }
}

fn cut(mut text: String, limit: usize) -> String {
    text.truncate(text.floor_char_boundary(limit));
    text
}

#[cfg(test)]
mod tests {
    use super::super::Take;
    use super::super::examples::{applied, payments};
    use super::super::work::Work;
    use super::*;
    use crate::alerts::Severity;
    use crate::kafka::Batch;
    use crate::state::{Body, Emitted};

    /// Two users, `anna` at offset 0 and `bert` at 1, each with a payment above the limit.
    const EVENT: &str = r#"{"eventSource":"aws:kafka","eventSourceArn":"arn","records":{"pay-0":[
        {"topic":"pay","partition":0,"offset":0,"timestamp":1767600000000,
         "value":"eyJ1c2VySWQiOiJhbm5hIiwiYW1vdW50Ijo1MDAwMH0="},
        {"topic":"pay","partition":0,"offset":1,"timestamp":1767600000000,
         "value":"eyJ1c2VySWQiOiJiZXJ0IiwiYW1vdW50Ijo1MDAwMH0="}]}}"#;

    /// The two users, with their payments applied.
    fn works(take: Take) -> Vec<Work> {
        let batch = Batch::decode(EVENT.as_bytes()).unwrap();
        let triage = payments(&batch);
        let users = triage.groups.entities.into_iter();
        users.map(|user| applied(user, &triage.events, take)).collect()
    }

    fn panics_on_anna(
        body: &mut Body,
        event: &Event<'_>,
        circumstances: &Circumstances<'_>,
    ) -> Emitted {
        if let Event::Transaction(payment) = event {
            assert!(payment.user_id != "anna", "a detector of the user's own");
        }
        body.take_in(event, circumstances)
    }

    #[test]
    fn a_detector_that_panics_costs_its_entity_and_no_other() {
        let works = works(panics_on_anna);
        let [anna, bert] = &works[..] else { panic!("two users, not {}", works.len()) };
        let reason = anna.failure.as_deref().unwrap();
        assert!(reason.contains("topic pay, partition 0, offset 0"), "{reason}");
        assert!(anna.stored.is_none() && anna.attempt.is_none());
        assert_eq!(anna.undone(), [0]);
        assert!(bert.failure.is_none() && bert.is_to_commit());
    }

    #[test]
    fn an_alert_says_where_it_comes_from_and_is_bounded() {
        let verbose: Take = |_, _, _| Emitted {
            raised: vec![Raised {
                evidence: vec![Fact::new("text", "x".repeat(5_000).as_str()); 100],
                ..Raised::new("verbose", "", Severity::Low, "é".repeat(2_000))
            }],
            ..Emitted::default()
        };
        let works = works(verbose);
        let outbox = &works[1].stored.as_ref().unwrap().state.outbox;
        let [OutboxEntry::Alert(alert)] = outbox.entries() else { panic!("{outbox:?}") };
        let source = &alert.source;
        assert_eq!((source.topic.as_str(), source.offset.0), ("pay", 1));
        assert_eq!((alert.message.len(), alert.evidence.len()), (1_024, 32));
        assert!(matches!(&alert.evidence[0].value, Evidence::Text(text) if text.len() == 256));
    }
}
