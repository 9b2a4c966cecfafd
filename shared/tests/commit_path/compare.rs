//! What has to be equal in the end, in forms that can be compared and shown. Versions and watermarks
//! depend on how a stream was cut into batches, and are left out; so is what came of reading other
//! entities, which depends on when they were read.

use std::collections::{BTreeMap, BTreeSet};

use millrace_shared::alerts::AlertId;
use millrace_shared::state::{Body, Features, Origin, OutboxEntry, Verdict};

use crate::lambda::sequential;
use crate::stream::Record;
use crate::world::{OF_THE_EVENT_ALONE, SharedWorld, World};

/// All of it, where every partition's records are applied in order.
#[derive(Debug, PartialEq)]
pub(crate) struct Picture {
    pub states: BTreeMap<String, String>,
    pub rows: BTreeMap<String, OutboxEntry>,
    pub alerts: BTreeSet<AlertId>,
    pub buried: BTreeMap<String, &'static str>,
}

/// What does not depend on the order in which records are applied: how many there were of each
/// kind, sums of amounts, what a partition knows, and the alerts that a record causes by itself.
/// Sessions, windows, means and the detectors that look back do.
#[derive(Debug, PartialEq)]
pub(crate) struct Counts {
    pub entities: BTreeMap<String, String>,
    pub alerts: BTreeSet<AlertId>,
    pub buried: BTreeMap<String, &'static str>,
}

impl World {
    pub(crate) fn picture(&self) -> Picture {
        let states = self.states.iter().map(|(key, (_, state))| {
            let body = without_last_score(state.body.clone());
            (key.clone(), format!("{body:?} outbox: {}", state.outbox.entries().len()))
        });
        let of_own_state = |(_, row): &(&String, &OutboxEntry)| !depends_on_the_read(row);
        let rows = self.rows.iter().filter(of_own_state);
        let by_the_read: BTreeSet<AlertId> = self
            .rows
            .values()
            .filter(|row| depends_on_the_read(row))
            .filter_map(alert_id)
            .collect();
        let published: BTreeSet<AlertId> = self.published.iter().copied().collect();
        assert!(by_the_read.is_subset(&published), "I3: every alert in the table is published");
        Picture {
            states: states.collect(),
            rows: rows.map(|(key, row)| (key.clone(), without_score(row))).collect(),
            alerts: published.difference(&by_the_read).copied().collect(),
            buried: self.buried.clone(),
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let rows = self.rows.values().filter_map(|row| match row {
            OutboxEntry::Alert(alert) => Some(alert),
            OutboxEntry::Closed(_) | OutboxEntry::Features(_) => None,
        });
        let alone = rows.filter(|alert| OF_THE_EVENT_ALONE.contains(&alert.detector.as_ref()));
        let published: BTreeSet<AlertId> = self.published.iter().copied().collect();
        Counts {
            entities: self
                .states
                .iter()
                .map(|(key, (_, state))| (key.clone(), count(&state.body)))
                .collect(),
            alerts: alone.map(|alert| alert.id).filter(|id| published.contains(id)).collect(),
            buried: self.buried.clone(),
        }
    }

    /// Asserts that nothing of these records would be applied if it came again.
    pub(crate) fn assert_all_known(&self, records: &[Record]) {
        for (record, entity) in
            records.iter().flat_map(|one| one.entities().into_iter().map(move |key| (one, key)))
        {
            let is_letter = self.buried.contains_key(&record.place());
            let Some((_, state)) = self.states.get(entity.as_str()) else {
                assert!(is_letter, "I1: {record:?} is lost");
                continue;
            };
            let marks = &state.watermarks;
            for origin in [Origin::Live, Origin::Redriven] {
                let verdict = marks.judge(&record.position(), origin);
                assert!(
                    verdict != Verdict::New || is_letter,
                    "I2: {record:?} would be applied again"
                );
            }
        }
    }
}

/// Why the function holds records back for somebody to decide on.
const HELD_BACK: [&str; 3] = ["suspicious_duplicate", "forgotten_watermark", "maybe_applied"];

/// I1 and I2 where records may come out of order: each counts as often as in one sequential pass,
/// or, if somebody has to decide on it, not more often.
pub(crate) async fn assert_each_counts_once(world: &SharedWorld, records: &[Record]) {
    let settings = world.borrow().settings.clone();
    let expected = sequential(records, &settings).await;
    let world = world.borrow();
    world.assert_all_known(records);
    let mut held_back: BTreeMap<String, u64> = BTreeMap::new();
    for record in records {
        let code = world.buried.get(&record.place());
        if code.is_some_and(|code| HELD_BACK.contains(code)) {
            for entity in record.entities() {
                *held_back.entry(entity.as_str().to_owned()).or_default() += 1;
            }
        }
    }
    if held_back.is_empty() {
        assert_eq!(world.counts(), expected.counts());
        return;
    }
    for (entity, all) in expected.states.iter().map(|(key, (_, state))| (key, events(&state.body)))
    {
        let counted = world.states.get(entity).map_or(0, |(_, state)| events(&state.body));
        let letters = held_back.get(entity).copied().unwrap_or_default();
        assert!(counted <= all, "I2: {entity} counts {counted} of {all}");
        assert!(
            counted + letters >= all || entity.starts_with("partition#"),
            "I1: {entity} counts {counted} of {all}, {letters} letters"
        );
    }
}

fn events(body: &Body) -> u64 {
    match body {
        Body::User(user) => user.profile.events + user.profile.transactions,
        Body::Sensor(sensor) => sensor.profile.events,
        Body::Partition(partition) => partition.events,
        Body::Merchant(merchant) => merchant.labels,
        Body::Calibrator(calibrator) => calibrator.labels,
    }
}

impl Picture {
    /// An outbox whose clearing failed may stand until its entity is read again.
    pub(crate) fn without_outboxes(mut self) -> Self {
        for state in self.states.values_mut() {
            let end = state.rfind(" outbox: ").unwrap();
            state.truncate(end);
        }
        self
    }
}

fn count(body: &Body) -> String {
    match body {
        Body::User(user) => {
            let profile = &user.profile;
            let mut totals = profile.totals.clone();
            totals.sort_by(|one, other| one.currency.cmp(&other.currency));
            format!("{} {} {totals:?} {}", profile.events, profile.transactions, profile.newest)
        }
        Body::Sensor(sensor) => format!("{} {}", sensor.profile.events, sensor.profile.newest),
        Body::Partition(partition) => format!("{partition:?}"),
        // Of two labels of one payment the first to come counts, so what they said may differ.
        Body::Merchant(merchant) => format!("{}", merchant.labels),
        Body::Calibrator(calibrator) => format!("{}", calibrator.labels),
    }
}

/// A payment's score is made of what was read of other entities, as of the read. It is fixed by the
/// commit, and of two orders of reading each is right.
fn without_last_score(mut body: Body) -> Body {
    if let Body::User(user) = &mut body {
        user.detectors = user.detectors.clone().without_score();
    }
    body
}

/// The same goes for the score among a user's features.
fn without_score(row: &OutboxEntry) -> OutboxEntry {
    match row.clone() {
        OutboxEntry::Features(one) => OutboxEntry::Features(Features { fraud_score: 0.0, ..one }),
        other => other,
    }
}

/// Whether an alert is made of what was read of other entities.
fn depends_on_the_read(row: &OutboxEntry) -> bool {
    matches!(row, OutboxEntry::Alert(alert) if alert.detector == "fraud_score")
}

fn alert_id(row: &OutboxEntry) -> Option<AlertId> {
    match row {
        OutboxEntry::Alert(alert) => Some(alert.id),
        OutboxEntry::Closed(_) | OutboxEntry::Features(_) => None,
    }
}
