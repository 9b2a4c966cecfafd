//! What payments are scored by and do not change: their merchants, and the calibration.

use std::collections::HashMap;

use tracing::warn;

use super::group::CALIBRATORS;
use super::placed::Events;
use super::ports::{StateStore, Stored};
use super::topics::Topics;
use crate::circumstances::Learnt;
use crate::delivery::Deadline;
use crate::entity::{EntityKey, EntityKind};
use crate::events::{Event, EventKind};
use crate::fraud::{Calibration, Posterior};
use crate::settings::Settings;
use crate::state::Body;

/// The detector that looks at all this.
const FRAUD_SCORE: &str = "fraud_score";

/// What was read of other entities, once for a batch. What came of it is fixed by the commit, and
/// not computed again.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    /// Whether there is anything to score payments by: a topic of labels, and a detector that looks.
    is_taught: bool,
    /// The merchants of the batch's payments that are still to be read.
    wanted: Vec<EntityKey>,
    /// The parts of the calibration that are still to be read.
    parts: Vec<EntityKey>,
    /// The merchants of the batch's payments, by identifier.
    merchants: HashMap<Box<str>, Posterior>,
    calibration: Calibration,
}

impl Elsewhere {
    /// What the payments of a batch are to be scored by, nothing of it known yet.
    pub(super) fn of(events: &Events<'_>, topics: &Topics, settings: &Settings) -> Self {
        let is_off = settings.detectors_off.contains(FRAUD_SCORE);
        let is_taught = !is_off && labels(topics).next().is_some();
        let mut elsewhere = Self { is_taught, ..Self::default() };
        let mut has_payments = false;
        for placed in events.iter().filter(|_| is_taught) {
            let Event::Transaction(payment) = &placed.event else { continue };
            has_payments = true;
            if let Some(id) = payment.merchant.as_deref()
                && !elsewhere.merchants.contains_key(id)
            {
                elsewhere.merchants.insert(id.into(), Posterior::default());
                elsewhere.wanted.push(EntityKey::new(EntityKind::Merchant, id));
            }
        }
        if has_payments {
            elsewhere.parts = labels(topics).flat_map(calibrators).collect();
        }
        elsewhere
    }

    /// The merchants that are still to be read.
    pub(super) fn take_wanted(&mut self) -> Vec<EntityKey> {
        std::mem::take(&mut self.wanted)
    }

    /// Takes a merchant that was read. One that cannot be read is one that nothing is known of: it
    /// must not hold up its customers' payments.
    pub(super) fn loaded(&mut self, key: &EntityKey, loaded: &Result<Option<Stored>, String>) {
        if key.kind() != EntityKind::Merchant {
            return;
        }
        let Some(known) = self.merchants.get_mut(key.id()) else { return };
        match loaded {
            Ok(Some(stored)) => {
                if let Body::Merchant(merchant) = &stored.state.body {
                    *known = merchant.posterior;
                }
            }
            Ok(None) => {}
            Err(reason) => warn!(reason, "a merchant could not be read, and counts as unknown"),
        }
    }

    /// Reads the calibration, if there is any payment to score by it.
    pub(super) async fn calibrate(&mut self, store: &impl StateStore, deadline: Deadline) {
        let keys = std::mem::take(&mut self.parts);
        if keys.is_empty() {
            return;
        }
        for part in store.glance(&keys, deadline).await {
            match part {
                Ok(Some(stored)) => {
                    if let Body::Calibrator(part) = &stored.state.body {
                        self.calibration.add(&part.calibration);
                    }
                }
                Ok(None) => {}
                Err(reason) => warn!(reason, "a part of the calibration could not be read"),
            }
        }
    }

    /// What labels have taught of an event.
    pub(super) fn learnt(&self, event: &Event<'_>) -> Option<Learnt<'_>> {
        let merchant = match event {
            Event::Transaction(payment) => payment.merchant.as_deref(),
            _ => None,
        };
        let merchant = merchant.and_then(|id| self.merchants.get(id).copied());
        self.is_taught.then_some(Learnt { merchant, calibration: &self.calibration })
    }
}

fn labels(topics: &Topics) -> impl Iterator<Item = &str> {
    topics.iter().filter(|(_, rule)| rule.kind == EventKind::TransactionLabel).map(|(name, _)| name)
}

fn calibrators(topic: &str) -> impl Iterator<Item = EntityKey> {
    let key = move |number| EntityKey::new(EntityKind::Calibrator, &format!("{topic}#{number}"));
    (0..CALIBRATORS).map(key)
}
