//! What an invocation archived.

use std::collections::BTreeMap;

use anstyle::Style;

use crate::error::Error;
use crate::function::Function;
use crate::stack::{Changes, Stack, Taken};
use crate::text::Align::{Left, Right};
use crate::text::{Columns, grouped};

const PLAIN: Style = Style::new();
const DIM: Style = Style::new().dimmed();

/// What the archive holds.
pub(super) struct Archived {
    /// What the delivery stream took, where that is told.
    taken: Option<Taken>,
    /// Bytes by key.
    objects: BTreeMap<String, u64>,
}

impl Archived {
    /// Lets the delivery stream deliver first, as far as it can be told to.
    pub(super) async fn read(stack: &Stack) -> Result<Self, Error> {
        stack.deliver();
        Ok(Self { taken: stack.taken(), objects: stack.objects().await? })
    }
}

/// For a person: Firehose records, objects.
pub(super) fn text(text: &mut String, before: &Archived, after: &Archived, changes: &Changes) {
    let taken = taken(before, after).unwrap_or_else(|| {
        let count = |name| changes.metrics.count(Function::Relay.name(), name);
        Taken { records: count("Entries"), bytes: count("BytesSent") }
    });
    let mut columns = Columns::of_figures(2);
    columns.row(DIM, ["delivery stream", "records", "bytes"]);
    columns.row(PLAIN, ["taken", &grouped(taken.records), &grouped(taken.bytes)]);
    columns.write(text);

    let mut columns = Columns::new(&[Right, Left]);
    columns.row(DIM, ["bytes", "object"]);
    let is_new = |key: &str| !before.objects.contains_key(key);
    for (key, bytes) in after.objects.iter().filter(|(key, _)| is_new(key)) {
        columns.row(PLAIN, [&grouped(*bytes), key]);
    }
    if after.objects.keys().all(|key| !is_new(key)) {
        columns.row(PLAIN, ["-", no_object(after, taken)]);
    }
    columns.write(text);
}

fn taken(before: &Archived, after: &Archived) -> Option<Taken> {
    let (before, after) = (before.taken?, after.taken?);
    Some(Taken { records: after.records - before.records, bytes: after.bytes - before.bytes })
}

fn no_object(after: &Archived, taken: Taken) -> &'static str {
    if after.taken.is_none() && taken.records > 0 {
        return "none yet: these endpoints deliver when they want to";
    }
    "no new one"
}
