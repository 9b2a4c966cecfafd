use std::panic::{AssertUnwindSafe, catch_unwind};

use super::CommitContext;
use super::topics::OnSuspiciousDuplicate;
use super::triage::Placed;
use crate::alerts::{Alert, AlertSource, Cause, Evidence, Fact};
use crate::detectors::Raised;
use crate::kafka::Record;
use crate::state::{Epoch, EntityState, OutboxEntry, Verdict};

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
    let mut attempt = Attempt { verdicts: Vec::new(), carried: state.outbox.entries().len() };
    for &place in places {
        if state.outbox.is_full() {
            break;
        }
        let applied = catch_unwind(AssertUnwindSafe(|| apply_one(state, &events[place], context)));
        attempt.verdicts.push(applied.map_err(|_| Panicked(place))?);
    }
    Ok(attempt)
}

fn apply_one(
    state: &mut EntityState,
    placed: &Placed<'_>,
    context: &CommitContext<'_>,
) -> Verdict {
    let epoch = match state.watermarks.judge(&placed.position) {
        Verdict::New => state.watermarks.advance(&placed.position),
        Verdict::Suspicious if context.on_suspicious == OnSuspiciousDuplicate::Apply => {
            state.watermarks.open_epoch(&placed.position)
        }
        known => return known,
    };
    let emitted = state.body.take(&placed.event, context.settings);
    for closed in emitted.closed {
        state.outbox.push(OutboxEntry::Closed(closed));
    }
    for raised in emitted.raised {
        let alert = alert(raised, placed, epoch, context.cluster);
        state.outbox.push(OutboxEntry::Alert(alert));
    }
    Verdict::New
}

fn alert(raised: Raised, placed: &Placed<'_>, epoch: Epoch, cluster: &str) -> Alert {
    let record = &placed.record;
    let cause = Cause {
        cluster,
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
