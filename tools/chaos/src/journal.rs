//! What the table of states went through: every conditional write that took effect, seen as it did.
//!
//! Two topics, or two partitions, concern one user; which record of which came first is decided by
//! the writes, and by nothing else. From the watermarks that each write set it can be told what it
//! applied, and so in which order one sequential pass has to go to come to the same end.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use millrace_endpoints::Observer;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The writes of each entity, in no particular order.
#[derive(Debug)]
pub(crate) struct Journal {
    table: String,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    writes: HashMap<String, Vec<Write>>,
    /// The few texts that statements have, and where in their parameters is what.
    layouts: HashMap<String, Option<Layout>>,
}

/// A write that took effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Write {
    /// The version that it made.
    pub(crate) version: u64,
    /// The watermarks that it set, as stored; none if it only cleared the outbox.
    pub(crate) watermarks: Option<Box<[u8]>>,
}

/// Where in a statement's parameters is what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    entity: usize,
    version: usize,
    watermarks: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked<'a> {
    #[serde(borrow, default)]
    statements: Vec<Statement<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement<'a> {
    #[serde(borrow)]
    statement: Cow<'a, str>,
    #[serde(borrow, default)]
    parameters: Vec<Parameter<'a>>,
}

/// Of all that a parameter can be, what is looked at.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter<'a> {
    #[serde(borrow)]
    s: Option<Cow<'a, str>>,
    #[serde(borrow)]
    n: Option<Cow<'a, str>>,
    #[serde(borrow)]
    b: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answered {
    #[serde(default)]
    responses: Vec<Response>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    error: Option<IgnoredAny>,
}

impl Journal {
    /// Of a table of states.
    pub(crate) fn of(table: &str) -> Arc<Self> {
        Arc::new(Self { table: table.to_owned(), seen: Mutex::default() })
    }

    /// What sees the writes.
    pub(crate) fn observer(self: &Arc<Self>) -> Observer {
        let journal = Arc::clone(self);
        Arc::new(move |operation: &str, asked: &[u8], answered: &[u8]| {
            if operation == "BatchExecuteStatement" {
                journal.note(asked, answered);
            }
        })
    }

    /// The writes of an entity, in the order of the versions that they made.
    pub(crate) fn writes(&self, entity: &str) -> Vec<Write> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writes = seen.writes.get(entity).cloned().unwrap_or_default();
        writes.sort_by_key(|write| write.version);
        writes
    }

    fn note(&self, asked: &[u8], answered: &[u8]) {
        let (Ok(asked), Ok(answered)) = (
            serde_json::from_slice::<Asked<'_>>(asked),
            serde_json::from_slice::<Answered>(answered),
        ) else {
            return;
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for (statement, response) in asked.statements.into_iter().zip(answered.responses) {
            if response.error.is_some() {
                continue;
            }
            if let Some((entity, write)) = seen.read(&self.table, &statement) {
                seen.writes.entry(entity).or_default().push(write);
            }
        }
    }
}

impl Seen {
    fn read(&mut self, table: &str, statement: &Statement<'_>) -> Option<(String, Write)> {
        let text = statement.statement.as_ref();
        if !self.layouts.contains_key(text) {
            self.layouts.insert(text.to_owned(), Layout::of(table, text));
        }
        let layout = (*self.layouts.get(text)?)?;
        let parameter = |place: usize| statement.parameters.get(place);
        let entity = parameter(layout.entity)?.s.as_deref()?.to_owned();
        let version = parameter(layout.version)?.n.as_deref()?.parse().ok()?;
        let watermarks = match layout.watermarks {
            None => None,
            Some(place) => {
                let base64 = parameter(place)?.b.as_deref()?;
                Some(base64_simd::STANDARD.decode_to_vec(base64).ok()?.into())
            }
        };
        Some((entity, Write { version, watermarks }))
    }
}

impl Layout {
    /// Of a statement on this table; none if it is on another.
    fn of(table: &str, statement: &str) -> Option<Self> {
        let (on, names) = names(statement);
        let place = |name: &str| names.iter().position(|known| *known == name);
        (on == table).then_some(())?;
        Some(Self {
            entity: place("entity")?,
            // The first one is what is set; a further one is the condition.
            version: place("version")?,
            watermarks: place("watermarks"),
        })
    }
}

/// The first quoted name of a statement, which is its table's, and before each `?` the last one.
fn names(statement: &str) -> (&str, Vec<&str>) {
    let (mut table, mut last, mut names) = (None, "", Vec::new());
    let mut rest = statement;
    while let Some(place) = rest.find(['"', '\'', '?']) {
        let (sign, behind) = rest[place..].split_at(1);
        if sign == "?" {
            names.push(last);
            rest = behind;
            continue;
        }
        let Some((name, after)) = behind.split_once(sign) else { break };
        table.get_or_insert(name);
        last = name;
        rest = after;
    }
    (table.unwrap_or_default(), names)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSERT: &str =
        "INSERT INTO \"state\" VALUE {'entity': ?, 'version': ?, 'events': ?, 'watermarks': ?}";
    const UPDATE: &str = "UPDATE \"state\" SET \"version\"=? SET \"events\"=? \
                          SET \"watermarks\"=? REMOVE \"outbox\" WHERE \"entity\"=? AND \"version\"=?";
    const CLEAR: &str = "UPDATE \"state\" SET \"version\"=? REMOVE \"outbox\" \
                         WHERE \"entity\"=? AND \"version\"=?";

    #[test]
    fn the_names_of_the_parameters_are_read_from_the_statement() {
        let insert = Layout { entity: 0, version: 1, watermarks: Some(3) };
        let update = Layout { entity: 3, version: 0, watermarks: Some(2) };
        let clear = Layout { entity: 1, version: 0, watermarks: None };
        assert_eq!(Layout::of("state", INSERT), Some(insert));
        assert_eq!(Layout::of("state", UPDATE), Some(update));
        assert_eq!(Layout::of("state", CLEAR), Some(clear));
        assert_eq!(Layout::of("other", CLEAR), None);
    }

    #[test]
    fn what_took_effect_is_noted_and_what_did_not_is_not() {
        let journal = Journal::of("state");
        let parameters = |entity: &str, version: u32| serde_json::json!([{"S": entity}, {"N": version.to_string()}, {"N": "5"}, {"B": "AQI="}]);
        let asked = serde_json::json!({"Statements": [
            {"Statement": INSERT, "Parameters": parameters("user#a", 1)},
            {"Statement": INSERT, "Parameters": parameters("user#b", 1)},
            {"Statement": CLEAR, "Parameters": [{"N": "2"}, {"S": "user#a"}, {"N": "1"}]},
        ]});
        let answered = serde_json::json!({"Responses": [
            {"TableName": "state"}, {"Error": {"Code": "DuplicateItem"}}, {"TableName": "state"},
        ]});
        let observer = journal.observer();
        observer(
            "BatchExecuteStatement",
            asked.to_string().as_bytes(),
            answered.to_string().as_bytes(),
        );
        observer("BatchGetItem", b"{}", b"{}");
        let written = Write { version: 1, watermarks: Some([1, 2].into()) };
        let cleared = Write { version: 2, watermarks: None };
        assert_eq!(journal.writes("user#a"), [written, cleared]);
        assert_eq!(journal.writes("user#b"), []);
    }
}
