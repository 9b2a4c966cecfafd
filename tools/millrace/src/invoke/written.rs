//! What an invocation wrote where.

use anstyle::Style;

use crate::error::Error;
use crate::stack::{Changes, DeadLetter, Rows, Stack};
use crate::text::Align::{Left, Right};
use crate::text::{Columns, grouped};

const PLAIN: Style = Style::new();
const DIM: Style = Style::new().dimmed();

/// The tables with everything in them.
pub(super) struct Tables([(&'static str, &'static [&'static str], Rows); 5]);

impl Tables {
    pub(super) async fn read(stack: &Stack) -> Result<Self, Error> {
        let tables = &stack.resources.tables;
        let aws = &stack.aws;
        Ok(Self([
            ("states", &["entity"], Rows::read(aws, &tables.state).await?),
            ("sessions", &["entity", "start"], Rows::read(aws, &tables.sessions).await?),
            ("windows", &["entity", "start"], Rows::read(aws, &tables.windows).await?),
            ("alerts", &["entity", "time_id"], Rows::read(aws, &tables.alerts).await?),
            ("features", &["entity"], Rows::read(aws, &tables.features).await?),
        ]))
    }
}

/// Alerts, dead letters, metrics.
pub(super) fn messages(text: &mut String, changes: &Changes) {
    published(text, changes);
    dead_letters(text, changes);
    metrics(text, changes);
}

/// Rows by table.
pub(super) fn rows(text: &mut String, before: &Tables, after: &Tables) {
    let mut columns = Columns::of_figures(2);
    columns.row(DIM, ["rows", "new", "changed"]);
    for ((_, _, earlier), (name, key, later)) in before.0.iter().zip(&after.0) {
        let (new, changed) = later.since(earlier, key);
        columns.row(PLAIN, [name, &grouped(new), &grouped(changed)]);
    }
    columns.write(text);
}

fn published(text: &mut String, changes: &Changes) {
    if changes.published.is_empty() {
        return;
    }
    let mut columns = Columns::new(&[Left, Left]);
    columns.row(DIM, ["alerts published", "severity"]);
    for alert in &changes.published {
        columns.row(PLAIN, [&alert.id, &alert.severity]);
        columns.note(&format!("{}: {}", alert.entity, alert.message), PLAIN);
    }
    columns.write(text);
}

fn dead_letters(text: &mut String, changes: &Changes) {
    if changes.dead_letters.is_empty() {
        return;
    }
    let mut letters: Vec<&DeadLetter> = changes.dead_letters.iter().collect();
    letters.sort_by_key(|letter| (letter.reason.as_str(), letter.position()));
    let mut columns = Columns::new(&[Left, Left]);
    columns.row(DIM, ["dead letters", ""]);
    for letter in letters {
        columns.row(PLAIN, [&letter.reason, &letter.place()]);
    }
    columns.write(text);
}

fn metrics(text: &mut String, changes: &Changes) {
    let mut columns = Columns::new(&[Left, Right, Left]);
    columns.row(DIM, ["metrics", "sum", ""]);
    // A sum of ages says nothing.
    for (name, dimensions, sum) in changes.metrics.iter().filter(|(name, ..)| *name != "RecordAge")
    {
        let dimensions: Vec<String> =
            dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
        columns.row(PLAIN, [name, &sum.to_string(), &dimensions.join(" ")]);
    }
    columns.write(text);
}
