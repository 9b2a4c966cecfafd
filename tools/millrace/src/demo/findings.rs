//! What `analytics` left behind, as the tables, the topic, the queue and the metrics tell it.

use std::collections::{BTreeMap, HashSet};

use super::population::Population;
use crate::error::Error;
use crate::function::Function;
use crate::stack::{Changes, DeadLetter, Rows, Stack};

/// Everything that is reported.
#[derive(Default)]
pub(super) struct Findings {
    /// What the function says it did with the records.
    pub(super) fates: Fates,
    /// Alerts in the table, by detector.
    pub(super) alerts: BTreeMap<String, Alerts>,
    /// Distinct identifiers in the table and among what was published.
    pub(super) alert_rows: u64,
    pub(super) published: u64,
    /// Identifiers that only one of the two has.
    pub(super) unmatched_alerts: u64,
    /// The partition key, in the index of the newest alerts, of one of the last ones.
    pub(super) newest_alert_shard: String,
    /// Records in the dead-letter queue, by reason.
    pub(super) dead_letters: BTreeMap<String, DeadLetters>,
    /// What is known of the entities.
    pub(super) population: Population,
    /// The requests of both functions, and what both did.
    pub(super) changes: Changes,
}

/// Records by what became of them, as the function counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fates {
    pub(super) applied: u64,
    pub(super) duplicates: u64,
    pub(super) tombstones: u64,
    pub(super) dead: u64,
    pub(super) failed: u64,
}

/// The alerts of one detector.
#[derive(Debug, Default)]
pub(super) struct Alerts {
    pub(super) count: u64,
    /// By severity.
    pub(super) severities: BTreeMap<String, u64>,
    /// The first one, by event time.
    pub(super) example: Example,
}

/// One alert: whose it is, and its sentence.
#[derive(Debug, Default)]
pub(super) struct Example {
    time_id: String,
    pub(super) sentence: String,
}

/// The dead records of one reason.
#[derive(Debug, Default)]
pub(super) struct DeadLetters {
    pub(super) count: u64,
    /// Where the first one stood.
    pub(super) example: String,
}

impl Findings {
    pub(super) async fn gather(stack: &Stack, changes: Changes) -> Result<Self, Error> {
        let tables = &stack.resources.tables;
        let rows = Rows::read(&stack.aws, &tables.alerts).await?;
        let in_table: HashSet<&str> =
            rows.iter().map(|row| rows.text(row, "id")).collect::<Result<_, _>>()?;
        let published: HashSet<&str> =
            changes.published.iter().map(|alert| alert.id.as_str()).collect();
        Ok(Self {
            fates: Fates::of(&changes),
            alerts: by_detector(&rows)?,
            newest_alert_shard: newest_shard(&rows),
            alert_rows: in_table.len() as u64,
            published: published.len() as u64,
            unmatched_alerts: in_table.symmetric_difference(&published).count() as u64,
            dead_letters: by_reason(changes.dead_letters_of(Function::Analytics)),
            population: Population::read(stack).await?,
            changes,
        })
    }
}

impl Fates {
    fn of(changes: &Changes) -> Self {
        let count = |name| changes.metrics.count(Function::Analytics.name(), name);
        let (duplicates, tombstones) = (count("Duplicates"), count("Tombstones"));
        let dead = count("DeadRecords");
        // Everything that need not come again is a success: applied or not worth applying.
        let not_applied = duplicates + tombstones + dead;
        Self {
            applied: count("RecordsProcessedSuccess").saturating_sub(not_applied),
            duplicates,
            tombstones,
            dead,
            failed: count("RecordsProcessedFailure"),
        }
    }

    pub(super) fn total(self) -> u64 {
        self.applied + self.duplicates + self.tombstones + self.dead + self.failed
    }
}

fn by_detector(rows: &Rows) -> Result<BTreeMap<String, Alerts>, Error> {
    let mut detectors: BTreeMap<String, Alerts> = BTreeMap::new();
    for row in rows.iter() {
        let alerts = detectors.entry(rows.text(row, "detector")?.to_owned()).or_default();
        alerts.count += 1;
        *alerts.severities.entry(rows.text(row, "severity")?.to_owned()).or_default() += 1;
        let time_id = rows.text(row, "time_id")?;
        if alerts.example.sentence.is_empty() || time_id < alerts.example.time_id.as_str() {
            let (entity, message) = (rows.text(row, "entity")?, rows.text(row, "message")?);
            let sentence = format!("{entity}: {message}");
            alerts.example = Example { time_id: time_id.to_owned(), sentence };
        }
    }
    Ok(detectors)
}

fn newest_shard(rows: &Rows) -> String {
    let newest = rows.iter().max_by_key(|row| row.text("time_id"));
    newest.and_then(|row| row.text("day_shard")).unwrap_or_default().to_owned()
}

fn by_reason<'a>(letters: impl Iterator<Item = &'a DeadLetter>) -> BTreeMap<String, DeadLetters> {
    let mut in_order: Vec<&DeadLetter> = letters.collect();
    in_order.sort_by_key(|letter| letter.position());
    let mut reasons: BTreeMap<String, DeadLetters> = BTreeMap::new();
    for letter in in_order {
        let reason = reasons
            .entry(letter.reason.clone())
            .or_insert_with(|| DeadLetters { count: 0, example: letter.place() });
        reason.count += 1;
    }
    reasons
}
