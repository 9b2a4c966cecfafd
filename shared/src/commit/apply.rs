use std::panic::{AssertUnwindSafe, catch_unwind};

use super::CommitContext;
use super::topics::OnSuspiciousDuplicate;
use super::triage::Placed;
use crate::alerts::{Alert, AlertSource, Cause, Evidence, Fact};
use crate::detectors::{Note, Raised};
use crate::kafka::Record;
use crate::state::{EntityState, Epoch, OutboxEntry, Verdict};

/// The longest message, the longest text and the most facts that an alert may hold, so that no
/// detector can make a state too large to be written.
const MESSAGE_LIMIT: usize = 1_024;
const TEXT_LIMIT: usize = 256;
const FACT_LIMIT: usize = 32;

/// What came of applying events to one state, which holds only once that state is committed.
#[derive(Debug)]
pub(super) struct Attempt {
    /// One verdict per event, for as many events as there was room for in the outbox.
    pub(super) verdicts: Vec<Verdict>,
    /// How many entries the outbox held before.
    pub(super) carried: usize,
    /// What is to be counted besides what is in the outbox.
    pub(super) notes: Vec<Note>,
}

/// A detector panicked on the event at this place of the list.
#[derive(Debug)]
pub(super) struct Panicked(pub(super) usize);

impl Attempt {
    /// Whether the state changed, and so has to be committed.
    pub(super) fn changed(&self) -> bool {
        self.verdicts.contains(&Verdict::New)
    }
}

/// Applies events, in order, to the state of an entity, until the outbox is full.
///
/// A panic leaves the state half changed: the caller must throw it away.
pub(super) fn apply(
    state: &mut EntityState,
    places: &[usize],
    events: &[Placed<'_>],
    context: &CommitContext<'_>,
) -> Result<Attempt, Panicked> {
    let carried = state.outbox.entries().len();
    let mut attempt = Attempt { verdicts: Vec::new(), carried, notes: Vec::new() };
    for &place in places {
        if state.outbox.is_full() {
            break;
        }
        let notes = &mut attempt.notes;
        let applied =
            catch_unwind(AssertUnwindSafe(|| apply_one(state, &events[place], context, notes)));
        attempt.verdicts.push(applied.map_err(|_| Panicked(place))?);
    }
    Ok(attempt)
}

fn apply_one(
    state: &mut EntityState,
    placed: &Placed<'_>,
    context: &CommitContext<'_>,
    notes: &mut Vec<Note>,
) -> Verdict {
    let epoch = match state.watermarks.judge(&placed.position) {
        Verdict::New => state.watermarks.advance(&placed.position),
        Verdict::Suspicious if context.on_suspicious == OnSuspiciousDuplicate::Apply => {
            state.watermarks.open_epoch(&placed.position)
        }
        known => return known,
    };
    let emitted = (context.take)(&mut state.body, &placed.event, context.settings);
    for closed in emitted.closed {
        state.outbox.push(OutboxEntry::Closed(closed));
    }
    for raised in emitted.raised {
        let alert = alert(raised, placed, epoch, context);
        state.outbox.push(OutboxEntry::Alert(alert));
    }
    notes.extend(emitted.notes);
    Verdict::New
}

fn alert(raised: Raised, placed: &Placed<'_>, epoch: Epoch, context: &CommitContext<'_>) -> Alert {
    let record = &placed.record;
    let cause = Cause {
        cluster: context.cluster,
        topic: record.topic(),
        partition: record.partition(),
        epoch: epoch.0,
        offset: record.offset(),
        detector: raised.detector,
        qualifier: &raised.qualifier,
    };
    Alert {
        id: cause.id(),
        detector: raised.detector.into(),
        severity: raised.severity,
        event_time: placed.event.time(),
        message: cut(raised.message, MESSAGE_LIMIT),
        evidence: raised.evidence.into_iter().take(FACT_LIMIT).map(bounded).collect(),
        source: source(record),
        merged: raised.merged,
        shadow: context.settings.detectors_shadow.contains(raised.detector),
    }
}

fn source(record: &Record<'_>) -> AlertSource {
    AlertSource {
        topic: record.topic().to_owned(),
        partition: record.partition(),
        offset: record.offset(),
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
    use super::super::group::group;
    use super::super::topics::{TopicRule, Topics};
    use super::super::triage::triage;
    use super::super::work::Work;
    use super::*;
    use crate::alerts::Severity;
    use crate::events::{Event, EventKind};
    use crate::kafka::Batch;
    use crate::settings::Settings;
    use crate::state::{Body, Emitted};

    /// Two users, `anna` at offset 0 and `bert` at 1, each with a payment above the limit.
    const EVENT: &str = r#"{"eventSource":"aws:kafka","eventSourceArn":"arn","records":{"pay-0":[
        {"topic":"pay","partition":0,"offset":0,"timestamp":1767600000000,
         "value":"eyJ1c2VySWQiOiJhbm5hIiwiYW1vdW50Ijo1MDAwMH0="},
        {"topic":"pay","partition":0,"offset":1,"timestamp":1767600000000,
         "value":"eyJ1c2VySWQiOiJiZXJ0IiwiYW1vdW50Ijo1MDAwMH0="}]}}"#;

    fn with_works(context: &CommitContext<'_>, look: impl FnOnce(&[Work])) {
        let batch = Batch::decode(EVENT.as_bytes()).unwrap();
        let rule = TopicRule { kind: EventKind::Transaction, epoch: Epoch(0) };
        let topics = Topics::new([("pay".to_owned(), rule)]);
        let triage = triage(&batch, context.cluster, &topics);
        let mut works: Vec<Work> = group(&triage.events).into_iter().map(Work::new).collect();
        works.retain(|work| work.group.is_primary());
        for work in &mut works {
            work.loaded(None);
            work.apply(&triage.events, context);
        }
        look(&works);
    }

    fn panics_on_anna(body: &mut Body, event: &Event<'_>, settings: &Settings) -> Emitted {
        if let Event::Transaction(payment) = event {
            assert!(payment.user_id != "anna", "a detector of the user's own");
        }
        body.take(event, settings)
    }

    #[test]
    fn a_detector_that_panics_costs_its_entity_and_no_other() {
        let settings = Settings::default();
        let context = CommitContext {
            settings: &settings,
            cluster: "arn",
            on_suspicious: OnSuspiciousDuplicate::Report,
            take: panics_on_anna,
        };
        with_works(&context, |works| {
            let [anna, bert] = works else { panic!("two users, not {}", works.len()) };
            let reason = anna.failure.as_deref().unwrap();
            assert!(reason.contains("topic pay, partition 0, offset 0"), "{reason}");
            assert!(anna.stored.is_none() && anna.attempt.is_none());
            assert_eq!(anna.undone(), [0]);
            assert!(bert.failure.is_none() && bert.is_to_commit());
        });
    }

    #[test]
    fn an_alert_says_where_it_comes_from_and_is_bounded() {
        let settings = Settings::default();
        let verbose: fn(&mut Body, &Event<'_>, &Settings) -> Emitted = |_, _, _| Emitted {
            raised: vec![Raised {
                evidence: vec![Fact::new("text", "x".repeat(5_000).as_str()); 100],
                ..Raised::new("verbose", "", Severity::Low, "é".repeat(2_000))
            }],
            ..Emitted::default()
        };
        let context = CommitContext {
            settings: &settings,
            cluster: "arn",
            on_suspicious: OnSuspiciousDuplicate::Report,
            take: verbose,
        };
        with_works(&context, |works| {
            let outbox = &works[1].stored.as_ref().unwrap().state.outbox;
            let [OutboxEntry::Alert(alert)] = outbox.entries() else { panic!("{outbox:?}") };
            let source = &alert.source;
            assert_eq!((source.topic.as_str(), source.offset.0), ("pay", 1));
            assert_eq!((alert.message.len(), alert.evidence.len()), (1_024, 32));
            assert!(matches!(&alert.evidence[0].value, Evidence::Text(text) if text.len() == 256));
        });
    }
}
